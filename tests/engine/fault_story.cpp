// SPDX-License-Identifier: Apache-2.0
#include "engine/fault_story.h"

#include <algorithm>
#include <utility>

#include "engine/database_test_access.h"
#include "format/file_names.h"
#include "verify_on.h"

namespace rustcask::test {
namespace {

const std::vector<std::string> keys = {"a", "bb", "key-3", "key-4", "a much longer key of the fault story", "z"};

template <typename T>
[[nodiscard]] std::optional<Error> errorOf(Result<T>&& result) {
    return result ? std::nullopt : std::optional<Error>(std::move(result.error()));
}

} // namespace

FaultStory::FaultStory(std::shared_ptr<io::FileSystem> files, std::filesystem::path directory, Options options)
    : m_files(std::move(files)), m_directory(std::move(directory)), m_options(std::move(options)) {}

FaultStory::~FaultStory() = default;

void FaultStory::fail(const std::string& text) {
    if (m_failure.empty())
        m_failure = text;
}

std::string FaultStory::valueOf(std::size_t bytes) {
    std::string value = "value " + std::to_string(++m_values) + ":";
    while (value.size() < bytes)
        value += static_cast<char>('a' + (value.size() + m_values) % 26);
    return value;
}

// Whether an error says what happened to which file.
std::string FaultStory::problemOf(const Error& error) const {
    if (error.file.empty() || error.operation.empty())
        return "it does not say what was done to which file";
    const bool told =
        error.code == ErrorCode::ioError || error.code == ErrorCode::noSpace || error.code == ErrorCode::readOnly;
    if (!told)
        return "it is called " + std::string(errorCodeName(error.code));
    if (error.systemError == 0)
        return "it does not say what the system said";
    if (error.systemError == ENOSPC && error.code == ErrorCode::ioError)
        return "a full disk is called " + std::string(errorCodeName(error.code));
    return {};
}

std::optional<Error> FaultStory::readOnce(Database& database, std::string_view key,
                                          std::optional<std::string>& value) const {
    auto read = database.get(key);
    if (!read)
        return std::move(read.error());
    value = std::move(*read);
    return std::nullopt;
}

// Every key has the value that was acknowledged. One read may be what the fault hits.
bool FaultStory::compare(const std::string& when) {
    for (const std::string& key : keys) {
        std::optional<std::string> value;
        auto error = readOnce(*m_database, key, value);
        if (error) {
            ++m_failedCalls;
            if (const std::string problem = problemOf(*error); !problem.empty())
                fail(when + ": get " + key + " fails with \"" + error->message() + "\": " + problem);
            error = readOnce(*m_database, key, value);
        }
        if (error) {
            fail(when + ": get " + key + " fails: " + error->message());
            return false;
        }
        const auto expected = m_model.find(key);
        if (value != (expected == m_model.end() ? std::nullopt : std::optional(expected->second))) {
            fail(when + ": " + key + " is " + value.value_or("absent").substr(0, 30) + ", acknowledged was " +
                 (expected == m_model.end() ? "nothing" : expected->second.substr(0, 30)));
            return false;
        }
    }
    if (m_database->stats().liveKeys != m_model.size()) {
        fail(when + ": the statistics count " + std::to_string(m_database->stats().liveKeys) + " keys instead of " +
             std::to_string(m_model.size()));
        return false;
    }
    return true;
}

void FaultStory::attempt(const std::string& what, const Step& step) {
    for (int tries = 0; m_failure.empty(); ++tries) {
        const Failed error = step();
        if (!error)
            return;
        ++m_failedCalls;
        if (tries == 1)
            return fail(what + " fails although nothing is wrong any more: " + error->message());
        if (const std::string problem = problemOf(*error); !problem.empty())
            return fail(what + " fails with \"" + error->message() + "\": " + problem);
        if (!m_database || !compare("after " + what + " failed (" + error->message() + ")"))
            continue;
        if (m_database->fault())
            reopen(what);
        else
            m_uncertain.clear(); // on failure nothing changed
    }
}

void FaultStory::open() {
    attempt("open", [this]() -> Failed {
        auto opened = DatabaseTestAccess::openOn(m_files, m_directory, m_options);
        if (!opened)
            return std::move(opened.error());
        m_database = std::move(*opened);
        return std::nullopt;
    });
}

// The database turned read-only: it says so, stays readable, and is as good as before when it is opened again.
void FaultStory::reopen(const std::string& what) {
    ++m_faults;
    const auto refused = m_database->put(keys[0], "refused");
    if (refused || refused.error().code != ErrorCode::readOnly)
        return fail("after " + what + " the database has a fault, but a put is not refused");
    if (!compare("read-only after " + what))
        return;
    m_snapshot.reset();
    static_cast<void>(m_database->close());
    m_database.reset();
    open();
    if (!m_failure.empty())
        return;
    for (const auto& [key, wanted] : m_uncertain) {
        std::optional<std::string> value;
        if (const auto error = readOnce(*m_database, key, value))
            return fail("reopened after " + what + ": get " + key + ": " + error->message());
        if (value != wanted)
            continue; // it never happened, or the comparison will tell
        if (value)
            m_model[key] = *value;
        else
            m_model.erase(key);
    }
    m_uncertain.clear();
    static_cast<void>(compare("reopened after " + what));
}

void FaultStory::put(const std::string& key, std::size_t bytes) {
    const std::string value = valueOf(bytes);
    m_everStored[key].push_back(value);
    attempt("put " + key, [&]() -> Failed {
        m_uncertain[key] = value;
        if (auto error = errorOf(m_database->put(key, value)))
            return error;
        m_uncertain.clear();
        m_model[key] = value;
        return std::nullopt;
    });
}

void FaultStory::putIf(const std::string& key, std::size_t bytes) {
    const std::string value = valueOf(bytes);
    m_everStored[key].push_back(value);
    attempt("putIf " + key, [&]() -> Failed {
        auto info = m_database->info(key);
        if (!info)
            return std::move(info.error());
        m_uncertain[key] = value;
        auto done = m_database->putIf(key, value, *info ? std::optional((*info)->sequence) : std::nullopt);
        if (!done)
            return std::move(done.error());
        if (!*done)
            fail("putIf " + key + " lost although nobody else writes");
        m_uncertain.clear();
        m_model[key] = value;
        return std::nullopt;
    });
}

void FaultStory::remove(const std::string& key) {
    attempt("remove " + key, [&]() -> Failed {
        m_uncertain[key] = std::nullopt;
        auto removed = m_database->remove(key);
        if (!removed)
            return std::move(removed.error());
        if (*removed != m_model.contains(key))
            fail("remove " + key + " says that the key was " + (*removed ? "there" : "absent"));
        m_uncertain.clear();
        m_model.erase(key);
        return std::nullopt;
    });
}

void FaultStory::sync() {
    attempt("sync", [this] { return errorOf(m_database->sync()); });
}
void FaultStory::rotate() {
    attempt("rotate", [this] { return errorOf(m_database->rotate()); });
}
void FaultStory::writeHints() {
    DatabaseTestAccess::writeHints(*m_database); // which has no caller to tell of a failure
}

void FaultStory::merge(const char* name, bool all) {
    attempt(name, [&]() -> Failed {
        MergeSelection selection;
        if (!all) {
            selection.kind = MergeSelection::Kind::files;
            for (const FileStats& file : m_database->stats().files)
                if (file.generation.value % 2 == 1)
                    selection.generations.push_back(file.generation);
        }
        Progress progress;
        return errorOf(m_database->merge(selection, progress));
    });
}

void FaultStory::takeSnapshot() {
    attempt("snapshot", [this]() -> Failed {
        auto taken = m_database->snapshot();
        if (!taken)
            return std::move(taken.error());
        m_snapshot = std::move(*taken);
        m_snapshotModel = m_model;
        return std::nullopt;
    });
}

// Reads what a merge may have removed meanwhile.
void FaultStory::readSnapshot() {
    if (!m_snapshot)
        return;
    if (m_snapshot->size() != m_snapshotModel.size())
        return fail("the snapshot has another number of keys than when it was taken");
    for (std::size_t i = 0; i < m_snapshot->size() && m_failure.empty(); ++i)
        attempt("read a snapshot", [&]() -> Failed {
            auto value = m_snapshot->value(i);
            if (!value)
                return std::move(value.error());
            if (m_snapshotModel[std::string(m_snapshot->entry(i).key)] != *value)
                fail("the snapshot has changed");
            return std::nullopt;
        });
    m_snapshot.reset();
}

void FaultStory::openFollower() {
    Options options = m_options;
    options.readOnly = true;
    attempt("open read-only", [&]() -> Failed {
        auto opened = DatabaseTestAccess::openOn(m_files, m_directory, options);
        if (!opened)
            return std::move(opened.error());
        m_follower = std::move(*opened);
        return std::nullopt;
    });
}

// After a refresh that succeeded the follower has everything; after one that failed, nothing that was never stored.
void FaultStory::follow() {
    sync();
    attempt("refresh", [this]() -> Failed {
        auto refreshed = m_follower->refresh();
        if (refreshed)
            return std::nullopt;
        for (const std::string& key : keys) {
            std::optional<std::string> value;
            const auto error = readOnce(*m_follower, key, value);
            const auto& known = m_everStored[key];
            if (!error && value && std::find(known.begin(), known.end(), *value) == known.end())
                fail("after a refresh that failed " + key + " has a value that was never stored");
        }
        return std::move(refreshed.error());
    });
    for (const std::string& key : keys)
        attempt("follow " + key, [&]() -> Failed {
            std::optional<std::string> value;
            if (auto error = readOnce(*m_follower, key, value))
                return error;
            const auto expected = m_model.find(key);
            if (value != (expected == m_model.end() ? std::nullopt : std::optional(expected->second)))
                fail("the follower's " + key + " is " + value.value_or("absent").substr(0, 30));
            return std::nullopt;
        });
}

// Whatever it says, it is closed afterwards.
void FaultStory::close() {
    if (!m_failure.empty())
        return;
    m_snapshot.reset();
    const auto done = m_database->close();
    if (!done) {
        ++m_failedCalls;
        if (const std::string problem = problemOf(done.error()); !problem.empty())
            fail("close fails with \"" + done.error().message() + "\": " + problem);
    }
    m_database.reset();
}

void FaultStory::firstLife() {
    open();
    if (!m_failure.empty())
        return;
    put(keys[0], 20);
    put(keys[1], 60);
    openFollower();
    if (!m_failure.empty())
        return;
    put(keys[0], 30);
    follow();
    put(keys[2], 100); // rotation
    put(keys[3], 80);
    writeHints();
    remove(keys[1]);
    putIf(keys[4], 40);
    sync();
    put(keys[3], 70);
    put(keys[5], 5000); // longer than a file and than the buffer
    if (m_options.writePath == WritePath::mapped)
        put(keys[2], 33'000); // written with a call all the same
    follow();
    put(keys[0], 25);
    rotate();
    put(keys[1], 25);
    takeSnapshot();
    merge("merge some", false);
    readSnapshot();
    follow();
    put(keys[2], 30);
    close();
}

void FaultStory::secondLife() {
    open();
    if (!m_failure.empty())
        return;
    static_cast<void>(compare("in the second life"));
    put(keys[3], 50); // behind what the first one wrote last
    remove(keys[5]);
    takeSnapshot();
    writeHints();
    merge("merge everything", true);
    readSnapshot();
    follow();
    putIf(keys[5], 10);
    put(keys[0], 90);
    writeHints();
    follow();
    static_cast<void>(compare("before the end"));
    m_follower.reset();
    close();
}

void FaultStory::theEnd() {
    open();
    if (!m_failure.empty() || !compare("at the end"))
        return;
    writeHints();
    attempt("verify", [this]() -> Failed {
        Progress progress;
        auto report = inspect::verifyOn(*m_files, m_directory, progress);
        if (!report)
            return std::move(report.error());
        for (const Finding& finding : report->findings)
            if (finding.severity != Severity::note)
                fail("verify finds " + finding.file.string() + " at " + std::to_string(finding.offset) + ": " +
                     finding.text);
        if (report->liveKeys != m_model.size())
            fail("verify counts " + std::to_string(report->liveKeys) + " keys");
        return std::nullopt;
    });
    put(keys[0], 10);
    static_cast<void>(compare("after the end"));
    close();
    if (!m_failure.empty())
        return;
    open(); // which clears away what is left
    const auto entries = m_files->list(m_directory);
    if (!entries)
        return; // the fault, at its very last chance
    for (const io::DirectoryEntry& entry : *entries) {
        const FileKind kind = format::parseFileName(entry.name).kind;
        if (kind != FileKind::data && kind != FileKind::hint && kind != FileKind::lock)
            fail("a file is left over: " + entry.name);
    }
}

void FaultStory::run() {
    firstLife();
    if (m_failure.empty())
        secondLife();
    if (m_failure.empty())
        theEnd();
    m_follower.reset();
    m_snapshot.reset();
    m_database.reset();
}

} // namespace rustcask::test
