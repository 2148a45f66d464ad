// SPDX-License-Identifier: Apache-2.0
// Prints what the Storage page takes with millions of records, beside the targets it is held to.
//
//     storage_scale --records 10000000 DIR
//     storage_scale --records 100000 --value-bytes 10 --file-bytes 600 DIR      thousands of files
//
// DIR is made when it is not there: keys of 20 bytes, a third of the records overwrites of earlier keys. Run it in a
// release build, alone on the machine, under Xvfb or offscreen. Some records are put at the end.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QMainWindow>
#include <QScrollBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QTimer>

#include <rustcask/database.h>

#include "actions/action_registry.h"
#include "pages/storage/activity_card.h"
#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"
#include "pages/storage/files_card.h"
#include "pages/storage/record_card.h"
#include "pages/storage/record_table_model.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/storage_page.h"
#include "pages/storage/version_strip.h"
#include "scale/measuring.h"
#include "session/session.h"
#include "session/session_opener.h"
#include "session/version_finder.h"
#include "settings/settings.h"
#include "support/stall_watchdog.h"

using namespace rustcask;
using namespace rustcask::ui;
using namespace rustcask::scale;

namespace {

struct Recipe {
    quint64 records = 0;
    std::size_t valueBytes = 100;
    std::uint64_t fileBytes = 0; ///< 0: as the options have it
};

/// Every third record overwrites an earlier one.
bool makeDatabase(const QString& directory, const Recipe& recipe) {
    Options options;
    if (recipe.fileBytes > 0) {
        options.maxFileBytes = recipe.fileBytes;
    }
    auto database = Database::open(directory.toStdString(), options);
    if (!database) {
        return false;
    }
    const std::string value(recipe.valueBytes, 'v');
    char key[32];
    for (quint64 i = 0; i < recipe.records; ++i) {
        const quint64 number = i % 3 == 2 ? i * 0x9E3779B97F4A7C15ULL % i : i;
        std::snprintf(key, sizeof key, "user:%015llx", static_cast<unsigned long long>(number));
        if (!(*database)->put({key, 20}, value)) {
            return false;
        }
    }
    return (*database)->close().has_value();
}

class Scale {
public:
    explicit Scale(const QString& directory)
        : m_directory(directory), m_settings(m_home.filePath(QStringLiteral("settings.ini"))) {}

    int run() {
        m_window.setCentralWidget(m_page);
        m_window.resize(1300, 860);
        m_window.show();
        waitFor([this] { return m_page->isVisible(); });
        if (!open()) {
            return 1;
        }
        records();
        versions();
        write();
        report("peak resident memory of all", peakBytes() / double(1 << 20), "MiB", "");
        m_page->setSession(nullptr);
        bool closed = false;
        QObject::connect(m_session.get(), &Session::closed, &m_window, [&closed] { closed = true; });
        m_session->close();
        waitFor([&closed] { return closed; });
        return 0;
    }

private:
    void stalls(const char* what) {
        waitFor([count = 0]() mutable { return ++count > 3; });
        report(what, static_cast<double>(m_watchdog.longestStallMs()), "ms", "50");
        m_watchdog.restart();
    }

    bool open() {
        SessionOpener opener;
        QElapsedTimer clock;
        clock.start();
        bool failed = false;
        QObject::connect(&opener, &SessionOpener::opened, &opener,
                         [this](Session* session) { m_session.reset(session); });
        QObject::connect(&opener, &SessionOpener::failed, &opener, [&failed](const Error& error) {
            std::fprintf(stderr, "%s\n", error.message().c_str());
            failed = true;
        });
        opener.open(m_directory, browsingOptions(false));
        waitFor([&] { return m_session != nullptr || failed; });
        if (failed) {
            return false;
        }
        report("open: the database is there", static_cast<double>(clock.elapsed()), "ms", "");
        const double opened = residentBytes();
        bool shown = false;
        QObject::connect(m_page, &Page::milestone, &m_window,
                         [&shown](const QString& name) { shown = shown || name == QLatin1String("byte map shown"); });
        m_watchdog.restart();
        clock.restart();
        m_page->setSession(m_session.get());
        waitFor([&shown] { return shown; });
        report("byte map: painted from statistics", static_cast<double>(clock.elapsed()), "ms", "300");
        ByteMapStore* store = m_page->files()->store();
        waitFor([store] { return !store->files().empty() && store->isRefined(); });
        report("byte map: every record read", static_cast<double>(clock.elapsed()), "ms", "");
        stalls("longest stall of the window meanwhile");
        const Stats stats = m_session->database()->stats();
        quint64 records = 0;
        for (const FileStats& file : stats.files) {
            records += file.records;
        }
        report("records", static_cast<double>(records), "", "");
        report("data files", static_cast<double>(stats.files.size()), "", "");
        report("bytes of data", static_cast<double>(stats.dataBytes) / double(1 << 20), "MiB", "");
        report("window: memory above the engine's", (residentBytes() - opened) / double(1 << 20), "MiB", "");
        m_page->files()->showView(FilesCard::block);
        waitFor([count = 0]() mutable { return ++count > 3; });
        stalls("longest stall: the map as a block");
        m_page->files()->showView(FilesCard::strips);
        return true;
    }

    void records() {
        m_page->activity()->showTab(ActivityCard::records);
        stalls("longest stall: the list of records is shown");
        RecordsPanel* panel = m_page->activity()->recordsPanel();
        const MapFile& largest =
            *std::max_element(m_page->files()->store()->files().begin(), m_page->files()->store()->files().end(),
                              [](const MapFile& a, const MapFile& b) { return a.bytes < b.bytes; });
        const QString name = largest.name;
        QElapsedTimer clock;
        clock.start();
        panel->showFile(name);
        waitFor([panel] { return panel->model()->rowAt(1) != nullptr; });
        panel->table()->viewport()->repaint();
        report("records of the largest file: first rows painted", static_cast<double>(clock.elapsed()), "ms", "");
        waitFor([panel] { return panel->model()->isComplete(); });
        report("records of the largest file: all listed", static_cast<double>(clock.elapsed()), "ms", "");
        report("rows", panel->model()->rowCount(), "", "");
        std::vector<double> frames;
        std::vector<double> known;
        quint64 state = 1;
        for (int i = 0; i < 200; ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const int rows = panel->model()->rowCount();
            const int row = i < 60 ? i * 30 : static_cast<int>((state >> 33) % static_cast<quint64>(rows));
            clock.restart();
            panel->table()->verticalScrollBar()->setValue(row);
            panel->table()->viewport()->repaint();
            frames.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
            waitFor([panel, row, turns = 0]() mutable { return ++turns > 1 && panel->model()->rowAt(row) != nullptr; });
            known.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        }
        std::sort(frames.begin(), frames.end());
        std::sort(known.begin(), known.end());
        report("drag to any row: slowest frame of 200", frames.back(), "ms", "16");
        report("drag to any row: until the records are there, median", known[known.size() / 2], "ms", "");
        report("drag to any row: until the records are there, slowest", known.back(), "ms", "");
        stalls("longest stall of the window meanwhile");
        // From a byte in the middle of the file to its record and its fields.
        bool shown = false;
        QObject::connect(m_page->recordCard(), &RecordCard::shown, &m_window, [&shown] { shown = true; });
        clock.restart();
        m_page->showTarget(QByteArray::number(quint64{largest.generation.value}) + '@' +
                           QByteArray::number(largest.bytes / 2));
        waitFor([&shown] { return shown; });
        report("byte to record and fields", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "50");
    }

    void versions() {
        VersionFinder& finder = m_session->versions();
        const double before = residentBytes();
        QElapsedTimer clock;
        clock.start();
        bool updated = false;
        QObject::connect(&finder, &VersionFinder::updated, &m_window, [&updated](const Error*) { updated = true; });
        if (!finder.isBuilt()) {
            finder.update();
            waitFor([&updated] { return updated; });
            report("versions: index built", static_cast<double>(clock.elapsed()), "ms", "");
            report("versions: memory of it", (residentBytes() - before) / double(1 << 20), "MiB", "");
        }
        VersionStrip* strip = m_page->recordCard()->versions();
        bool shown = false;
        QObject::connect(m_page->recordCard(), &RecordCard::shown, &m_window, [&shown] { shown = true; });
        clock.restart();
        m_page->showTarget("1@5000");
        waitFor([&] { return shown && strip->knowledge() == VersionStrip::Knowledge::known; });
        report("versions: of a record, once indexed", static_cast<double>(clock.nsecsElapsed()) / 1e6, "ms", "200");
        stalls("longest stall of the window meanwhile");
    }

    // At full speed beside the page, for a while.
    void write() {
        m_page->activity()->showTab(ActivityCard::events);
        m_watchdog.restart();
        QElapsedTimer clock;
        clock.start();
        std::atomic<bool> stop{false};
        quint64 puts = 0;
        std::thread writer([&] {
            const std::string value(100, 'w');
            while (!stop) {
                if (!m_session->database()->put("written:" + std::to_string(puts % 100'000), value)) {
                    break;
                }
                ++puts;
            }
        });
        waitFor([&clock] { return clock.elapsed() > 5000; });
        stop = true;
        writer.join();
        report("put at full speed meanwhile", static_cast<double>(puts) / 5, "per s", "");
        stalls("longest stall of the window meanwhile");
    }

    QString m_directory;
    QTemporaryDir m_home;
    QMainWindow m_window;
    ActionRegistry m_actions{&m_window};
    Settings m_settings;
    StoragePage* m_page = new StoragePage({m_actions, m_settings});
    std::unique_ptr<Session> m_session;
    test::StallWatchdog m_watchdog;
};

} // namespace

int main(int argc, char** argv) {
    const QApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption records(QStringLiteral("records"), QStringLiteral("Records of a new database."),
                                     QStringLiteral("N"), QStringLiteral("1000000"));
    const QCommandLineOption valueBytes(QStringLiteral("value-bytes"), QStringLiteral("Length of its values."),
                                        QStringLiteral("N"), QStringLiteral("100"));
    const QCommandLineOption fileBytes(QStringLiteral("file-bytes"), QStringLiteral("Where its files end."),
                                       QStringLiteral("N"), QStringLiteral("0"));
    parser.addOptions({records, valueBytes, fileBytes});
    parser.addPositionalArgument(QStringLiteral("directory"), QStringLiteral("The database."));
    parser.addHelpOption();
    parser.process(application);
    if (parser.positionalArguments().size() != 1) {
        parser.showHelp(1);
    }
    const QString directory = parser.positionalArguments().front();
    const Recipe recipe{parser.value(records).toULongLong(), parser.value(valueBytes).toULongLong(),
                        parser.value(fileBytes).toULongLong()};
    if (!QFileInfo::exists(directory) && !makeDatabase(directory, recipe)) {
        std::fprintf(stderr, "The database could not be made.\n");
        return 1;
    }
    return Scale(directory).run();
}
