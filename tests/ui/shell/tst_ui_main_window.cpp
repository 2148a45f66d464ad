// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QDragEnterEvent>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include <rustcask/database.h>

#include "analysis/analysis_dialog.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/keys_page.h"
#include "pages/page.h"
#include "pages/start/start_page.h"
#include "session/session.h"
#include "settings/settings.h"
#include "support/check.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "theme/theme.h"
#include "transfer/import_dialog.h"
#include "widgets/states.h"
#include "window/activity_log.h"
#include "window/database_actions.h"
#include "window/main_window.h"
#include "window/status_strip.h"
#include "window/studio.h"
#include "window/toast.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestMainWindow : public QObject {
    Q_OBJECT

private:
    void makeDatabase(const char* name) {
        RUSTCASK_VALUE(const auto database, Database::open(*m_directory / name));
        for (int i = 0; i < 300; ++i) {
            RUSTCASK_OK(database->put("key" + std::to_string(i), std::string(50, 'v')));
        }
        for (int i = 0; i < 100; ++i) {
            RUSTCASK_OK(database->put("key" + std::to_string(i), "overwritten"));
        }
    }
    QString path(const char* name) const { return QString::fromStdString((*m_directory / name).string()); }

    std::unique_ptr<rustcask::test::TemporaryDirectory> m_directory;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<Theme> m_theme;

private Q_SLOTS:
    void initTestCase() { m_theme = std::make_unique<Theme>(*qApp); }
    void cleanupTestCase() { m_theme.reset(); }
    void init() {
        m_directory = std::make_unique<rustcask::test::TemporaryDirectory>();
        m_settings = std::make_unique<Settings>(path("settings.ini"));
    }

    void beginsWithTheStartPage() {
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        QCOMPARE(window->currentPageId(), QStringLiteral("start"));
        QVERIFY(window->isFree());
        QVERIFY(!window->actionRegistry().action(QStringLiteral("edit.undo"))->isEnabled());
        QCOMPARE(window->actionRegistry().conflicts(), QStringList());
        QCOMPARE(rustcask::test::auditWidgets(window), QStringList());
    }

    void opensShowsAndCloses() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        QStringList milestones;
        connect(window, &MainWindow::milestone, this, [&](const QString& name) { milestones << name; });
        rustcask::test::StallWatchdog watchdog;
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        QCOMPARE(window->windowTitle(), QStringLiteral("orders – Rustcask Studio"));
        QVERIFY(milestones.contains(QStringLiteral("database open")));
        QCOMPARE(m_settings->recentDirectories(), QStringList{path("orders")});
        QTRY_COMPARE(window->session()->stats().liveKeys, std::uint64_t{300});
        const auto labels = window->findChild<StatusStrip*>()->findChildren<QLabel*>();
        QTRY_VERIFY(std::any_of(labels.begin(), labels.end(),
                                [](const QLabel* label) { return label->text() == QStringLiteral("300 keys"); }));
        const auto pages = window->pages();
        for (Page* page : pages) {
            window->showPage(page->id());
            QCOMPARE(window->currentPageId(), page->id());
            QTest::qWait(20);
        }
        QVERIFY2(watchdog.longestStallMs() < 2'000, qPrintable(QString::number(watchdog.longestStallMs())));
        QCOMPARE(rustcask::test::auditWidgets(window), QStringList());

        // The second opening of the same directory shows the window that has it.
        studio.open(path("orders"), false, nullptr);
        QCOMPARE(studio.windows().size(), 1);

        QSignalSpy ended(&studio, &Studio::lastWindowClosed);
        window->close();
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
        QVERIFY(studio.windows().isEmpty());
        RUSTCASK_OK(Database::open(*m_directory / "orders")); // the lock is gone
    }

    void aSecondDatabaseGetsAWindowOfItsOwn() {
        makeDatabase("one");
        makeDatabase("two");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("one"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        studio.open(path("two"), true, window);
        QCOMPARE(studio.windows().size(), 2);
        QTRY_VERIFY(studio.windows().last()->session() != nullptr);
        QVERIFY(studio.windows().last()->session()->isReadOnly());
        QSignalSpy ended(&studio, &Studio::lastWindowClosed);
        studio.closeAll();
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
    }

    void closingTheDatabaseLeavesTheWindow() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        window->actionRegistry().action(QStringLiteral("file.close"))->trigger();
        QTRY_VERIFY(window->isFree());
        QCOMPARE(window->currentPageId(), QStringLiteral("start"));
        QVERIFY(window->isVisible());
        studio.open(path("orders"), true, window);
        QTRY_VERIFY(window->session() != nullptr);
        QCOMPARE(studio.windows().size(), 1);
    }

    void aRefusalStaysOnTheStartPage() {
        RUSTCASK_VALUE(const auto holder, Database::open(*m_directory / "held"));
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("held"), false, window);
        QTRY_VERIFY(
            window->startPage()->banner()->text().contains(QString::number(QCoreApplication::applicationPid())));
        QCOMPARE(window->currentPageId(), QStringLiteral("start"));
        QVERIFY(m_settings->recentDirectories().isEmpty());
        window->startPage()->banner()->findChild<QPushButton*>()->click();
        QTRY_VERIFY(window->session() != nullptr);
        QVERIFY(window->session()->isReadOnly());
    }

    void undoIsNamed() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        QAction* undo = window->actionRegistry().action(QStringLiteral("edit.undo"));
        window->session()->put("fresh", "v", nullptr);
        QTRY_VERIFY(undo->isEnabled());
        QVERIFY(undo->text().contains(QStringLiteral("Put fresh")));
        undo->trigger();
        QAction* redo = window->actionRegistry().action(QStringLiteral("edit.redo"));
        QTRY_VERIFY(redo->isEnabled());
        QVERIFY(!undo->isEnabled());
    }

    void runningTasksAreAskedAbout() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        window->session()->tasks().start<int>(
            QStringLiteral("Counting sheep"),
            [](Progress& progress) -> Result<int> {
                for (;;) {
                    if (auto go = progress.checkpoint("count"); !go) {
                        return failure(go.error());
                    }
                    QThread::msleep(1);
                }
            },
            window, [](Result<int>) {});
        window->close();
        QVERIFY(window->isVisible());
        auto* box = window->findChild<QMessageBox*>(QStringLiteral("confirmLeaving"));
        QVERIFY(box != nullptr);
        QVERIFY(box->informativeText().contains(QStringLiteral("Counting sheep")));
        box->button(QMessageBox::Cancel)->click();
        QVERIFY(window->session() != nullptr);
        window->close();
        const auto boxes = window->findChildren<QMessageBox*>(QStringLiteral("confirmLeaving"));
        QSignalSpy ended(&studio, &Studio::lastWindowClosed);
        const auto buttons = boxes.last()->buttons();
        for (QAbstractButton* button : buttons) {
            if (boxes.last()->buttonRole(button) == QMessageBox::DestructiveRole) {
                button->click();
            }
        }
        QVERIFY(ended.count() == 1 || ended.wait(10'000)); // cancelled and drained, then closed
    }

    void windowsAreListedAndRaised() {
        makeDatabase("one");
        makeDatabase("two");
        QVERIFY(QFile::link(path("one"), path("link")));
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        studio.open(path("one"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        window->actionRegistry().action(QStringLiteral("window.new"))->trigger();
        QCOMPARE(studio.windows().size(), 2);
        MainWindow* second = studio.windows().last();
        QVERIFY(second->isVisible() && second->isFree() && second->pos() != window->pos());
        // The same directory by another name is in the first window already.
        studio.open(path("link"), false, second);
        QVERIFY(second->isFree());
        studio.open(path("two"), false, second);
        QTRY_VERIFY(second->session() != nullptr);
        QVERIFY(window->session() != second->session());
        const auto menus = window->findChildren<QMenu*>();
        const auto found = std::find_if(menus.begin(), menus.end(),
                                        [](const QMenu* menu) { return menu->title() == QStringLiteral("&Window"); });
        QVERIFY(found != menus.end());
        Q_EMIT(*found)->aboutToShow();
        QStringList names;
        const auto entries = (*found)->actions();
        for (const QAction* entry : entries) {
            if (entry->isCheckable()) {
                names << entry->text() + (entry->isChecked() ? QStringLiteral("*") : QString());
            }
        }
        QCOMPARE(names, (QStringList{QStringLiteral("&1  one – Rustcask Studio*"),
                                     QStringLiteral("&2  two – Rustcask Studio")}));
        window->actionRegistry().action(QStringLiteral("window.next"))->trigger();
        QTRY_VERIFY(second->isActiveWindow());
        QCOMPARE(second->actionRegistry().conflicts(), QStringList());
        QSignalSpy ended(&studio, &Studio::lastWindowClosed);
        studio.closeAll();
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
    }

    // Quit stops at the first window that is to stay; those behind it are not even asked.
    void quittingStopsAtTheWindowThatStays() {
        makeDatabase("one");
        Studio studio(*m_settings, *m_theme);
        MainWindow* first = studio.addWindow();
        first->show();
        studio.open(path("one"), false, first);
        QTRY_VERIFY(first->session() != nullptr);
        first->session()->tasks().start<int>(
            QStringLiteral("Counting sheep"),
            [](Progress& progress) -> Result<int> {
                for (;;) {
                    if (auto go = progress.checkpoint("count"); !go) {
                        return failure(go.error());
                    }
                    QThread::msleep(1);
                }
            },
            first, [](Result<int>) {});
        MainWindow* second = studio.addWindow();
        second->show();
        studio.raise(first);
        QTRY_VERIFY(first->isActiveWindow());
        studio.closeAll();
        auto* box = first->findChild<QMessageBox*>(QStringLiteral("confirmLeaving"));
        QVERIFY(box != nullptr);
        QVERIFY(second->isVisible());
        box->button(QMessageBox::Cancel)->click();
        QTest::qWait(50);
        QVERIFY(first->isVisible() && second->isVisible());
        QCOMPARE(studio.windows().size(), 2);
        first->session()->tasks().cancelAll();
        QTRY_VERIFY(first->session()->tasks().isIdle());
        QSignalSpy ended(&studio, &Studio::lastWindowClosed);
        studio.closeAll();
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
    }

    void aDroppedFileOpensTheImportAndWritesNothing() {
        makeDatabase("orders");
        QFile file(path("more.tsv"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("a\t1\n") > 0);
        file.close();
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path("more.tsv"))});
        const auto drop = [&] {
            QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(window, &enter);
            QVERIFY(enter.isAccepted());
            QDropEvent event(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(window, &event);
        };
        drop(); // nothing is open: that is said
        QVERIFY(window->toast().banner().text().contains(QStringLiteral("Open a database first")));
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        QVERIFY(!window->toast().isVisible());
        drop();
        auto* dialog = window->findChild<ImportDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible() && !dialog->isModal());
        QTRY_VERIFY(dialog->startButton()->isEnabled());
        QCOMPARE(window->session()->stats().liveKeys, std::uint64_t{300});
        dialog->startButton()->click();
        dialog->reject(); // hides; what ends in the background is told without taking the focus
        QTRY_VERIFY(window->toast().isVisible());
        QVERIFY(window->toast().banner().text().startsWith(QStringLiteral("1 record imported")));
        QVERIFY(window->activityLog().text().contains(QStringLiteral("1 record imported")));
        QCOMPARE(rustcask::test::auditWidgets(window), QStringList());
        window->toast().banner().findChild<QPushButton*>()->click();
        QVERIFY(dialog->isVisible());
        QTRY_COMPARE(window->session()->stats().liveKeys, std::uint64_t{301});
    }

    void theAnalysisLeadsToTheKeys() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        QVERIFY(!window->actionRegistry().action(QStringLiteral("view.analysis"))->isEnabled());
        studio.open(path("orders"), false, window);
        QTRY_VERIFY(window->session() != nullptr);
        window->session()->put(QByteArray("\x00\x01zzz", 5), "v", nullptr);
        window->showPage(QStringLiteral("storage"));
        window->actionRegistry().action(QStringLiteral("view.analysis"))->trigger();
        auto* dialog = window->findChild<AnalysisDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible() && !dialog->isModal());
        QCOMPARE(window->databaseActions().openAnalysis(), dialog); // one is enough
        Q_EMIT dialog->prefixRequested("key1");
        QCOMPARE(window->currentPageId(), QStringLiteral("keys"));
        KeysPage* keys = window->findChild<KeysPage*>();
        QTRY_COMPARE(keys->list().model().matchingKeys(), std::size_t(111));
        Q_EMIT dialog->prefixRequested(QByteArray("\x00\x01", 2)); // no field can hold it as text
        QTRY_COMPARE(keys->list().model().matchingKeys(), std::size_t(1));
        Q_EMIT dialog->keyRequested("key42");
        QTRY_COMPARE(keys->list().currentKey(), QByteArray("key42"));
        window->actionRegistry().action(QStringLiteral("file.close"))->trigger();
        QTRY_VERIFY(window->isFree());
        QVERIFY(window->findChild<AnalysisDialog*>() == nullptr);
    }

    void theLogSaysWhatWasDone() {
        makeDatabase("orders");
        Studio studio(*m_settings, *m_theme);
        MainWindow* window = studio.addWindow();
        window->show();
        const QAbstractItemModelTester tester(&window->activityLog());
        studio.open(path("orders"), true, window);
        QTRY_VERIFY(window->session() != nullptr);
        QVERIFY(window->activityLog().text().contains(path("orders") + QStringLiteral(" opened, read-only")));
        window->actionRegistry().action(QStringLiteral("window.activity"))->trigger();
        for (int i = 0; i < 1100; ++i) {
            window->activityLog().add(QStringLiteral("<b>%1</b>").arg(i), i % 2 == 0);
        }
        QCOMPARE(window->activityLog().rowCount(), int(ActivityLog::maxEntries));
        QCOMPARE(rustcask::test::auditWidgets(window), QStringList());
        QTest::qWait(20);
    }

    void deadShareCountsTombstones() {
        Stats stats;
        QCOMPARE(deadShare(stats), 0.0);
        stats.dataBytes = 100;
        stats.deadBytes = 20;
        stats.tombstoneBytes = 9;
        QCOMPARE(deadShare(stats), 0.29);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestMainWindow)
#include "tst_ui_main_window.moc"
