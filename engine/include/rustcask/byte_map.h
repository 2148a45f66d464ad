// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <rustcask/inspect.h>
#include <rustcask/keydir_info.h>
#include <rustcask/types.h>

/// What has become of the bytes of a file: which are live, which are dead, which are damaged.
namespace rustcask {

class Database;

/// What a range of bytes is good for.
enum class ByteKind : std::uint8_t {
    live,       ///< a record that the keydir points at
    tombstone,  ///< a tombstone, whether or not it could be dropped
    hint,       ///< a hint file's header, entries and trailer
    header,     ///< a data file's header
    superseded, ///< a sound record that is not its key's newest
    unused,     ///< reserved ahead, never written
    damaged,    ///< bytes that are not what was written
};
inline constexpr std::size_t byteKindCount = 7;

[[nodiscard]] std::string_view byteKindName(ByteKind kind) noexcept;

/// Bytes by kind.
struct ByteTally {
    std::array<std::uint64_t, byteKindCount> bytes{};

    [[nodiscard]] std::uint64_t& operator[](ByteKind kind) noexcept { return bytes[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] std::uint64_t operator[](ByteKind kind) const noexcept {
        return bytes[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] std::uint64_t total() const noexcept;
    ByteTally& operator+=(const ByteTally& other) noexcept;
    friend bool operator==(const ByteTally&, const ByteTally&) = default;
};

/// What has become of one record.
struct Judgement {
    ByteKind kind = ByteKind::superseded;
    /// The newest record of its key, of a `superseded` or hint entry's one; nullopt: the key is absent now, because a
    /// newer tombstone removed it.
    std::optional<KeydirEntry> newest{};
};

/// Judges a record, header, entry or gap of the file of `generation`. `database` is the open database it belongs to and
/// is asked from memory; null: no record can be told to be live. A record newer than all that it knows is live. As safe
/// to call as `Database::keydirEntry`.
[[nodiscard]] Judgement judge(const RecordInfo& record, Generation generation, const Database* database);

/// How the bytes of a range of a file are used, in buckets of equal length: memory is bounded by the number of buckets,
/// whatever the range's length. Filled in file order; a plain value otherwise.
class ByteMap {
public:
    ByteMap() = default;
    /// Of `[begin, end)` in at most `buckets` (at least 1) buckets.
    ByteMap(std::uint64_t begin, std::uint64_t end, std::size_t buckets);

    /// Counts `[offset, offset + bytes)`; what lies outside of the range is left out. A range that goes beyond the end
    /// of the map (a file that grew) makes buckets twice as long until it fits, if `grow` is set.
    void add(std::uint64_t offset, std::uint64_t bytes, ByteKind kind, bool grow = false);

    [[nodiscard]] std::uint64_t begin() const noexcept { return m_begin; }
    [[nodiscard]] std::uint64_t filledTo() const noexcept { return m_filledTo; } ///< end of what was added
    [[nodiscard]] std::uint64_t bucketBytes() const noexcept { return m_bucketBytes; }
    [[nodiscard]] std::size_t buckets() const noexcept { return m_buckets.size(); }
    /// Everything added.
    [[nodiscard]] const ByteTally& total() const noexcept { return m_total; }
    /// What `[begin, end)` holds. Exact on bucket borders; a bucket that is cut counts in proportion, damage in it
    /// whole, so that it is never rounded away.
    [[nodiscard]] ByteTally tally(std::uint64_t begin, std::uint64_t end) const noexcept;

private:
    std::uint64_t m_begin = 0;
    std::uint64_t m_filledTo = 0;
    std::uint64_t m_bucketBytes = 1;
    std::vector<ByteTally> m_buckets{};
    ByteTally m_total{};
};

} // namespace rustcask
