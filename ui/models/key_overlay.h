// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "models/key_source.h"

namespace rustcask::ui {

/// What is known of a key's record.
struct KeyRecord {
    rustcask::Generation generation{};
    std::uint64_t offset = 0;
    std::uint32_t valueBytes = 0;
    rustcask::Sequence sequence{};
    std::optional<rustcask::Timestamp> time{};
};

/// The edits made since a source was taken, laid over it, so that an edit costs nothing that grows with the number of
/// keys. A key keeps its RowId through every edit. A value: copies are independent.
class KeyOverlay {
public:
    KeyOverlay() = default;
    explicit KeyOverlay(std::size_t sourceSize) : m_sourceSize(sourceSize) {}

    [[nodiscard]] bool isEmpty() const noexcept { return m_replaced.empty() && m_removed.empty() && m_added.empty(); }
    /// How many edits it holds; a measure of when to take a new source instead.
    [[nodiscard]] std::size_t size() const noexcept { return m_replaced.size() + m_removed.size() + m_added.size(); }
    /// Keys of the source plus those added, less those removed.
    [[nodiscard]] std::size_t liveKeys() const noexcept;

    /// A key of the source has a new record, or is back.
    void replace(RowId sourceId, const KeyRecord& record);
    /// A key that is not in the source. Returns its id, the same as before if it was once here.
    RowId add(std::string_view key, const KeyRecord& record);
    /// The key is gone.
    void remove(RowId id);

    /// The id of a key that is not in the source, removed or not.
    [[nodiscard]] std::optional<RowId> find(std::string_view key) const;
    [[nodiscard]] bool isLive(RowId id) const noexcept;
    /// Whether `id` stands elsewhere in an order than the source says: replaced, removed or added.
    [[nodiscard]] bool touches(RowId id) const noexcept;
    /// The live ids that `touches`, in no order.
    [[nodiscard]] RowIds liveTouched() const;
    /// The record that replaces the source's, or nullptr.
    [[nodiscard]] const KeyRecord* record(RowId id) const noexcept;
    /// @pre id is one of an added key
    [[nodiscard]] std::string_view addedKey(RowId id) const noexcept { return m_added[id - m_sourceSize].key; }

private:
    struct Added {
        std::string key;
        KeyRecord record;
        bool live = true;
    };
    std::size_t m_sourceSize = 0;
    std::unordered_map<RowId, KeyRecord> m_replaced;
    std::unordered_set<RowId> m_removed;
    std::deque<Added> m_added;
    std::unordered_map<std::string, RowId> m_addedIds;
    std::size_t m_addedLive = 0;
};

/// A source with an overlay: every id's entry.
class KeyTable {
public:
    KeyTable() = default;
    KeyTable(std::shared_ptr<const KeySource> source, std::shared_ptr<const KeyOverlay> overlay)
        : m_source(std::move(source)), m_overlay(std::move(overlay)), m_plain(m_overlay->isEmpty()) {}

    [[nodiscard]] rustcask::SnapshotEntry entry(RowId id) const noexcept {
        return m_plain ? m_source->entry(id) : overlaidEntry(id);
    }
    [[nodiscard]] const std::shared_ptr<const KeySource>& source() const noexcept { return m_source; }
    [[nodiscard]] const KeyOverlay& overlay() const noexcept { return *m_overlay; }
    [[nodiscard]] std::size_t sourceSize() const noexcept { return m_source ? m_source->size() : 0; }

private:
    [[nodiscard]] rustcask::SnapshotEntry overlaidEntry(RowId id) const noexcept;

    std::shared_ptr<const KeySource> m_source;
    std::shared_ptr<const KeyOverlay> m_overlay = std::make_shared<const KeyOverlay>();
    bool m_plain = true;
};

} // namespace rustcask::ui
