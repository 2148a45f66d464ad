// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/sandbox.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "pages/learn/text.h"

namespace rustcask::ui {

namespace {

constexpr std::chrono::milliseconds settlingTime{1000}; // far more than a hint of a sandbox takes

Error fileError(const std::string& operation, const std::filesystem::path& file, const std::error_code& cause) {
    return Error{.code = ErrorCode::ioError,
                 .operation = operation,
                 .file = file,
                 .systemError = cause.value(),
                 .detail = cause.message()};
}

Result<SandboxFile> readFile(const FileEntry& entry) {
    auto inspector = FileInspector::open(entry.path);
    if (!inspector) {
        return failure(inspector.error());
    }
    SandboxFile file;
    file.name = QString::fromStdString(entry.path.filename().string());
    file.kind = entry.kind;
    file.generation = entry.generation;
    auto bytes = (*inspector)->read(0, (*inspector)->bytes());
    if (!bytes) {
        return failure(bytes.error());
    }
    file.bytes = std::move(*bytes);
    while (true) {
        auto next = (*inspector)->next();
        if (!next) {
            return failure(next.error());
        }
        if (!*next) {
            return file;
        }
        auto fields = (*inspector)->fields(**next);
        if (!fields) {
            return failure(fields.error());
        }
        file.records.push_back({.info = std::move(**next), .fields = std::move(*fields)});
    }
}

Result<std::vector<KeydirRow>> readKeydir(const Database& database) {
    const auto snapshot = database.snapshot();
    if (!snapshot) {
        return failure(snapshot.error());
    }
    std::vector<KeydirRow> rows;
    rows.reserve((*snapshot)->size());
    for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
        const SnapshotEntry entry = (*snapshot)->entry(i);
        rows.push_back({.key = QByteArray(entry.key.data(), static_cast<qsizetype>(entry.key.size())),
                        .location = {.generation = entry.generation, .offset = entry.offset},
                        .valueBytes = entry.valueBytes,
                        .sequence = entry.sequence});
    }
    std::sort(rows.begin(), rows.end(), [](const KeydirRow& a, const KeydirRow& b) { return a.key < b.key; });
    return rows;
}

OperationOutcome failed(const Error& error) {
    return {.kind = OperationOutcome::Kind::failed, .problem = QString::fromStdString(error.message())};
}

} // namespace

/// What the engine tells while an operation runs, and the time it is told.
class Sandbox::Recorder {
public:
    void begin(Timestamp now) {
        m_now.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        const std::lock_guard lock(m_mutex);
        m_events.clear();
        m_operator = std::this_thread::get_id();
        m_listening = true;
    }

    /// Ends the recording, so that what looking at the files costs is not taken for the operation's doing.
    [[nodiscard]] std::vector<TraceEvent> end() {
        const std::lock_guard lock(m_mutex);
        m_listening = false;
        return std::exchange(m_events, {});
    }

    [[nodiscard]] bool heardHint(Generation generation) {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_events.begin(), m_events.end(), [&](const TraceEvent& event) {
            return event.kind == EventKind::hint && event.location.generation == generation;
        });
    }

    [[nodiscard]] Timestamp now() const {
        return Timestamp(std::chrono::milliseconds(m_now.load(std::memory_order_relaxed)));
    }

    void hear(const Event& event) {
        const std::lock_guard lock(m_mutex);
        if (m_listening) {
            m_events.push_back(
                {.kind = event.kind,
                 .location = event.location,
                 .sequence = event.sequence,
                 .key = QByteArray(event.key.data(), static_cast<qsizetype>(event.key.size())),
                 .tombstone = event.tombstone,
                 .bytes = event.bytes,
                 .text = QString::fromUtf8(event.text.data(), static_cast<qsizetype>(event.text.size())),
                 .file = QString::fromUtf8(event.file.data(), static_cast<qsizetype>(event.file.size()))});
        }
    }

private:
    std::atomic<std::int64_t> m_now{0};
    std::mutex m_mutex;
    std::vector<TraceEvent> m_events; // guarded by m_mutex
    bool m_listening = false;         // guarded by m_mutex
    std::thread::id m_operator;       // guarded by m_mutex: the thread that runs the operation
};

Sandbox::Sandbox(std::filesystem::path directory)
    : m_directory(std::move(directory)), m_recorder(std::make_shared<Recorder>()) {}

Sandbox::~Sandbox() = default;

Result<void> Sandbox::empty() {
    std::error_code cause;
    std::filesystem::create_directories(m_directory, cause);
    if (cause) {
        return failure(fileError("make the sandbox", m_directory, cause));
    }
    auto listing = listDirectory(m_directory);
    if (!listing) {
        return failure(listing.error());
    }
    // Somebody's other files in here would mean that this is not the directory we take it for: touch nothing.
    for (const FileEntry& entry : listing->files) {
        if (entry.kind == FileKind::other) {
            return failure({.code = ErrorCode::invalidArgument,
                            .operation = "empty the sandbox",
                            .file = entry.path,
                            .detail = "this file is none of a sandbox's",
                            .advice = "Move it elsewhere, and open the page again."});
        }
    }
    for (const FileEntry& entry : listing->files) {
        std::filesystem::remove(entry.path, cause);
        if (cause) {
            return failure(fileError("empty the sandbox", entry.path, cause));
        }
    }
    return {};
}

Result<void> Sandbox::open(ReadStrategy strategy) {
    Options options;
    options.sync = m_scenario.options.sync;
    options.writePath = WritePath::direct;
    options.readStrategy = strategy;
    options.maxFileBytes = m_scenario.options.maxFileBytes;
    options.recoveryThreads = 1;
    options.traceCalls = true;
    options.listener = [recorder = m_recorder](const Event& event) { recorder->hear(event); };
    options.clock = [recorder = m_recorder] { return recorder->now(); };
    auto database = Database::open(m_directory, options);
    if (!database) {
        return failure(database.error());
    }
    m_database = std::move(*database);
    return {};
}

Result<void> Sandbox::restart(const Scenario& scenario) {
    m_database.reset();
    m_states.clear();
    m_scenario = scenario;
    m_scenario.operations.clear();
    if (auto emptied = empty(); !emptied) {
        return emptied;
    }
    m_recorder->begin(scenario.timeOf(0));
    if (auto opened = open(scenario.options.readStrategy); !opened) {
        return opened;
    }
    auto state = record({});
    if (!state) {
        return failure(state.error());
    }
    m_states.push_back(std::move(*state));
    return {};
}

Result<OperationOutcome> Sandbox::perform(const Operation& operation) {
    using Kind = OperationOutcome::Kind;
    const std::string_view key(operation.key.constData(), static_cast<std::size_t>(operation.key.size()));
    const std::string_view value(operation.value.constData(), static_cast<std::size_t>(operation.value.size()));
    const auto plain = [](const Result<void>& result) {
        return result ? OperationOutcome{.kind = Kind::done} : failed(result.error());
    };
    switch (operation.kind) {
    case OperationKind::put:
        return plain(m_database->put(key, value));
    case OperationKind::get: {
        const auto found = m_database->get(key);
        if (!found) {
            return failed(found.error());
        }
        return *found ? OperationOutcome{.kind = Kind::found, .value = QByteArray::fromStdString(**found)}
                      : OperationOutcome{.kind = Kind::absent};
    }
    case OperationKind::remove: {
        const auto removed = m_database->remove(key);
        if (!removed) {
            return failed(removed.error());
        }
        return OperationOutcome{.kind = *removed ? Kind::done : Kind::absent};
    }
    case OperationKind::rotate:
        return plain(m_database->rotate());
    case OperationKind::sync:
        return plain(m_database->sync());
    case OperationKind::reopen: {
        const auto closed = m_database->close();
        m_database.reset();
        // Without a database there is no state to show: that the reopening fails ends the run.
        if (auto opened = open(operation.readStrategy); !opened) {
            return failure(opened.error());
        }
        return plain(closed);
    }
    }
    return OperationOutcome{};
}

void Sandbox::settle() {
    const auto deadline = std::chrono::steady_clock::now() + settlingTime;
    const auto hadHint = [this](Generation generation) {
        if (m_states.empty()) {
            return false;
        }
        const auto& files = m_states.back()->stats.files;
        return std::any_of(files.begin(), files.end(),
                           [&](const FileStats& file) { return file.generation == generation && file.hasHint; });
    };
    const auto quiet = [&] {
        const Stats stats = m_database->stats();
        return std::all_of(stats.files.begin(), stats.files.end(), [&](const FileStats& file) {
            return file.active || file.damaged || file.records == 0 ||
                   (file.hasHint && (hadHint(file.generation) || m_recorder->heardHint(file.generation)));
        });
    };
    while (!quiet() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

Result<std::shared_ptr<const SandboxState>> Sandbox::record(OperationOutcome outcome) {
    settle();
    auto state = std::make_shared<SandboxState>();
    state->trace = m_recorder->end();
    state->outcome = std::move(outcome);
    state->stats = m_database->stats();
    auto keydir = readKeydir(*m_database);
    if (!keydir) {
        return failure(keydir.error());
    }
    state->keydir = std::move(*keydir);
    auto listing = listDirectory(m_directory);
    if (!listing) {
        return failure(listing.error());
    }
    for (const FileEntry& entry : listing->files) {
        if (entry.kind == FileKind::data || entry.kind == FileKind::hint) {
            auto file = readFile(entry);
            if (!file) {
                return failure(file.error());
            }
            state->files.push_back(std::move(*file));
        }
    }
    std::stable_sort(state->files.begin(), state->files.end(), [](const SandboxFile& a, const SandboxFile& b) {
        return std::pair(a.generation, a.kind) < std::pair(b.generation, b.kind);
    });
    for (SandboxFile& file : state->files) {
        file.active = file.kind == FileKind::data &&
                      std::any_of(state->stats.files.begin(), state->stats.files.end(), [&](const FileStats& stats) {
                          return stats.active && stats.generation == file.generation;
                      });
    }
    classify(*state);
    for (KeydirRow& row : state->keydir) {
        if (const SandboxRecord* at = state->record(state->find(row.location.generation, row.location.offset))) {
            row.location.recordBytes = at->info.bytes;
        }
    }
    return state;
}

Result<std::vector<std::shared_ptr<const SandboxState>>> Sandbox::goTo(const Scenario& scenario, qsizetype count,
                                                                       Progress& progress) {
    const std::lock_guard lock(m_mutex);
    count = std::clamp<qsizetype>(count, 0, scenario.operations.size());
    Scenario done = scenario;
    done.operations = scenario.operations.first(std::min(count, m_scenario.operations.size()));
    if (m_database == nullptr || m_states.empty() || done.options != m_scenario.options ||
        done.clockStartMs != m_scenario.clockStartMs || done.clockStepMs != m_scenario.clockStepMs ||
        done.operations != m_scenario.operations) {
        if (auto restarted = restart(scenario); !restarted) {
            m_database.reset();
            return failure(restarted.error());
        }
    }
    while (m_scenario.operations.size() < count) {
        if (auto go = progress.checkpoint("run the scenario"); !go) {
            return failure(go.error());
        }
        const qsizetype index = m_scenario.operations.size();
        m_recorder->begin(scenario.timeOf(index));
        auto outcome = perform(scenario.operations.at(index));
        auto state = outcome ? record(std::move(*outcome)) : failure(outcome.error());
        if (!state) {
            m_database.reset(); // whatever happened, the next call starts from an empty directory
            return failure(state.error());
        }
        m_scenario.operations.append(scenario.operations.at(index));
        m_states.push_back(std::move(*state));
    }
    return m_states;
}

} // namespace rustcask::ui
