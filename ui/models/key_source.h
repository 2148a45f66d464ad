// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rustcask/cursor.h>

namespace rustcask::ui {

/// Number of a key in a key list: below `KeySource::size` an index into the source, above it one of `KeyOverlay`.
using RowId = std::uint32_t;
using RowIds = std::vector<RowId>;

/// What a key list shows: an immutable array of keys. Every member may be called from any thread.
class KeySource {
public:
    KeySource() = default;
    virtual ~KeySource() = default;
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;

    [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    /// In constant time and from memory alone. The key borrows from the source. @pre index < size()
    [[nodiscard]] virtual rustcask::SnapshotEntry entry(std::size_t index) const noexcept = 0;
    /// When the record was written: reads the file. Errors: ioError, corruption. @pre index < size()
    [[nodiscard]] virtual rustcask::Result<rustcask::Timestamp> timestamp(std::size_t index) const = 0;
    /// The record's value: reads the file. Errors: ioError, corruption. @pre index < size()
    [[nodiscard]] virtual rustcask::Result<std::string> value(std::size_t index) const = 0;
};

/// The keys of a database at one moment.
class SnapshotSource final : public KeySource {
public:
    explicit SnapshotSource(std::shared_ptr<const rustcask::Snapshot> snapshot) : m_snapshot(std::move(snapshot)) {}
    [[nodiscard]] std::size_t size() const noexcept override { return m_snapshot->size(); }
    [[nodiscard]] rustcask::SnapshotEntry entry(std::size_t index) const noexcept override {
        return m_snapshot->entry(index);
    }
    [[nodiscard]] rustcask::Result<rustcask::Timestamp> timestamp(std::size_t index) const override {
        return m_snapshot->timestamp(index);
    }
    [[nodiscard]] rustcask::Result<std::string> value(std::size_t index) const override {
        return m_snapshot->value(index);
    }

private:
    std::shared_ptr<const rustcask::Snapshot> m_snapshot;
};

} // namespace rustcask::ui
