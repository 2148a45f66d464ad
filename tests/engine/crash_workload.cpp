// SPDX-License-Identifier: Apache-2.0
#include "engine/crash_workload.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "engine/database_test_access.h"
#include "format/file_names.h"
#include "verify_on.h"

namespace rustcask::test {
namespace {

constexpr const char* directory = "/db";
constexpr unsigned cutsPerWrite = 6;
constexpr unsigned randomPerCall = 6;
constexpr std::uint64_t usedOnEvery = 16;   // states that are also written to and merged
constexpr std::uint64_t verifiedEvery = 8;  // states that are also looked through whole
constexpr std::uint64_t recordedEvery = 16; // states whose recovery is cut off, too
constexpr unsigned randomPerRecoveryCall = 1;

[[nodiscard]] std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    return (hash ^ value) * 0x9e3779b97f4a7c15U + (hash >> 29);
}

[[nodiscard]] std::uint64_t hashOf(const io::DiskImage& image) {
    std::uint64_t hash = image.directories.size();
    for (const auto& [path, contents] : image.files) {
        hash = mix(hash, std::hash<std::string>()(path));
        hash = mix(hash, std::hash<std::string>()(*contents));
    }
    return hash;
}

[[nodiscard]] const char* nameOf(WritePath path) {
    switch (path) {
    case WritePath::mapped:
        return "mapped";
    case WritePath::direct:
        return "direct";
    case WritePath::buffered:
        return "buffered";
    }
    return "";
}

} // namespace

CrashWorkload::CrashWorkload(std::uint64_t seed, CrashTally& tally) : m_seed(seed), m_tally(tally), m_random(1 + seed) {
    m_options.writePath = static_cast<WritePath>(m_random.below(3));
    m_options.readStrategy = static_cast<ReadStrategy>(m_random.below(3));
    const std::uint64_t sync = m_random.below(10);
    m_options.sync = sync < 5 ? SyncMode::none : (sync < 8 ? SyncMode::everyWrite : SyncMode::interval);
    constexpr std::uint64_t fileBytes[] = {150, 300, 400, 400, 800, 3000, 9000, 20000};
    m_options.maxFileBytes = fileBytes[m_random.below(8)];
    m_options.writeBufferBytes = 4096;
    m_options.scanChunkBytes = 4096;
    m_options.recoveryThreads = 1;
    m_options.maxOpenFiles = static_cast<std::uint32_t>(m_random.between(1, 8));
    m_options.clock = [] { return Timestamp{std::chrono::milliseconds{1'767'323'045'678}}; };
    m_keys = static_cast<std::size_t>(m_random.between(2, 9));
    m_valueLimit = static_cast<std::size_t>(m_options.maxFileBytes / (m_random.below(2) == 0 ? 3 : 12));
    m_files = std::make_shared<io::MemoryFileSystem>();
    m_history.push_back(State(m_keys));
    ++m_tally.workloads;
}

CrashWorkload::~CrashWorkload() = default;

std::string CrashWorkload::text() const {
    static constexpr const char* syncNames[] = {"none", "interval", "everyWrite"};
    return std::string("write path ") + nameOf(m_options.writePath) + ", sync " +
           syncNames[static_cast<int>(m_options.sync)] + ", files of " + std::to_string(m_options.maxFileBytes) +
           " B, values up to " + std::to_string(m_valueLimit) + " B, " + std::to_string(m_keys) + " keys";
}

std::string CrashWorkload::keyOf(std::size_t key) const {
    return "key" + std::string(key % 3, '-') + std::to_string(key);
}

// Every value says its number, and its length follows from that.
std::string CrashWorkload::valueOf(std::uint32_t number) const {
    const std::size_t length = static_cast<std::size_t>(mix(m_seed, number) % (m_valueLimit + 1));
    std::string value = std::to_string(number) + ":";
    while (value.size() < length)
        value += static_cast<char>('a' + (value.size() * number) % 26);
    return value;
}

void CrashWorkload::fail(std::string text) {
    if (!m_failure.empty())
        return;
    m_failure = "RUSTCASK_CRASH_WORKLOAD=" + std::to_string(m_seed) +
                " RUSTCASK_TEST_SEED=" + std::to_string(SeededRandom::seed()) + ", life " + std::to_string(m_life) +
                " (" + this->text() + "): " + text;
}

std::optional<CrashWorkload::State> CrashWorkload::read(Database& database, std::string& problem) const {
    State state(m_keys);
    for (std::size_t key = 0; key < m_keys; ++key) {
        auto value = database.get(keyOf(key));
        if (!value) {
            problem = "get " + keyOf(key) + ": " + value.error().message();
            return std::nullopt;
        }
        if (!*value)
            continue;
        std::from_chars((*value)->data(), (*value)->data() + (*value)->size(), state[key]);
        if (**value != valueOf(state[key])) {
            problem = "get " + keyOf(key) + " returned bytes that were never stored: " + (*value)->substr(0, 40);
            return std::nullopt;
        }
    }
    const auto live = static_cast<std::uint64_t>(
        std::count_if(state.begin(), state.end(), [](std::uint32_t number) { return number != 0; }));
    if (database.stats().liveKeys != live) {
        problem = "the statistics count " + std::to_string(database.stats().liveKeys) + " keys, there are " +
                  std::to_string(live);
        return std::nullopt;
    }
    return state;
}

std::string CrashWorkload::checkOpened(Database& database, std::size_t floor, std::size_t ceiling, std::size_t& found) {
    std::string problem;
    const auto state = read(database, problem);
    if (!state)
        return problem;
    for (std::size_t appends = ceiling + 1; appends-- > floor;) {
        if (m_history[appends] != *state)
            continue;
        found = appends;
        return {};
    }
    std::string text = "the state is that after none of the appends " + std::to_string(floor) + " (durable) to " +
                       std::to_string(ceiling) + ":";
    for (std::size_t key = 0; key < m_keys; ++key)
        text += " " + std::to_string((*state)[key]);
    for (std::size_t appends = 0; appends < m_history.size(); ++appends)
        if (m_history[appends] == *state)
            text += " (it is that after " + std::to_string(appends) + ")";
    text += "; expected";
    for (const std::size_t appends : {floor, ceiling}) {
        text += appends == floor ? " from" : " to";
        for (std::size_t key = 0; key < m_keys; ++key)
            text += " " + std::to_string(m_history[appends][key]);
    }
    return text;
}

bool CrashWorkload::openLife(bool afterPowerCut) {
    const std::size_t ceiling = m_history.size() - 1;
    auto opened = DatabaseTestAccess::openOn(m_files, directory, m_options);
    if (!opened) {
        fail("opening failed: " + opened.error().message());
        return false;
    }
    m_database = std::move(*opened);
    std::size_t found = 0;
    if (const std::string problem = checkOpened(*m_database, m_durable, ceiling, found); !problem.empty()) {
        fail("after opening: " + problem);
        return false;
    }
    m_history.resize(found + 1);
    m_files->observe();
    // What a power cut left is durable, so recovering it again after one more crash must lead to the same.
    const std::size_t floor = afterPowerCut ? found : m_durable;
    m_marks = {
        {.calls = m_begun, .floor = floor, .killFloor = found, .ceiling = found, .operation = "", .opening = false},
        {.calls = m_files->recording().calls.size(),
         .floor = found,
         .killFloor = found,
         .ceiling = found,
         .operation = "open",
         .opening = true}};
    m_durable = found;
    return true;
}

// The calls of the operation that begins now may add so many appends.
void CrashWorkload::begin(std::size_t appends) {
    m_marks.push_back(m_marks.back());
    m_marks.back().ceiling = m_history.size() - 1 + appends;
    m_marks.back().opening = false;
}

// The mark that `begin` made holds for calls in the middle of the operation, this one from its last call on.
void CrashWorkload::finish(std::string operation, bool durable) {
    m_files->observe();
    const std::size_t appends = m_history.size() - 1;
    if (durable)
        m_durable = appends;
    Mark& middle = m_marks.back();
    middle.operation = operation;
    m_marks.push_back({.calls = m_files->recording().calls.size(),
                       .floor = m_durable,
                       .killFloor = m_options.writePath == WritePath::buffered ? m_durable : appends,
                       .ceiling = appends,
                       .operation = std::move(operation),
                       .opening = false});
}

void CrashWorkload::put() {
    const auto key = static_cast<std::size_t>(m_random.below(m_keys));
    const std::uint32_t number = ++m_values;
    State next = m_history.back();
    next[key] = number;
    const std::uint64_t rotations = m_database->stats().rotations;
    begin(1);
    m_history.push_back(std::move(next));
    const auto done = m_database->put(keyOf(key), valueOf(number));
    if (!done)
        return fail("put: " + done.error().message());
    // A file was sealed: all before this record is durable.
    if (m_database->stats().rotations > rotations)
        m_durable = std::max(m_durable, m_history.size() - 2);
    finish("put " + keyOf(key) + " = " + std::to_string(number), m_options.sync == SyncMode::everyWrite);
}

void CrashWorkload::remove() {
    const auto key = static_cast<std::size_t>(m_random.below(m_keys));
    const bool present = m_history.back()[key] != 0;
    const std::uint64_t rotations = m_database->stats().rotations;
    begin(present ? 1 : 0);
    if (present) {
        State next = m_history.back();
        next[key] = 0;
        m_history.push_back(std::move(next));
    }
    const auto removed = m_database->remove(keyOf(key));
    if (!removed)
        return fail("remove: " + removed.error().message());
    if (*removed != present)
        return fail("remove says that the key was " + std::string(present ? "absent" : "there"));
    if (m_database->stats().rotations > rotations)
        m_durable = std::max(m_durable, m_history.size() - 2);
    finish("remove " + keyOf(key), present && m_options.sync == SyncMode::everyWrite);
}

void CrashWorkload::compare() {
    std::size_t found = 0;
    const std::string problem = checkOpened(*m_database, m_history.size() - 1, m_history.size() - 1, found);
    if (!problem.empty())
        fail("while open: " + problem);
}

void CrashWorkload::merge(const MergeSelection& selection, const char* name, bool cancelled) {
    begin(0);
    Progress progress;
    if (cancelled)
        progress.cancel();
    const auto report = m_database->merge(selection, progress);
    if (!report && report.error().code != ErrorCode::cancelled)
        return fail(std::string(name) + ": " + report.error().message());
    // It syncs before it commits.
    finish(name, report && !report->inputs.empty());
}

void CrashWorkload::operate() {
    const std::uint64_t kind = m_random.below(100);
    if (kind < 50)
        return put();
    if (kind < 68)
        return remove();
    if (kind < 72)
        return compare();
    if (kind < 78) {
        begin(0);
        const auto done = m_database->sync();
        if (!done)
            return fail("sync: " + done.error().message());
        return finish("sync", true);
    }
    if (kind < 82) {
        begin(0);
        const auto done = m_database->rotate();
        if (!done)
            return fail("rotate: " + done.error().message());
        return finish("rotate", true);
    }
    if (kind < 89) {
        begin(0);
        DatabaseTestAccess::writeHints(*m_database);
        return finish("hints", false);
    }
    if (kind < 92)
        return merge({}, "merge everything", false);
    if (kind < 94)
        return merge({}, "merge, cancelled", true);
    MergeSelection selection{.kind = MergeSelection::Kind::files, .generations = {}};
    for (const FileStats& file : m_database->stats().files)
        if (m_random.below(2) == 0)
            selection.generations.push_back(file.generation);
    merge(selection, "merge some", false);
}

void CrashWorkload::endLife(End end) {
    const std::shared_ptr<io::MemoryFileSystem> old = m_files;
    if (end == End::close) {
        begin(0);
        const auto done = m_database->close();
        m_database.reset();
        if (!done)
            return fail("close: " + done.error().message());
        finish("close", true);
    }
    const io::Recording recording = m_files->recording();
    m_begun = recording.calls.size();
    if (end == End::powerCut) {
        io::CrashStates states(recording);
        while (states.advance()) {
        }
        m_files = std::make_shared<io::MemoryFileSystem>(io::Recording{states.anyState(m_random.next()), {}});
        m_begun = 0;
    } else {
        m_files = std::make_shared<io::MemoryFileSystem>(recording);
    }
    m_database.reset(); // what a killed one still does happens on the old disk
    for (const std::string& violation : old->violations())
        fail("a signal on a real machine: " + violation);
}

void CrashWorkload::run(std::uint64_t mostStates) {
    const std::uint64_t enough = m_tally.states + mostStates;
    const std::uint64_t lives = m_random.between(1, 4);
    bool afterPowerCut = false;
    for (std::uint64_t life = 0; life < lives && m_failure.empty() && m_tally.states < enough; ++life) {
        ++m_life;
        ++m_tally.lives;
        if (!openLife(afterPowerCut))
            return;
        const std::uint64_t operations = m_random.between(3, 40);
        for (std::uint64_t i = 0; i < operations && m_failure.empty(); ++i)
            operate();
        if (!m_failure.empty())
            return;
        const std::uint64_t die = m_random.below(10);
        const End end = die < 3 ? End::close : (die < 6 ? End::kill : End::powerCut);
        const std::shared_ptr<io::MemoryFileSystem> lived = m_files;
        const std::size_t begun = m_begun;
        endLife(end);
        if (!m_failure.empty())
            return;
        examine(lived->recording(), begun, enough);
        afterPowerCut = end == End::powerCut;
    }
}

void CrashWorkload::examine(const io::Recording& recording, std::size_t begun, std::uint64_t mostStates) {
    io::CrashStates states(recording);
    std::size_t mark = 0;
    std::size_t at = 0;
    while (m_failure.empty() && m_tally.states < mostStates) {
        if (at > 0 && !states.advance())
            return;
        const bool before = at < begun; // an earlier life's call
        ++at;
        if (before)
            continue;
        const std::size_t position = states.position();
        while (mark + 1 < m_marks.size() && m_marks[mark + 1].calls <= position)
            ++mark;
        // In the middle of an operation the promises are those from before it, but its own append may be there.
        const Mark& promise = m_marks[mark];
        Mark window = promise;
        if (mark + 1 < m_marks.size()) {
            window.ceiling = std::max(promise.ceiling, m_marks[mark + 1].ceiling);
            window.opening = m_marks[mark + 1].opening;
        }
        ++m_tally.calls;
        const std::string place = "after call " + std::to_string(position) + " (" +
                                  (position > 0 ? recording.calls[position - 1].text() : std::string("none")) +
                                  ") of \"" + m_marks[std::min(mark + 1, m_marks.size() - 1)].operation + "\"";
        states.visit(m_seed + position, cutsPerWrite, randomPerCall,
                     [&](const io::DiskImage& image, std::string_view how) {
                         const bool kill = how == "everything";
                         check(image, window, kill ? window.killFloor : window.floor, how, place, mostStates);
                         return m_failure.empty() && m_tally.states < mostStates;
                     });
    }
}

void CrashWorkload::check(const io::DiskImage& image, const Mark& mark, std::size_t floor, std::string_view how,
                          const std::string& place, std::uint64_t mostStates) {
    if (!m_seen.insert(mix(hashOf(image), floor * 1000 + mark.ceiling)).second) {
        ++m_tally.repeated;
        return;
    }
    ++m_tally.states;
    m_tally.recoveries += mark.opening ? 1U : 0U;
    const std::uint64_t number = m_tally.states;
    const bool recorded = number % recordedEvery == 0;
    auto files = std::make_shared<io::MemoryFileSystem>(io::Recording{image, {}}, recorded);
    auto opened = DatabaseTestAccess::openOn(files, directory, m_options);
    std::size_t found = 0;
    std::string problem =
        opened ? checkOpened(**opened, floor, mark.ceiling, found) : "opening failed: " + opened.error().message();
    if (problem.empty() && number % verifiedEvery == 0)
        problem = verifyAll(*files, **opened);
    if (problem.empty() && recorded) {
        const io::Recording recovery = files->recording();
        examineRecovery(recovery, found, place + ", power cut leaves " + std::string(how), mostStates);
    }
    if (problem.empty() && number % usedOnEvery == 0) {
        ++m_tally.usedOn;
        problem = useOn(files, std::move(*opened), m_history[found]);
    }
    if (!problem.empty())
        failOn(image, place, how, problem);
}

// Whatever a second power cut leaves of a recovery, the next one finds what this one did.
void CrashWorkload::examineRecovery(const io::Recording& recovery, std::size_t found, const std::string& place,
                                    std::uint64_t mostStates) {
    io::CrashStates states(recovery);
    while (m_failure.empty() && m_tally.states < mostStates && states.advance()) {
        ++m_tally.calls;
        const std::size_t position = states.position();
        const auto visit = [&](const io::DiskImage& image, std::string_view how) {
            if (!m_seen.insert(mix(hashOf(image), found * 1001 + 1)).second) {
                ++m_tally.repeated;
                return true;
            }
            ++m_tally.states;
            ++m_tally.recoveries;
            const auto files = std::make_shared<io::MemoryFileSystem>(io::Recording{image, {}}, false);
            const auto opened = DatabaseTestAccess::openOn(files, directory, m_options);
            std::size_t again = 0;
            std::string problem =
                opened ? checkOpened(**opened, found, found, again) : "opening failed: " + opened.error().message();
            if (problem.empty() && m_tally.states % verifiedEvery == 0)
                problem = verifyAll(*files, **opened);
            if (!problem.empty())
                failOn(image,
                       place + "; recovering from that, after call " + std::to_string(position) + " (" +
                           recovery.calls[position - 1].text() + ")",
                       how, problem);
            return m_failure.empty() && m_tally.states < mostStates;
        };
        states.visit(m_seed + position, cutsPerWrite, randomPerRecoveryCall, visit);
    }
}

// Nothing that a power cut leaves is damage once it is recovered.
std::string CrashWorkload::verifyAll(io::FileSystem& files, Database& database) {
    if (database.stats().files.empty())
        return {}; // there is nothing yet
    ++m_tally.verified;
    Progress progress;
    const auto report = inspect::verifyOn(files, directory, progress);
    if (!report)
        return "verify: " + report.error().message();
    if (!report->clean())
        for (const Finding& finding : report->findings)
            if (finding.severity == Severity::error)
                return "verify finds damage at " + std::to_string(finding.offset) + " of " + finding.file.string() +
                       ": " + finding.text;
    if (report->liveKeys != database.stats().liveKeys)
        return "verify counts " + std::to_string(report->liveKeys) + " keys, the database " +
               std::to_string(database.stats().liveKeys);
    return {};
}

void CrashWorkload::failOn(const io::DiskImage& image, const std::string& place, std::string_view how,
                           const std::string& problem) {
    std::string names;
    for (const auto& [path, contents] : image.files)
        names += "\n    " + path + ", " + std::to_string(contents->size()) + " B";
    fail(place + ", power cut leaves " + std::string(how) + ": " + problem + "; the disk:" + names);
}

// A recovered database is one to go on with.
std::string CrashWorkload::useOn(const std::shared_ptr<io::MemoryFileSystem>& files, std::unique_ptr<Database> database,
                                 State state) {
    const std::uint32_t number = 1'000'000;
    const auto put = database->put(keyOf(0), valueOf(number));
    if (!put)
        return "put after recovery: " + put.error().message();
    state[0] = number;
    const auto removed = database->remove(keyOf(1));
    if (!removed || *removed != (state[1] != 0))
        return "remove after recovery" + (removed ? std::string() : ": " + removed.error().message());
    state[1] = 0;
    if (m_tally.states % (2 * usedOnEvery) == 0) {
        Progress progress;
        const auto merged = database->merge(progress);
        if (!merged)
            return "merge after recovery: " + merged.error().message();
    }
    for (const bool closed : {false, true}) {
        std::string problem;
        const auto now = read(*database, problem);
        if (!now)
            return (closed ? "after reopening: " : "after recovery: ") + problem;
        if (*now != state)
            return std::string("the keys are not what they were ") + (closed ? "before closing" : "written to be");
        if (closed)
            break;
        const auto done = database->close();
        if (!done)
            return "close after recovery: " + done.error().message();
        database.reset();
        auto opened = DatabaseTestAccess::openOn(files, directory, m_options);
        if (!opened)
            return "opening again: " + opened.error().message();
        database = std::move(*opened);
    }
    return {};
}

} // namespace rustcask::test
