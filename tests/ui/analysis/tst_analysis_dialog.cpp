// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "analysis/analysis_dialog.h"
#include "analysis/analysis_text.h"
#include "analysis/prefix_panel.h"
#include "analysis/ranking_panel.h"
#include "analysis/report_model.h"
#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "settings/settings.h"
#include "support/stall_watchdog.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "tasks/task_runner.h"
#include "theme/theme.h"
#include "ui/storage/session_fixture.h"

using namespace rustcask;
using namespace rustcask::ui;
using namespace rustcask::ui::test;
using rustcask::test::StallWatchdog;
using rustcask::test::TemporaryDirectory;

class TestAnalysisDialog : public QObject {
    Q_OBJECT

private:
    void fillTree() const {
        RUSTCASK_VALUE(auto database, Database::open(m_directory->path() / "db"));
        for (int i = 0; i < 40; ++i) {
            RUSTCASK_OK(
                database->put("user:" + std::to_string(i % 4) + ":" + std::to_string(i), std::string(100, 'v')));
        }
        RUSTCASK_OK(database->put("big", std::string(50'000, 'v')));
        RUSTCASK_OK(database->put("=cmd:x", "<b>"));
        for (int i = 0; i < 9; ++i) {
            RUSTCASK_OK(database->put("hot", std::to_string(i)));
        }
        RUSTCASK_OK(database->close());
    }
    static void wait(AnalysisDialog& dialog) {
        QSignalSpy counted(&dialog, &AnalysisDialog::counted);
        QVERIFY(counted.wait(20'000));
    }

    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<TemporaryDirectory> m_directory;
    std::unique_ptr<Settings> m_settings;

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_settings = std::make_unique<Settings>(m_directory->text() + QStringLiteral("/settings.ini"));
    }

    void goesIntoPrefixesAndOut() {
        fillTree();
        OpenSession session(m_directory->path() / "db", browsingOptions(true));
        auto* dialog = new AnalysisDialog(*session.get(), *m_settings);
        dialog->show();
        wait(*dialog);
        PrefixPanel* panel = dialog->prefixPanel();
        const QAbstractItemModelTester tester(panel->model());
        QCOMPARE(panel->model()->rowCount(), 3); // own keys (big, hot), user:, =cmd:
        QCOMPARE(panel->model()->nameOf(1), QStringLiteral("user:"));
        QCOMPARE(panel->treemap()->items().size(), std::size_t(3));
        QVERIFY2(panel->sentence().startsWith(QStringLiteral("43 keys")), qPrintable(panel->sentence()));

        // Table and map select together, Enter goes in, Backspace out.
        panel->table()->selectRow(1);
        QCOMPARE(panel->treemap()->items()[std::size_t(panel->treemap()->current())].name, QStringLiteral("user:"));
        QTest::keyClick(panel->treemap(), Qt::Key_Return);
        wait(*dialog);
        QCOMPARE(panel->prefix(), QByteArray("user:"));
        QCOMPARE(panel->model()->rowCount(), 4);
        QTest::keyClick(panel->treemap(), Qt::Key_Down);
        QVERIFY(panel->treemap()->current() > 0);
        QCOMPARE(panel->model()->nameOf(panel->table()->currentIndex().row()),
                 panel->treemap()->items()[std::size_t(panel->treemap()->current())].name);
        QSignalSpy shown(dialog, &AnalysisDialog::prefixRequested);
        const auto buttons = dialog->findChildren<QPushButton*>();
        for (QPushButton* button : buttons) {
            if (button->text() == QStringLiteral("Show the &keys")) {
                button->click();
            }
        }
        QCOMPARE(shown.count(), 1);
        QVERIFY(shown[0][0].toByteArray().startsWith("user:"));
        QTest::keyClick(panel->treemap(), Qt::Key_Backspace);
        wait(*dialog);
        QVERIFY(panel->prefix().isEmpty());

        panel->separatorBox()->setCurrentText(QStringLiteral("d:"));
        wait(*dialog);
        QCOMPARE(panel->model()->rowCount(), 2);
        QCOMPARE(panel->model()->nameOf(1), QStringLiteral("=cmd:"));
        // A name that a spreadsheet would compute is quoted in the CSV.
        const QByteArray csv = dialog->exported(AnalysisDialog::Format::csv);
        QVERIFY2(csv.contains("'=cmd:") && !csv.contains("\n=cmd"), csv.constData());
        QVERIFY(dialog->exported(AnalysisDialog::Format::png).startsWith("\x89PNG"));
        QVERIFY(dialog->exported(AnalysisDialog::Format::svg).contains("<svg"));
        QSignalSpy saved(dialog, &AnalysisDialog::saved);
        const QString target = m_directory->text() + QStringLiteral("/sizes.csv");
        dialog->save(AnalysisDialog::Format::csv, target);
        QVERIFY(saved.wait(10'000));
        QFile file(target);
        QVERIFY(file.open(QIODevice::ReadOnly) && file.readAll() == csv);
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
        delete dialog;
    }

    void ranksValuesAndOverwrites() {
        fillTree();
        OpenSession session(m_directory->path() / "db", browsingOptions(true));
        AnalysisDialog dialog(*session.get(), *m_settings);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        wait(dialog);
        const QAbstractItemModelTester largest(dialog.largestPanel()->model());
        const QAbstractItemModelTester overwritten(dialog.overwrittenPanel()->model());
        dialog.showTab(AnalysisDialog::largest);
        wait(dialog);
        QCOMPARE(dialog.largestPanel()->model()->rowCount(), 43);
        QCOMPARE(dialog.largestPanel()->model()->nameOf(0), QStringLiteral("big"));
        QCOMPARE(dialog.largestPanel()->sentence(), QStringLiteral("All 43 keys."));
        QVERIFY(dialog.exported(AnalysisDialog::Format::png).isEmpty());

        dialog.showTab(AnalysisDialog::overwritten);
        wait(dialog);
        QCOMPARE(dialog.overwrittenPanel()->model()->rowCount(), 1);
        QCOMPARE(dialog.overwrittenPanel()->model()->nameOf(0), QStringLiteral("hot"));
        QCOMPARE(dialog.overwrittenPanel()->model()->index(0, 1).data().toString(), QStringLiteral("8"));
        QVERIFY2(dialog.overwrittenPanel()->sentence().startsWith(
                     QStringLiteral("43 live records; 8 superseded records and tombstones of 1 key")),
                 qPrintable(dialog.overwrittenPanel()->sentence()));
        QSignalSpy asked(&dialog, &AnalysisDialog::keyRequested);
        dialog.overwrittenPanel()->table()->setFocus();
        QTest::keyClick(dialog.overwrittenPanel()->table(), Qt::Key_Return);
        QCOMPARE(asked.value(0).value(0).toByteArray(), QByteArray("hot"));

        dialog.showTab(AnalysisDialog::ages);
        const ChartTable table = dialog.agePanel()->chart()->table();
        double sum = 0;
        for (const auto& row : table.rows) {
            sum += row.value(0);
        }
        QCOMPARE(sum, 43.0);
        QVERIFY(dialog.exported(AnalysisDialog::Format::svg).contains("<svg"));
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
    }

    void cancelledItIsLabelledPartial() {
        PrefixReport prefixes;
        prefixes.keysSeen = 5;
        QVERIFY(prefixSentence(prefixes, 1000).contains(QStringLiteral("Partial: 5 of 1,000 keys")));
        LogReport log;
        QVERIFY(logSentence(log).contains(QStringLiteral("Partial: the log was not read to its end.")));
        log.filesMissing = 2;
        QVERIFY(logSentence(log).contains(QStringLiteral("removed 2 files")));
        log.complete = true;
        QVERIFY(!logSentence(log).contains(QStringLiteral("Partial")));
    }

    void manyPrefixesAreOneTile() {
        PrefixReport report;
        for (int i = 0; i < 500; ++i) {
            report.shares.push_back(
                {.prefix = "p" + std::to_string(i) + ":", .keys = 1, .bytes = std::uint64_t(1000 - i)});
        }
        const auto tiles = prefixTiles(report);
        QCOMPARE(tiles.size(), maxTiles + 1);
        QVERIFY(tiles[0].kind == TreemapItem::Kind::rest); // together they are the most
        QVERIFY(tiles[0].detail.contains(QStringLiteral("440 keys")));
        QVERIFY(std::is_sorted(tiles.begin(), tiles.end(),
                               [](const auto& a, const auto& b) { return a.weight > b.weight; }));
    }

    void neverHoldsTheEventLoopUp() {
        {
            RUSTCASK_VALUE(auto database, Database::open(m_directory->path() / "db"));
            for (int i = 0; i < 300'000; ++i) {
                RUSTCASK_OK(database->put("g" + std::to_string(i % 5000) + ":" + std::to_string(i), "v"));
            }
            RUSTCASK_OK(database->close());
        }
        OpenSession session(m_directory->path() / "db", browsingOptions(true));
        AnalysisDialog dialog(*session.get(), *m_settings);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        wait(dialog);
        StallWatchdog watchdog;
        dialog.refresh();
        wait(dialog);
        QTest::qWait(50);
        QCOMPARE(dialog.prefixPanel()->model()->rowCount(), 5000);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestAnalysisDialog)
#include "tst_analysis_dialog.moc"
