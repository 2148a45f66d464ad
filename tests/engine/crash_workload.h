// SPDX-License-Identifier: Apache-2.0
// How to use: one generated life story of a database on a disk that loses power, checked at every system call.
//
//     CrashTally tally;
//     CrashWorkload workload(seed, tally);
//     workload.run(mostStates);              // workload.failure() is empty when every state was as promised
//
// A story has several lives. Each begins with opening what the one before left (closed, killed, or cut off from power
// in any legal state), goes through random operations, and is examined afterwards: at every call, each state that a
// power cut may leave there is opened and must hold what the history says. Opening is part of a life, so crashes during
// it are among them; and of every few states the recovery itself is recorded, cut off at every call, and recovered from
// again: it must come to the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <rustcask/database.h>

#include "io/crash_states.h"
#include "io/memory_file_system.h"
#include "support/seeded_random.h"

namespace rustcask::test {

/// Counts over all workloads.
struct CrashTally {
    std::uint64_t workloads = 0;
    std::uint64_t lives = 0;
    std::uint64_t calls = 0;
    std::uint64_t states = 0;     ///< different ones, opened and compared
    std::uint64_t repeated = 0;   ///< shown again and left out
    std::uint64_t usedOn = 0;     ///< of the states: written to, merged, closed and opened again, too
    std::uint64_t recoveries = 0; ///< of the states: from a crash in the middle of recovering from a crash
    std::uint64_t verified = 0;   ///< of the states: looked through by `verify` once they were recovered
};

class CrashWorkload {
public:
    CrashWorkload(std::uint64_t seed, CrashTally& tally);
    ~CrashWorkload();

    /// Lives and examines; ends early after `mostStates` states or at the first failure.
    void run(std::uint64_t mostStates);
    /// What went wrong, with everything needed to repeat it; empty: nothing.
    [[nodiscard]] const std::string& failure() const noexcept { return m_failure; }
    /// The options and sizes of this story in words.
    [[nodiscard]] std::string text() const;

private:
    enum class End { close, kill, powerCut };
    /// The value number of each key, 0: absent.
    using State = std::vector<std::uint32_t>;
    /// What is promised from a number of recorded calls on.
    struct Mark {
        std::size_t calls = 0;
        std::size_t floor = 0;     ///< so many appends are durable
        std::size_t killFloor = 0; ///< so many survive a killed process
        std::size_t ceiling = 0;   ///< so many were begun, at most
        std::string operation{};
        bool opening = false;
    };

    [[nodiscard]] std::string keyOf(std::size_t key) const;
    [[nodiscard]] std::string valueOf(std::uint32_t number) const;
    [[nodiscard]] bool openLife(bool afterPowerCut);
    void operate();
    void put();
    void remove();
    void compare();
    void merge(const MergeSelection& selection, const char* name, bool cancelled);
    void begin(std::size_t appends);
    void finish(std::string operation, bool durable);
    void endLife(End end);
    void examine(const io::Recording& recording, std::size_t begun, std::uint64_t mostStates);
    void check(const io::DiskImage& image, const Mark& mark, std::size_t floor, std::string_view how,
               const std::string& place, std::uint64_t mostStates);
    void examineRecovery(const io::Recording& recovery, std::size_t found, const std::string& place,
                         std::uint64_t mostStates);
    [[nodiscard]] std::string verifyAll(io::FileSystem& files, Database& database);
    void failOn(const io::DiskImage& image, const std::string& place, std::string_view how, const std::string& problem);
    [[nodiscard]] std::string checkOpened(Database& database, std::size_t floor, std::size_t ceiling,
                                          std::size_t& found);
    [[nodiscard]] std::string useOn(const std::shared_ptr<io::MemoryFileSystem>& files,
                                    std::unique_ptr<Database> database, State state);
    [[nodiscard]] std::optional<State> read(Database& database, std::string& problem) const;
    void fail(std::string text);

    std::uint64_t m_seed;
    CrashTally& m_tally;
    SeededRandom m_random;
    Options m_options{};
    std::size_t m_keys = 0;
    std::size_t m_valueLimit = 0;
    std::shared_ptr<io::MemoryFileSystem> m_files;
    std::unique_ptr<Database> m_database;
    std::vector<State> m_history; ///< after so many appends
    std::uint32_t m_values = 0;
    std::size_t m_durable = 0; ///< appends
    std::vector<Mark> m_marks;
    std::size_t m_begun = 0; ///< calls recorded before this life
    std::unordered_set<std::uint64_t> m_seen;
    std::size_t m_life = 0;
    std::string m_failure;
};

} // namespace rustcask::test
