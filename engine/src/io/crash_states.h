// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/memory_file_system.h"

namespace rustcask::io {

/// What a power cut may leave at each call of a recording.
///
/// The rules, as pessimistic as POSIX allows: until `sync` of a file returns, each of its 512-byte sectors may have on
/// the disk the contents of any moment since the last one, independently of the others and of the file's length, which
/// may be that of any moment, too; a range that never got there reads as zeros. A write may be cut at any byte. Until
/// `syncDirectory` returns, any of the creations, renames and removals in the directory may have happened, in order; a
/// rename is whole or not at all. A file whose name never got there is lost with all its contents.
class CrashStates {
public:
    explicit CrashStates(const Recording& recording);

    /// Takes in the next call. False: there is none.
    bool advance();
    /// Calls taken in so far.
    [[nodiscard]] std::size_t position() const noexcept { return m_position; }

    /// Told of an image and how it came about; false: enough.
    using Visit = std::function<bool(const DiskImage& image, std::string_view how)>;
    /// The states that a power cut right after the last call may leave, or in the middle of it: all of the disk up to
    /// each moment, each pending change missing, each pending change alone, lengths without contents and contents
    /// without lengths, names without contents and contents without names, the last write torn at `cuts` places
    /// (from either end), and `random` others. The same image may come several times.
    void visit(std::uint64_t seed, unsigned cuts, unsigned random, const Visit& visit) const;

    /// The state without any change that was not made durable.
    [[nodiscard]] DiskImage durable() const;
    /// One of the states that `visit` would show, chosen by `seed`.
    [[nodiscard]] DiskImage anyState(std::uint64_t seed) const;

private:
    static constexpr std::uint32_t directoryNode = UINT32_MAX;

    struct Change { // of a file: makes version i + 1 of version i
        std::size_t call = 0;
        std::uint64_t begin = 0; // of what it changes; begin == end: only the length
        std::uint64_t end = 0;
    };
    struct FileState {
        std::vector<std::shared_ptr<const std::string>> versions; // the first one is durable
        std::vector<Change> changes;
        bool poisoned = false; // a sync failed
    };
    struct NameChange {
        std::size_t call = 0;
        std::uint32_t node = 0; // 0: removed
        std::string name{};
        std::string target{}; // rename
    };
    struct DirectoryState {
        std::map<std::string, std::uint32_t> durable;
        std::vector<NameChange> changes;
    };
    struct Patch {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::size_t version = 0;
    };
    struct FilePick {
        std::uint64_t length = 0;
        std::size_t version = 0;
        std::vector<Patch> patches{};
    };
    struct Choice {
        bool newest = true; // of what is not named below: the newest, or the durable state
        std::map<std::uint32_t, FilePick> files{};
        std::map<std::string, std::vector<bool>> names{}; // which changes of a directory happened
    };
    class Random;
    class Enumeration;

    [[nodiscard]] DiskImage build(const Choice& choice) const;
    void buildDirectory(const Choice& choice, const std::string& path, DiskImage& image) const;
    [[nodiscard]] std::shared_ptr<const std::string> contents(std::uint32_t file, const Choice& choice) const;
    [[nodiscard]] FilePick pickOf(std::uint32_t file, std::size_t version) const;
    [[nodiscard]] Choice randomChoice(Random& random) const;
    [[nodiscard]] std::vector<std::size_t> pendingCalls() const;
    [[nodiscard]] Choice upTo(std::size_t call) const;
    void change(std::uint32_t file, std::string contents, std::uint64_t begin, std::uint64_t end);
    void changeName(const RecordedCall& call);

    const Recording& m_recording;
    std::size_t m_position = 0;
    std::vector<FileState> m_files{1}; // by number
    std::map<std::string, DirectoryState> m_directories;
};

} // namespace rustcask::io
