// SPDX-License-Identifier: Apache-2.0
// Prints what the Keys page takes with millions of keys, beside the targets it is held to.
//
//     keys_scale --keys 10000000 DIR
//     keys_scale --keys 10000000 --only past DIR
//
// DIR is made when it is not there: keys of 20 bytes in no order, values of 100, sealed with hint files. Run it in a
// release build, alone on the machine, under Xvfb or offscreen. The database is edited at the end (1 M keys are deleted
// and brought back, and all are imported anew from an export beside DIR): make a new one for another run that is to be
// compared.
#include <algorithm>
#include <cstdio>
#include <vector>

#include <QAction>
#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTimer>

#include <rustcask/database.h>

#include "actions/action_registry.h"
#include "analysis/analysis_dialog.h"
#include "pages/keys/key_find_bar.h"
#include "pages/keys/key_list_panel.h"
#include "pages/keys/key_tree_view.h"
#include "pages/keys/keys_page.h"
#include "pages/keys/moment_dialog.h"
#include "pages/keys/value_panel.h"
#include "scale/measuring.h"
#include "session/session.h"
#include "session/session_opener.h"
#include "settings/settings.h"
#include "support/stall_watchdog.h"
#include "transfer/export_dialog.h"
#include "transfer/import_dialog.h"
#include "widgets/tall_table_view.h"

using namespace rustcask;
using namespace rustcask::ui;
using namespace rustcask::scale;

namespace {

/// Key number `i`: 20 bytes, in no order when `i` ascends.
std::string keyOf(quint64 i) {
    char text[32];
    std::snprintf(text, sizeof text, "user:%015llx", static_cast<unsigned long long>(i * 0x9E3779B97F4A7C15ULL >> 4));
    return {text, 20};
}

bool makeDatabase(const QString& directory, quint64 keys) {
    auto database = Database::open(directory.toStdString());
    if (!database) {
        return false;
    }
    std::string value(100, 'v');
    for (quint64 i = 0; i < keys; ++i) {
        value[i % 100] = static_cast<char>('a' + i % 26);
        if (!(*database)->put(keyOf(i), std::string_view(value).substr(0, 100 - i % 3))) {
            return false;
        }
    }
    return (*database)->close().has_value();
}

class Scale {
public:
    Scale(const QString& directory, quint64 keys)
        : m_directory(directory), m_keys(keys), m_settings(m_home.filePath(QStringLiteral("settings.ini"))) {}

    /// All parts, or those that `only` names.
    int run(const QStringList& only) {
        m_page.resize(1300, 860);
        m_page.show();
        waitFor([this] { return m_page.isVisible(); });
        open();
        const std::pair<const char*, void (Scale::*)()> parts[] = {
            {"scroll", &Scale::scroll},       {"find", &Scale::find},     {"sort", &Scale::sort},
            {"tree", &Scale::tree},           {"edit", &Scale::edit},     {"bulk", &Scale::bulk},
            {"past", &Scale::past},           {"values", &Scale::values}, {"analyse", &Scale::analyse},
            {"transfer", &Scale::transferAll}};
        for (const auto& [name, part] : parts) {
            if (only.isEmpty() || only.contains(QLatin1String(name))) {
                (this->*part)();
            }
        }
        report("peak resident memory of all", peakBytes() / double(1 << 20), "MiB", "");
        close();
        return 0;
    }

private:
    [[nodiscard]] KeyListPanel& list() { return m_page.list(); }
    [[nodiscard]] KeyListLoader& loader() { return list().loader(); }
    [[nodiscard]] bool isSettled() {
        return loader().state() == KeyListLoader::State::complete && !loader().isSorting() && !loader().isReloading();
    }
    void stalls(const char* what) {
        waitFor([count = 0]() mutable { return ++count > 3; });
        report(what, static_cast<double>(m_watchdog.longestStallMs()), "ms", "50");
        m_watchdog.restart();
    }

    void open() {
        const double before = residentBytes();
        QElapsedTimer clock;
        clock.start();
        SessionOpener opener;
        QObject::connect(&opener, &SessionOpener::opened, &opener,
                         [this](Session* session) { m_session.reset(session); });
        opener.open(m_directory, browsingOptions(false));
        waitFor([this] { return m_session != nullptr; });
        report("open: the database is there", static_cast<double>(clock.elapsed()), "ms", "");
        const double opened = residentBytes();
        m_watchdog.restart();
        bool first = false;
        QObject::connect(&loader(), &KeyListLoader::firstRows, &m_page, [&first] { first = true; });
        m_page.setSession(m_session.get());
        waitFor([&] { return first; });
        list().table()->viewport()->repaint();
        report("open: first rows are painted", static_cast<double>(clock.elapsed()), "ms", "1,000");
        const double unsorted = static_cast<double>(clock.elapsed());
        waitFor([this] { return isSettled(); });
        report("open: all keys are listed", unsorted, "ms", "2,000");
        report("sort by key, in the background", static_cast<double>(clock.elapsed()) - unsorted, "ms", "8,000");
        stalls("longest stall of the window meanwhile");
        const Stats stats = m_session->database()->stats();
        report("keys", static_cast<double>(stats.liveKeys), "", "");
        report("engine: memory for opening, per key", (opened - before) / static_cast<double>(m_keys), "B", "");
        report("window: memory above that, per key", (residentBytes() - opened) / static_cast<double>(m_keys), "B",
               "32");
        report("peak resident memory so far", peakBytes() / double(1 << 20), "MiB", "");
    }

    void scroll() {
        TallTableView* table = list().table();
        std::vector<double> frames;
        quint64 state = 1;
        for (int i = 0; i < 300; ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const int rows = table->model()->rowCount();
            const int row = i < 100 ? i * 40 : static_cast<int>((state >> 33) % static_cast<quint64>(rows));
            QElapsedTimer clock;
            clock.start();
            table->verticalScrollBar()->setValue(row);
            table->viewport()->repaint();
            frames.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
            waitFor([count = 0]() mutable { return ++count > 1; });
        }
        std::sort(frames.begin(), frames.end());
        report("scroll, page, drag to any row: median frame", frames[frames.size() / 2], "ms", "");
        report("scroll, page, drag to any row: slowest of 300", frames.back(), "ms", "16");
        m_watchdog.restart();
    }

    void filter(const char* what, const KeyFilter& wanted, const char* target) {
        QElapsedTimer clock;
        clock.start();
        double first = -1;
        loader().setFilter(wanted);
        waitFor([&] {
            if (first < 0 && loader().hitsSoFar() > 0) {
                first = static_cast<double>(clock.nsecsElapsed()) / 1e6;
            }
            return loader().state() == KeyListLoader::State::complete;
        });
        const double all = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        std::printf("%-58s %12.1f ms        %s (first hits after %.0f ms, %zu keys)\n", what, all, target,
                    first < 0 ? all : first, list().model().matchingKeys());
        std::fflush(stdout);
    }

    void find() {
        filter("find: prefix of a few", {MatchMode::prefix, QStringLiteral("USER:00ab")}, "100");
        filter("find: prefix of a sixteenth", {MatchMode::prefix, QStringLiteral("user:1")}, "100");
        filter("find: substring", {MatchMode::contains, QStringLiteral("ABCD")}, "500");
        filter("find: substring of most", {MatchMode::contains, QStringLiteral("a")}, "500");
        filter("find: glob", {MatchMode::glob, QStringLiteral("user:*ab*cd*")}, "");
        filter("find: hex", {MatchMode::hex, QStringLiteral("61 62 63 64")}, "");
        filter("find: regular expression", {MatchMode::regex, QStringLiteral("[a-c]{3}[0-9]+f$")}, "3,000");
        stalls("longest stall of the window meanwhile");
        double slowest = 0;
        for (int i = 0; i < 10; ++i) {
            loader().setFilter({MatchMode::regex, QStringLiteral("(a|b)+[0-9]*%1").arg(i)});
            waitFor([count = 0]() mutable { return ++count > 2 + 1; });
            const QList<Task*> running = m_session->tasks().tasks();
            QPointer<Task> superseded = running.isEmpty() ? nullptr : running.last();
            QElapsedTimer clock;
            clock.start();
            loader().setFilter({MatchMode::prefix, QStringLiteral("user:00%1").arg(i)});
            waitFor([&] { return !superseded || superseded->isFinished(); });
            slowest = std::max(slowest, static_cast<double>(clock.nsecsElapsed()) / 1e6);
            waitFor([this] { return isSettled(); });
        }
        report("find: a superseded query stops (slowest of 10)", slowest, "ms", "50");
        filter("find: nothing (all keys)", {}, "");
    }

    void sortBy(const char* what, const KeySort& sort, const char* target) {
        QElapsedTimer clock;
        clock.start();
        loader().setSort(sort);
        waitFor([this] { return isSettled(); });
        report(what, static_cast<double>(clock.elapsed()), "ms", target);
    }

    void sort() {
        m_watchdog.restart();
        sortBy("sort by size", {KeyOrder::valueSize, true}, "1,500");
        sortBy("sort by time", {KeyOrder::written, true}, "1,500");
        sortBy("sort by generation", {KeyOrder::generation, false}, "1,500");
        sortBy("sort by key, from its order", {}, "8,000");
        stalls("longest stall of the window meanwhile");
    }

    void tree() {
        m_watchdog.restart();
        const double before = residentBytes();
        list().tree().setSeparatorText(QStringLiteral("a"));
        QElapsedTimer clock;
        clock.start();
        list().setTreeShown(true);
        KeyTreeModel& model = list().tree().model();
        waitFor([&] { return model.state() == KeyTreeModel::State::ready; });
        report("folders: made", static_cast<double>(clock.elapsed()), "ms", "");
        report("folders at the top", model.rowCount(), "", "");
        int folder = model.rowCount() - 1;
        while (folder > 0 && !model.isFolder(folder)) {
            --folder;
        }
        clock.start();
        model.setOpen(folder, true);
        waitFor([&] { return model.isOpen(folder); });
        report("folders: one is opened", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "");
        report("folders: memory, per key", (residentBytes() - before) / static_cast<double>(m_keys), "B", "");
        list().setTreeShown(false);
        stalls("longest stall of the window meanwhile");
    }

    void past() {
        loader().setFilter({});
        waitFor([this] { return isSettled(); });
        m_watchdog.restart();
        const auto show = [this](const char* action) { m_actions.action(QString::fromLatin1(action))->trigger(); };
        QElapsedTimer clock;
        clock.start();
        show("keys.deleted");
        waitFor([this] { return isSettled(); });
        report("deleted keys are listed", static_cast<double>(clock.elapsed()), "ms", "");
        report("deleted keys", static_cast<double>(list().model().matchingKeys()), "", "");
        show("keys.now");
        waitFor([this] { return isSettled(); });
        const double before = residentBytes();
        clock.start();
        show("keys.asOf");
        auto* dialog = m_page.findChild<MomentDialog*>();
        dialog->chooseRecord(QString::number(m_keys / 2));
        Q_EMIT dialog->chosen(*dialog->moment());
        dialog->reject();
        waitFor([this] { return isSettled(); });
        report("the keys as of half of the log are listed", static_cast<double>(clock.elapsed()), "ms", "");
        report("keys then", static_cast<double>(list().model().matchingKeys()), "", "");
        report("memory for them, per key",
               (residentBytes() - before) /
                   static_cast<double>(std::max<std::size_t>(1, list().model().matchingKeys())),
               "B", "");
        stalls("longest stall of the window meanwhile");
    }

    /// Choosing a key with a value of so many bytes, up to what is to be seen of it.
    void value(const char* what, const QByteArray& key, std::size_t bytes, const char* target) {
        std::string text;
        text.reserve(bytes + 32);
        for (std::size_t line = 0; text.size() < bytes; ++line) {
            text += "line " + std::to_string(line) + " of a value\n";
        }
        m_session->put(key, QByteArray::fromStdString(text), &m_page);
        text = {};
        waitFor([&] { return list().model().rowOf(key) >= 0; });
        list().selectKey(list().model().key(0));
        waitFor([this] { return m_page.value().hasValue() && !m_page.value().isPreparing(); });
        const double before = residentBytes();
        m_watchdog.restart();
        QElapsedTimer clock;
        clock.start();
        list().selectKey(key);
        waitFor(
            [&] { return m_page.value().key() == key && m_page.value().hasValue() && !m_page.value().isPreparing(); });
        m_page.value().repaint();
        std::printf("%-58s %12.1f ms        %s (memory %+.1f MiB, longest stall %lld ms)\n", what,
                    static_cast<double>(clock.nsecsElapsed()) / 1e6, target,
                    (residentBytes() - before) / double(1 << 20), static_cast<long long>(m_watchdog.longestStallMs()));
        std::fflush(stdout);
    }

    void values() {
        m_actions.action(QStringLiteral("keys.now"))->trigger();
        waitFor([this] { return isSettled(); });
        value("value of 1 MB is shown", "user:a value of 1 MB", 1'000'000, "50");
        value("value of 100 MB: its beginning is shown", "user:a value of 100 MB", 100'000'000, "100");
    }

    void analyse() {
        m_watchdog.restart();
        AnalysisDialog dialog(*m_session, m_settings);
        QElapsedTimer clock;
        clock.start();
        dialog.show();
        const std::tuple<AnalysisDialog::Tab, const char*> tabs[] = {
            {AnalysisDialog::prefixes, "analysis: size by prefix"},
            {AnalysisDialog::largest, "analysis: largest values"},
            {AnalysisDialog::overwritten, "analysis: most overwritten keys and ages, all of the log"}};
        for (const auto& [tab, what] : tabs) {
            clock.restart();
            dialog.showTab(tab);
            waitFor([count = 0]() mutable { return ++count > 3; });
            waitFor([&] { return !dialog.isBusy(); });
            report(what, static_cast<double>(clock.elapsed()), "ms", "");
        }
        stalls("longest stall of the window meanwhile");
    }

    template <typename Dialog>
    void run(Dialog& dialog, const char* what) {
        dialog.show();
        waitFor([&] { return dialog.startButton()->isEnabled(); });
        bool done = false;
        QString tally;
        QObject::connect(&dialog, &TransferDialog::ended, &m_page, [&](const QString& said, bool) {
            tally = said;
            done = true;
        });
        QElapsedTimer clock;
        clock.start();
        dialog.startButton()->click();
        waitFor([&] { return done; });
        std::printf("%-58s %12.1f ms        (%s)\n", what, static_cast<double>(clock.elapsed()), qPrintable(tally));
        std::fflush(stdout);
    }

    void transferAll() {
        const QString file = m_directory + QStringLiteral(".jsonl");
        m_watchdog.restart();
        {
            ExportDialog dialog(*m_session, m_settings, ExportRequest());
            dialog.setTarget(file);
            run(dialog, "export of everything as JSON Lines");
        }
        {
            ImportDialog dialog(*m_session, m_settings);
            dialog.setSource(file);
            run(dialog, "import of that, over what is there");
        }
        waitFor([this] { return isSettled(); });
        stalls("longest stall of the window meanwhile");
        QFile::remove(file);
    }

    void edit() {
        const QByteArray key("user:new");
        QElapsedTimer clock;
        clock.start();
        m_session->put(key, "value", &m_page);
        waitFor([&] { return list().model().rowOf(key) >= 0; });
        report("a first put is reflected", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "50");
        clock.start();
        m_session->put("user:newer", "value", &m_page);
        waitFor([&] { return list().model().rowOf("user:newer") >= 0; });
        report("a put is reflected", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "50");
        m_session->remove("user:newer", &m_page);
        waitFor([&] { return list().model().rowOf("user:newer") < 0; });
        clock.start();
        m_session->remove(key, &m_page);
        waitFor([&] { return list().model().rowOf(key) < 0; });
        report("a delete is reflected", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "50");
        stalls("longest stall of the window meanwhile");
    }

    void bulk() {
        // About a tenth of all keys.
        filter("bulk: find what to delete", {MatchMode::regex, QStringLiteral("[0-7][a-d]$")}, "");
        const KeySelection keys = list().everything();
        const auto removal = [&keys] {
            ChangeList changes;
            changes.count = std::min<quint64>(keys.size(), 1'000'000);
            changes.skipConflicts = true;
            changes.at = [keys](quint64 index) {
                const SnapshotEntry entry = keys.entry(index);
                return KeyChange{QByteArray(entry.key.data(), static_cast<qsizetype>(entry.key.size())), std::nullopt,
                                 true, entry.sequence};
            };
            return changes;
        };
        const double before = residentBytes();
        std::optional<EditTally> tally;
        Task* task = m_session->applyAll(QStringLiteral("Delete"), removal(), &m_page,
                                         [&](const EditTally& done) { tally = done; });
        waitFor([&] { return task->counts().recordsDone > 20'000 || tally; });
        QElapsedTimer clock;
        clock.start();
        task->cancel();
        waitFor([&] { return tally.has_value(); });
        report("bulk: cancel of a delete", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "200");
        report("bulk: made before that", static_cast<double>(tally->made), "keys", "");
        m_session->undoStack().undo();
        waitFor([this] { return m_session->database()->stats().liveKeys == m_keys; });
        tally.reset();
        clock.start();
        m_session->applyAll(QStringLiteral("Delete"), removal(), &m_page, [&](const EditTally& done) { tally = done; });
        waitFor([&] { return tally.has_value(); });
        report("bulk: delete", static_cast<double>(clock.elapsed()), "ms", "");
        report("bulk: deleted", static_cast<double>(tally->made), "keys", "");
        waitFor([this] { return isSettled(); });
        report("bulk: memory that its undo takes, per key",
               (residentBytes() - before) / static_cast<double>(std::max<quint64>(1, tally->made)), "B", "");
        clock.start();
        m_session->undoStack().undo();
        waitFor([this] { return m_session->database()->stats().liveKeys == m_keys; });
        report("bulk: undo", static_cast<double>(clock.elapsed()), "ms", "");
        waitFor([this] { return isSettled(); });
        stalls("longest stall of the window meanwhile");
    }

    void close() {
        m_page.setSession(nullptr);
        bool closed = false;
        QObject::connect(m_session.get(), &Session::closed, &m_page, [&closed] { closed = true; });
        QElapsedTimer clock;
        clock.start();
        m_session->close();
        waitFor([&] { return closed; });
        report("close", static_cast<double>(clock.elapsed()), "ms", "");
        m_session.reset();
    }

    QTemporaryDir m_home;
    QString m_directory;
    quint64 m_keys;
    QWidget m_window;
    ActionRegistry m_actions{&m_window};
    Settings m_settings;
    std::unique_ptr<Session> m_session;
    KeysPage m_page{PageContext{m_actions, m_settings}};
    rustcask::test::StallWatchdog m_watchdog;
};

} // namespace

int main(int argc, char** argv) {
    const QApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption keysOption(QStringLiteral("keys"), QStringLiteral("How many keys DIR has, or gets."),
                                        QStringLiteral("N"), QStringLiteral("1000000"));
    parser.addHelpOption();
    const QCommandLineOption onlyOption(
        QStringLiteral("only"),
        QStringLiteral("What to measure after the opening, separated by commas: scroll, find, sort, tree, edit, bulk, "
                       "past, values, analyse, transfer."),
        QStringLiteral("PARTS"));
    parser.addOption(keysOption);
    parser.addOption(onlyOption);
    parser.addPositionalArgument(QStringLiteral("DIR"), QStringLiteral("The database; made when it is not there."));
    parser.process(application);
    const QStringList arguments = parser.positionalArguments();
    const quint64 keys = parser.value(keysOption).toULongLong();
    if (arguments.size() != 1 || keys == 0) {
        parser.showHelp(2);
    }
    if (!QFileInfo::exists(arguments.first())) {
        QElapsedTimer clock;
        clock.start();
        if (!makeDatabase(arguments.first(), keys)) {
            std::fprintf(stderr, "the database could not be made\n");
            return 3;
        }
        std::printf("made in %lld ms; start again to measure with a fresh memory\n",
                    static_cast<long long>(clock.elapsed()));
        return 0;
    }
    return Scale(arguments.first(), keys).run(parser.value(onlyOption).split(QLatin1Char(','), Qt::SkipEmptyParts));
}
