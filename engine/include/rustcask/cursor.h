// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <rustcask/result.h>
#include <rustcask/types.h>

namespace rustcask {

namespace detail {
class SnapshotData;
} // namespace detail

/// One key of a snapshot. `key` borrows from the engine and lives as long as the snapshot.
struct SnapshotEntry {
    std::string_view key{};
    Generation generation{};  ///< file that held the record when the snapshot was taken
    std::uint64_t offset = 0; ///< of the record in that file
    std::uint32_t valueBytes = 0;
    Sequence sequence{};
};

/// All keys of a database at one moment, in no particular order (of the keydir's shards). Immutable; every member is
/// safe from any number of threads. Costs 24 bytes a key; keys themselves are borrowed from the keydir. While it lives
/// it keeps the files of its moment readable, merges notwithstanding, and so their disk space in use. That of a
/// read-only database holds them open, because another process may remove them: at most `Options::maxOpenFiles` in all
/// snapshots and value readers together, beside those that gets have open. A value in a file beyond those is an ioError
/// once it has been removed. It may outlive the `Database`.
class Snapshot {
public:
    explicit Snapshot(std::shared_ptr<const detail::SnapshotData> data) noexcept;
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    [[nodiscard]] std::size_t size() const noexcept;
    /// The sequence number of the newest record the snapshot contains.
    [[nodiscard]] Sequence sequence() const noexcept;
    /// @pre index < size(). Constant time.
    [[nodiscard]] SnapshotEntry entry(std::size_t index) const noexcept;
    /// The value as of the snapshot. Errors: ioError, corruption. @pre index < size().
    [[nodiscard]] Result<std::string> value(std::size_t index) const;
    /// When the record was written, from the record's header. Errors: ioError, corruption. @pre index < size().
    [[nodiscard]] Result<Timestamp> timestamp(std::size_t index) const;

private:
    std::shared_ptr<const detail::SnapshotData> m_data;
};

/// Forward iteration over a snapshot.
///
///     for (Cursor cursor(snapshot); cursor.valid(); cursor.next()) use(cursor.entry().key, cursor.value());
class Cursor {
public:
    explicit Cursor(std::shared_ptr<const Snapshot> snapshot) noexcept : m_snapshot(std::move(snapshot)) {}
    [[nodiscard]] bool valid() const noexcept { return m_index < m_snapshot->size(); }
    void next() noexcept { ++m_index; }
    [[nodiscard]] SnapshotEntry entry() const noexcept { return m_snapshot->entry(m_index); }
    [[nodiscard]] Result<std::string> value() const { return m_snapshot->value(m_index); }

private:
    std::shared_ptr<const Snapshot> m_snapshot;
    std::size_t m_index = 0;
};

} // namespace rustcask
