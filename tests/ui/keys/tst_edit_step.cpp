// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <thread>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <rustcask/database.h>

#include "commands/change_list_model.h"
#include "commands/edit_command.h"
#include "pages/keys/changes_dialog.h"
#include "session/session_opener.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::TemporaryDirectory;

namespace {

KeyChange removal(const QByteArray& key) {
    return {key, std::nullopt};
}

ChangeList listOf(QVector<KeyChange> changes) {
    const auto count = static_cast<quint64>(changes.size());
    return {count, [changes = std::move(changes)](quint64 i) { return changes.at(static_cast<qsizetype>(i)); }, true};
}

std::map<std::string, std::string> contentsOf(const Database& database) {
    std::map<std::string, std::string> contents;
    const auto snapshot = database.snapshot();
    for (Cursor cursor(*snapshot); cursor.valid(); cursor.next()) {
        contents.emplace(cursor.entry().key, cursor.value().value_or("unreadable"));
    }
    return contents;
}

} // namespace

class TestEditStep : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Many more values than a step holds: undo reads them from the log.
    void bringsBackWhatItDoesNotHold() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        const std::string filler(200, 'v');
        QVector<KeyChange> changes;
        for (int i = 0; i < 5000; ++i) {
            const std::string key = "key " + std::to_string(i);
            RUSTCASK_OK(database->put(key, filler + std::to_string(i)));
            changes.append(i % 2 == 0 ? removal(QByteArray::fromStdString(key))
                                      : KeyChange{QByteArray::fromStdString(key), QByteArray("new")});
        }
        changes.append(removal("never there"));
        const auto before = contentsOf(*database);
        EditStep step;
        Progress progress;
        EditTally tally = step.make(*database, listOf(changes), progress);
        QVERIFY(!tally.error);
        QCOMPARE(tally.made, quint64{5000});
        QCOMPARE(tally.absent, quint64{1});
        QCOMPARE(step.size(), quint64{5000});
        const auto after = contentsOf(*database);
        QCOMPARE(after.size(), std::size_t{2500});
        QVERIFY(!step.neededFiles(false).isEmpty());
        for (int round = 0; round < 2; ++round) {
            tally = step.replay(*database, false, progress);
            QVERIFY(!tally.error);
            QCOMPARE(tally.made, quint64{5000});
            QVERIFY(contentsOf(*database) == before);
            tally = step.replay(*database, true, progress);
            QCOMPARE(tally.made, quint64{5000});
            QVERIFY(contentsOf(*database) == after);
        }
    }

    /// A write of somebody else between the step's own and its look at what it wrote is not the step's.
    void doesNotTakeTheWritesOfOthersForItsOwn() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        Progress progress;
        for (int round = 0; round < 150; ++round) {
            const std::string key = "key " + std::to_string(round);
            RUSTCASK_OK(database->put(key, "old"));
            std::atomic<int> state{0};
            std::thread other([&] {
                state = 1;
                while (state != 2) {
                }
                for (volatile int wait = 0; wait < round * 25;) {
                    wait = wait + 1;
                }
                static_cast<void>(database->put(key, "his")); // as long as "new"
            });
            while (state != 1) {
                std::this_thread::yield();
            }
            EditStep step;
            EditTally tally;
            state = 2;
            step.makeOne(*database, {QByteArray::fromStdString(key), QByteArray("new")}, true, tally);
            other.join();
            QCOMPARE(tally.made, quint64{1});
            RUSTCASK_VALUE(const auto last, database->get(key));
            const EditTally undone = step.replay(*database, false, progress);
            RUSTCASK_VALUE(const auto now, database->get(key));
            if (*last == "his") {
                QCOMPARE(undone.conflicts, quint64{1});
                QCOMPARE(*now, std::string("his"));
            } else {
                // Written over "old" or over "his", whichever came first.
                QCOMPARE(undone.made, quint64{1});
                QVERIFY(*now == "old" || *now == "his");
            }
        }
    }

    void leavesWhatOthersChangedAndCountsIt() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        for (const char* key : {"a", "b", "c", "d"}) {
            RUSTCASK_OK(database->put(key, "old"));
        }
        RUSTCASK_VALUE(const auto info, database->info("c"));
        RUSTCASK_OK(database->put("c", "theirs"));
        KeyChange guarded = removal("c");
        guarded.guarded = true;
        guarded.expected = info->sequence;
        EditStep step;
        Progress progress;
        EditTally tally = step.make(*database, listOf({removal("a"), removal("b"), guarded}), progress);
        QCOMPARE(tally.made, quint64{2});
        QCOMPARE(tally.conflicts, quint64{1});
        RUSTCASK_OK(database->put("b", "somebody else's"));
        tally = step.replay(*database, false, progress);
        QCOMPARE(tally.made, quint64{1});
        QCOMPARE(tally.conflicts, quint64{1});
        QVERIFY(shortfallText(tally).contains(QStringLiteral("somebody else")));
        const std::map<std::string, std::string> expected{
            {"a", "old"}, {"b", "somebody else's"}, {"c", "theirs"}, {"d", "old"}};
        QVERIFY(contentsOf(*database) == expected);
    }

    /// A delete beside a busy writer takes exactly the value that undo brings back: none is lost between the two.
    void deletesTheVersionThatItRemembers() {
        const TemporaryDirectory directory;
        std::uint64_t puts = 0; // under the writer's lock, as the tombstone's event is
        std::uint64_t putsBeforeTombstone = 0;
        std::atomic<bool> watched = false;
        Options options;
        options.listener = [&](const Event& event) {
            if (watched && event.kind == EventKind::append) {
                (event.tombstone ? putsBeforeTombstone : puts) = event.tombstone ? puts : puts + 1;
            }
        };
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
        for (int round = 0; round < 300; ++round) {
            puts = 0;
            watched = true;
            RUSTCASK_OK(database->put("key", "1"));
            std::atomic<bool> failed = false;
            std::thread writer([&] { // until the key is gone; each value is its number
                for (std::uint64_t number = 2;;) {
                    const auto info = database->info("key");
                    if (!info || !*info) {
                        failed = !info;
                        return;
                    }
                    if (const auto stored = database->putIf("key", std::to_string(number), (*info)->sequence);
                        stored && *stored) {
                        ++number;
                    }
                }
            });
            EditTally tally;
            EditStep step;
            Progress progress;
            do { // a writer that wins every time makes it a conflict
                tally = step.make(*database, listOf({removal("key")}), progress);
            } while (tally.conflicts > 0);
            writer.join();
            watched = false;
            QVERIFY(!failed && !tally.error);
            QCOMPARE(tally.made, quint64{1});
            QCOMPARE(step.replay(*database, false, progress).made, quint64{1});
            RUSTCASK_VALUE(const auto value, database->get("key"));
            QCOMPARE(QString::fromStdString(value.value_or("gone")), QString::number(putsBeforeTombstone));
            RUSTCASK_OK(database->remove("key"));
        }
    }

    void stopsWithinAStepAndGoesOn() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        for (int i = 0; i < 100; ++i) {
            RUSTCASK_OK(database->put("key " + std::to_string(i), "v"));
        }
        const auto before = contentsOf(*database);
        EditStep step;
        Progress progress;
        ChangeList list{100,
                        [&progress](quint64 i) {
                            if (i == 40) {
                                progress.cancel();
                            }
                            return removal("key " + QByteArray::number(i));
                        },
                        true};
        EditTally tally = step.make(*database, list, progress);
        QVERIFY(tally.error && tally.error->code == ErrorCode::cancelled);
        QCOMPARE(tally.wanted, quint64{100});
        QCOMPARE(tally.made, quint64{41});
        QCOMPARE(database->stats().liveKeys, std::uint64_t{59});
        Progress again;
        tally = step.replay(*database, false, again);
        QCOMPARE(tally.made, quint64{41});
        QVERIFY(contentsOf(*database) == before);
        tally = step.replay(*database, false, again); // all as wanted already
        QCOMPARE(tally.made, quint64{0});
        QCOMPARE(tally.absent, quint64{41});
    }

    /// A merge moves what lives and drops what does not: the former is undone all the same, the latter is said.
    void saysWhatAMergeHasTaken() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        const std::string large(100'000, 'x');
        for (int i = 0; i < 8; ++i) {
            RUSTCASK_OK(database->put("key " + std::to_string(i), large));
        }
        EditStep removed;
        EditStep added;
        Progress progress;
        QVector<KeyChange> removals;
        for (int i = 0; i < 8; ++i) {
            removals.append(removal("key " + QByteArray::number(i)));
        }
        QCOMPARE(added.make(*database, listOf({{"moved", QByteArray(300'000, 'y')}}), progress).made, quint64{1});
        QCOMPARE(removed.make(*database, listOf(removals), progress).made, quint64{8});
        QVERIFY(!removed.neededFiles(false).isEmpty());
        RUSTCASK_OK(database->rotate());
        Progress merging;
        RUSTCASK_OK(database->merge(merging));
        const EditTally tally = removed.replay(*database, false, progress);
        QVERIFY(!tally.error);
        QCOMPARE(tally.made, quint64{2}); // two values of 100 kB are held in memory
        QCOMPARE(tally.lost, quint64{6});
        QVERIFY(shortfallText(tally).contains(QStringLiteral("merge")));
        // "moved" lies in the merge's output now. It is removed, and from there brought back.
        QCOMPARE(added.replay(*database, false, progress).made, quint64{1});
        QCOMPARE(added.replay(*database, true, progress).made, quint64{1});
        RUSTCASK_VALUE(const auto value, database->get("moved"));
        QCOMPARE(value.value_or("").size(), std::size_t{300'000});
    }

    void listsTheChangesOfASession() {
        const TemporaryDirectory directory;
        RUSTCASK_VALUE(auto made, Database::open(directory / "db"));
        RUSTCASK_OK(made->put("a", std::string(400'000, 'a')));
        RUSTCASK_OK(made->close());
        made.reset();
        std::unique_ptr<Session> session;
        SessionOpener opener;
        connect(&opener, &SessionOpener::opened, this, [&](Session* opened) { session.reset(opened); });
        opener.open(directory.text() + QStringLiteral("/db"), browsingOptions(false));
        QTRY_VERIFY(session != nullptr);
        ChangesDialog dialog(session.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(rustcask::test::auditWidgets(dialog), QStringList());
        ChangeListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setSession(session.get());
        QCOMPARE(model.rowCount(), 0);
        session->put("one", "1", this);
        session->put("two", "2", this);
        session->remove("a", this);
        QTRY_COMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, ChangeListModel::textColumn).data().toString(), QStringLiteral("Delete a"));
        QCOMPARE(model.index(0, ChangeListModel::stateColumn).data().toString(), QStringLiteral("made"));
        // Back to before the second change, in the dialog.
        dialog.table()->selectRow(1);
        dialog.replaySelected();
        QTRY_VERIFY(model.isUndone(1) && model.isUndone(0) && !model.isUndone(2));
        QTRY_COMPARE(model.index(0, ChangeListModel::stateColumn).data().toString(), QStringLiteral("undone"));
        QTRY_COMPARE(session->database()->stats().liveKeys, std::uint64_t{2});
        session->undoStack().redo();
        session->undoStack().redo();
        QTRY_COMPARE(session->database()->stats().liveKeys, std::uint64_t{2});
        QTRY_COMPARE(model.index(0, ChangeListModel::stateColumn).data().toString(), QStringLiteral("made"));
        // A merge takes the former value of "a", which is too large to be held: the list says so beforehand.
        RUSTCASK_OK(session->database()->rotate());
        Progress progress;
        RUSTCASK_OK(session->database()->merge(progress));
        QTRY_VERIFY(model.index(0, ChangeListModel::stateColumn).data().toString().contains(QStringLiteral("merge")));
        QVERIFY(!model.index(2, ChangeListModel::stateColumn).data().toString().contains(QStringLiteral("merge")));
        model.setSession(nullptr);
        QCOMPARE(model.rowCount(), 0);
        QSignalSpy closed(session.get(), &Session::closed);
        session->close();
        QTRY_COMPARE(closed.count(), 1);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestEditStep)
#include "tst_edit_step.moc"
