// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <rustcask/database.h>

#include "actions/action_registry.h"
#include "pages/start/recent_model.h"
#include "pages/start/start_page.h"
#include "settings/settings.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestStartPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void waysAskForWhatTheySay() {
        QWidget window;
        ActionRegistry actions(&window);
        Settings settings(m_directory.text() + QStringLiteral("/a.ini"));
        StartPage page({actions, settings});
        QSignalSpy sample(&page, &StartPage::sampleRequested);
        QSignalSpy open(&page, &StartPage::openRequested);
        QSignalSpy readOnly(&page, &StartPage::openReadOnlyRequested);
        QSignalSpy create(&page, &StartPage::newRequested);
        const auto buttons = page.findChildren<QPushButton*>();
        for (QPushButton* button : buttons) {
            if (button->property("role").toString() == QLatin1String("way")) {
                QVERIFY(!button->accessibleName().isEmpty());
                QVERIFY(!button->accessibleDescription().isEmpty());
                button->click();
            }
        }
        for (const QSignalSpy* spy : {&sample, &open, &readOnly, &create}) {
            QCOMPARE(spy->count(), 1);
        }
        QCOMPARE(rustcask::test::auditWidgets(page), QStringList());
    }

    void recentOnesAreLookedAt() {
        {
            RUSTCASK_VALUE(const auto database, Database::open(m_directory / "present"));
            RUSTCASK_OK(database->put("k", "v"));
        }
        Settings settings(m_directory.text() + QStringLiteral("/b.ini"));
        const QString present = m_directory.text() + QStringLiteral("/present");
        const QString gone = m_directory.text() + QStringLiteral("/gone");
        settings.addRecentDirectory(gone);
        settings.addRecentDirectory(present);
        QWidget window;
        ActionRegistry actions(&window);
        StartPage page({actions, settings});
        RecentModel* model = page.recentModel();
        const QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model->rowCount(), 2);
        QTRY_VERIFY(model->entries()[0].looked);
        const auto text = [model](int row, int column) { return model->index(row, column).data().toString(); };
        QCOMPARE(text(0, RecentModel::nameColumn), QStringLiteral("present"));
        QVERIFY(text(0, RecentModel::sizeColumn).contains(QLatin1Char('B')));
        QVERIFY(text(0, RecentModel::openedColumn).startsWith(QStringLiteral("today")));
        QCOMPARE(text(1, RecentModel::sizeColumn), QStringLiteral("missing"));

        QSignalSpy chosen(&page, &StartPage::directoryChosen);
        auto* table = page.findChild<QTableView*>();
        page.resize(900, 600);
        page.show();
        table->setCurrentIndex(model->index(0, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toString(), present);
        table->setCurrentIndex(model->index(1, 0));
        settings.removeRecentDirectory(gone);
        QCOMPARE(model->rowCount(), 1);
        QCOMPARE(rustcask::test::auditWidgets(page), QStringList());
    }

    void refusalsOfferTheWayOut() {
        QWidget window;
        ActionRegistry actions(&window);
        Settings settings(m_directory.text() + QStringLiteral("/c.ini"));
        StartPage page({actions, settings});
        Error locked;
        locked.code = ErrorCode::locked;
        locked.operation = "open the database";
        locked.holderPid = 4'711;
        page.showRefusal(QStringLiteral("/data/orders"), locked);
        QVERIFY(page.banner()->text().contains(QStringLiteral("4711")));
        QSignalSpy chosen(&page, &StartPage::directoryChosen);
        auto* button = page.banner()->findChild<QPushButton*>();
        QVERIFY(button != nullptr);
        button->click();
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().at(1).toBool(), true);

        Error empty;
        empty.code = ErrorCode::notADatabase;
        page.showRefusal(m_directory.text() + QStringLiteral("/absent"), empty);
        QSignalSpy create(&page, &StartPage::createRequested);
        QTRY_COMPARE(page.banner()->findChildren<QPushButton*>().size(), 1);
        page.banner()->findChild<QPushButton*>()->click();
        QCOMPARE(create.count(), 1);
        QCOMPARE(rustcask::test::auditWidgets(page), QStringList());
    }

private:
    rustcask::test::TemporaryDirectory m_directory;
};

RUSTCASK_WIDGET_TEST_MAIN(TestStartPage)
#include "tst_ui_start_page.moc"
