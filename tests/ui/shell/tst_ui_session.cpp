// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include <rustcask/database.h>

#include "commands/edit_command.h"
#include "session/event_hub.h"
#include "session/sample_database.h"
#include "session/session.h"
#include "session/session_opener.h"
#include "support/check.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_test_main.h"
#include "theme/format.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestSession : public QObject {
    Q_OBJECT

private:
    static QString at(const rustcask::test::TemporaryDirectory& directory) {
        return QString::fromStdString((directory / "db").string());
    }

    /// Opens, or says why not.
    std::unique_ptr<Session> open(const QString& directory, const Options& options) {
        SessionOpener opener;
        std::unique_ptr<Session> session;
        m_error = {};
        connect(&opener, &SessionOpener::opened, this, [&](Session* opened) { session.reset(opened); });
        connect(&opener, &SessionOpener::failed, this, [this](const Error& error) { m_error = error; });
        opener.open(directory, options);
        const bool ended = QTest::qWaitFor([&] { return session != nullptr || m_error.has_value(); }, 10'000);
        return ended ? std::move(session) : nullptr;
    }

    static bool close(Session& session) {
        QSignalSpy closed(&session, &Session::closed);
        session.close();
        return closed.count() == 1 || closed.wait(10'000);
    }

    std::optional<QByteArray> value(Session& session, const QByteArray& key) {
        std::optional<Result<std::optional<QByteArray>>> answer;
        session.get(key, this, [&](Result<std::optional<QByteArray>> result) { answer = std::move(result); });
        return QTest::qWaitFor([&] { return answer.has_value(); }) && *answer ? **answer : std::nullopt;
    }

    bool put(Session& session, const QByteArray& key, const QByteArray& newValue) {
        std::optional<bool> ok;
        session.put(key, newValue, this, [&](Result<void> result) { ok = result.has_value(); });
        return QTest::qWaitFor([&] { return ok.has_value(); }) && *ok;
    }

    static QByteArray contentsOf(const QString& directory) {
        QCryptographicHash hash(QCryptographicHash::Sha256);
        const QStringList names = QDir(directory).entryList(QDir::Files | QDir::Hidden, QDir::Name);
        for (const QString& name : names) {
            QFile file(directory + QLatin1Char('/') + name);
            hash.addData(name.toUtf8());
            if (file.open(QIODevice::ReadOnly)) {
                hash.addData(file.readAll());
            }
        }
        return hash.result();
    }

    std::optional<Error> m_error;

private Q_SLOTS:
    void createEditAndReopen() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QCOMPARE(session->name(), QStringLiteral("db"));
        QVERIFY(!session->isReadOnly());
        QSignalSpy changed(session.get(), &Session::contentChanged);
        QSignalSpy sampled(session.get(), &Session::statsSampled);
        const QByteArray key("a\0b", 3);
        QVERIFY(put(*session, key, "one"));
        QCOMPARE(value(*session, key), std::optional<QByteArray>("one"));
        QTRY_VERIFY(changed.count() >= 1);
        QTRY_COMPARE(session->stats().liveKeys, std::uint64_t{1});
        QVERIFY(sampled.count() >= 1);
        QVERIFY(close(*session));
        QVERIFY(session->database() == nullptr);

        session = open(at(directory), browsingOptions(false));
        QVERIFY(session != nullptr);
        QCOMPARE(value(*session, key), std::optional<QByteArray>("one"));
        QVERIFY(close(*session));
    }

    void undoAndRedo() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QUndoStack& stack = session->undoStack();
        QVERIFY(put(*session, "k", "one"));
        QVERIFY(put(*session, "k", "two"));
        std::optional<bool> was;
        session->remove("k", this, [&](Result<bool> result) { was = result.value_or(false); });
        QTRY_VERIFY(was.has_value());
        QVERIFY(*was);
        QCOMPARE(stack.count(), 3);
        stack.undo();
        QTRY_COMPARE(value(*session, "k"), std::optional<QByteArray>("two"));
        stack.undo();
        stack.undo();
        QTRY_COMPARE(value(*session, "k"), std::optional<QByteArray>());
        stack.redo();
        QTRY_COMPARE(value(*session, "k"), std::optional<QByteArray>("one"));
        was.reset();
        session->remove("absent", this, [&](Result<bool> result) { was = result.value_or(true); });
        QTRY_VERIFY(was.has_value());
        QVERIFY(!*was);
        QCOMPARE(stack.undoText(), QStringLiteral("Put k"));
        QVERIFY(close(*session));
    }

    void undoLeavesWhatOthersChanged() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QVERIFY(put(*session, "k", "mine"));
        RUSTCASK_OK(session->database()->put("k", "theirs")); // not through the session
        QSignalSpy failed(session.get(), &Session::undoFailed);
        session->undoStack().undo();
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(value(*session, "k"), std::optional<QByteArray>("theirs"));
        QVERIFY(close(*session));
    }

    void severalChangesAreOneStep() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QVERIFY(put(*session, "old", "v"));
        std::optional<quint64> made;
        session->apply(QStringLiteral("Rename"), renameChanges("old", "new", "v"), this,
                       [&](Result<quint64> result) { made = result.value_or(99); });
        QTRY_COMPARE(made, std::optional<quint64>(2));
        QCOMPARE(value(*session, "old"), std::optional<QByteArray>());
        QCOMPARE(value(*session, "new"), std::optional<QByteArray>("v"));
        session->undoStack().undo();
        QTRY_COMPARE(value(*session, "old"), std::optional<QByteArray>("v"));
        QTRY_COMPARE(value(*session, "new"), std::optional<QByteArray>());
        QVERIFY(close(*session));
    }

    void editsKeepTheirOrder() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        int done = 0;
        for (int i = 0; i < 200; ++i) {
            session->put("k", QByteArray::number(i), this, [&](Result<void> result) { done += result ? 1 : 0; });
        }
        QTRY_COMPARE(done, 200);
        QCOMPARE(value(*session, "k"), std::optional<QByteArray>("199"));
        QVERIFY(close(*session));
    }

    void closingKeepsPendingEdits() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        for (int i = 0; i < 100; ++i) {
            session->put("k" + QByteArray::number(i), "v", nullptr);
        }
        QVERIFY(close(*session));
        RUSTCASK_VALUE(const auto database, Database::open((directory / "db")));
        QCOMPARE(database->stats().liveKeys, std::uint64_t{100});
    }

    void readOnlyFollowsAWriterAndChangesNothing() {
        const rustcask::test::TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto writer, Database::open(directory / "db"));
        RUSTCASK_OK(writer->put("a", "1"));
        const QByteArray before = contentsOf(at(directory));
        auto session = open(at(directory), browsingOptions(true));
        QVERIFY(session != nullptr);
        QVERIFY(session->isReadOnly());
        QCOMPARE(value(*session, "a"), std::optional<QByteArray>("1"));
        std::optional<ErrorCode> code;
        session->put("b", "2", this,
                     [&](Result<void> result) { code = result ? ErrorCode::internal : result.error().code; });
        QTRY_COMPARE(code, std::optional(ErrorCode::readOnly));
        QCOMPARE(contentsOf(at(directory)), before);

        QSignalSpy changed(session.get(), &Session::contentChanged);
        RUSTCASK_OK(writer->put("b", "from the other process"));
        QTRY_VERIFY(changed.count() >= 1);
        QCOMPARE(value(*session, "b"), std::optional<QByteArray>("from the other process"));
        QTRY_COMPARE(session->stats().liveKeys, std::uint64_t{2});
        QVERIFY(close(*session));
    }

    void lockedNamesTheHolder() {
        const rustcask::test::TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto writer, Database::open(directory / "db"));
        QVERIFY(open(at(directory), browsingOptions(false)) == nullptr);
        QVERIFY(m_error.has_value());
        QCOMPARE(m_error->code, ErrorCode::locked);
        QVERIFY2(errorText(*m_error).contains(QString::number(QCoreApplication::applicationPid())),
                 qPrintable(errorText(*m_error)));
    }

    void anEmptyDatabaseOpensAgain() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QVERIFY(close(*session));
        session = open(at(directory), browsingOptions(false));
        QVERIFY(session != nullptr);
        QVERIFY(put(*session, "k", "v"));
        QVERIFY(close(*session));
    }

    void whatIsNoDatabaseIsRefusedUntouched() {
        const rustcask::test::TemporaryDirectory directory;
        QFile file(directory.text() + QStringLiteral("/letter.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("Dear reader");
        file.close();
        const QByteArray before = contentsOf(directory.text());
        for (const Options& options : {browsingOptions(false), browsingOptions(true), creatingOptions()}) {
            QVERIFY(open(directory.text(), options) == nullptr);
            QVERIFY(m_error.has_value());
            QCOMPARE(m_error->code, ErrorCode::notADatabase);
        }
        QCOMPARE(contentsOf(directory.text()), before);
        QVERIFY(open(directory.text() + QStringLiteral("/none"), browsingOptions(false)) == nullptr);
        QVERIFY(!QDir(directory.text() + QStringLiteral("/none")).exists());
    }

    void foreignFormatsAreRefusedByName() {
        DirectoryListing listing;
        listing.kind = DirectoryKind::riak;
        listing.description = "2 files of Riak's Bitcask";
        const auto riak = refusal(QStringLiteral("/data/riak"), listing, browsingOptions(false));
        QVERIFY(riak && errorText(*riak).contains(QStringLiteral("Riak")));
        listing.kind = DirectoryKind::rustcaskCrate;
        const auto crate = refusal(QStringLiteral("/data/crate"), listing, browsingOptions(false));
        QVERIFY(crate && errorText(*crate).contains(QStringLiteral("crate")));
        listing.kind = DirectoryKind::rustcask;
        QVERIFY(!refusal(QStringLiteral("/data/ours"), listing, browsingOptions(false)));
        listing.kind = DirectoryKind::empty;
        QVERIFY(refusal(QStringLiteral("/data/empty"), listing, browsingOptions(false)));
        QVERIFY(!refusal(QStringLiteral("/data/empty"), listing, creatingOptions()));
    }

    void engineEventsArrive() {
        const rustcask::test::TemporaryDirectory directory;
        auto session = open(at(directory), creatingOptions());
        QVERIFY(session != nullptr);
        QVector<EngineEvent> events;
        connect(session.get(), &Session::eventsArrived, this,
                [&](const QVector<EngineEvent>& arrived) { events += arrived; });
        QVERIFY(put(*session, "k", "v"));
        QVERIFY(put(*session, "k", "w"));
        std::optional<bool> merged;
        session->tasks().start<MergeReport>(
            QStringLiteral("Merging"),
            [database = session->database()](Progress& progress) { return database->merge(progress); }, this,
            [&](Result<MergeReport> report) { merged = report.has_value(); });
        QTRY_VERIFY(merged.has_value());
        QVERIFY(*merged);
        const auto has = [&](EventKind kind) {
            return std::any_of(events.begin(), events.end(),
                               [kind](const EngineEvent& event) { return event.kind == kind; });
        };
        QTRY_VERIFY(has(EventKind::merge));
        QVERIFY(has(EventKind::rotate));
        QVERIFY(session->appendCount() >= 2);
        QVERIFY(close(*session));
    }

    void eventsAreBounded() {
        EventHub hub;
        int woken = 0;
        hub.setWake([&] { ++woken; });
        Event event;
        event.kind = EventKind::sync;
        for (int i = 0; i < 30'000; ++i) {
            hub.take(event);
        }
        QCOMPARE(woken, 1); // until it is armed again
        const auto events = hub.fetch();
        QVERIFY(events.size() <= EventHub::maxQueued);
        QVERIFY(!events.isEmpty());
        hub.rearm();
        event.kind = EventKind::append;
        hub.take(event);
        QCOMPARE(woken, 2);
        QCOMPARE(hub.appendCount(), quint64{1});
        hub.setWake({});
    }

    void sampleHasSomethingForEveryPage() {
        const rustcask::test::TemporaryDirectory directory;
        Progress progress;
        RUSTCASK_OK(makeSampleDatabase(at(directory), progress));
        auto session = open(at(directory), browsingOptions(false));
        QVERIFY(session != nullptr);
        QTRY_VERIFY(session->stats().liveKeys > 5'000);
        const Stats& stats = session->stats();
        QVERIFY(stats.files.size() >= 3);
        QVERIFY(stats.deadBytes > 0);
        QVERIFY(stats.tombstoneBytes > 0);
        QVERIFY(value(*session, "settings/maintenance").has_value()); // an empty value is a value
        QVERIFY(value(*session, "thumb:000")->startsWith("\x89PNG"));
        QVERIFY(close(*session));
        Progress again;
        QVERIFY(!makeSampleDatabase(at(directory), again).has_value()); // is never made over another
        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(makeSampleDatabase(directory.text() + QStringLiteral("/other"), cancelled),
                       ErrorCode::cancelled);
        QVERIFY(!QDir(directory.text() + QStringLiteral("/other")).exists());
    }

    void openingNeverHoldsUpTheWindow() {
        const rustcask::test::TemporaryDirectory directory;
        {
            Options options;
            options.maxFileBytes = 1 << 20;
            RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
            const std::string filler(100, 'v');
            for (int i = 0; i < 20'000; ++i) {
                RUSTCASK_OK(database->put("key" + std::to_string(i), filler));
            }
        }
        rustcask::test::StallWatchdog watchdog;
        auto session = open(at(directory), browsingOptions(false));
        QVERIFY(session != nullptr);
        QTRY_VERIFY(session->stats().liveKeys == 20'000);
        QVERIFY(close(*session));
        QTest::qWait(5);
        QVERIFY(watchdog.turns() > 0);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestSession)
#include "tst_ui_session.moc"
