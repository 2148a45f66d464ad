// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_overlay.h"

namespace rustcask::ui {

std::size_t KeyOverlay::liveKeys() const noexcept {
    return m_sourceSize - m_removed.size() + m_addedLive;
}

void KeyOverlay::replace(RowId sourceId, const KeyRecord& record) {
    m_removed.erase(sourceId);
    m_replaced[sourceId] = record;
}

RowId KeyOverlay::add(std::string_view key, const KeyRecord& record) {
    const auto [place, isNew] =
        m_addedIds.try_emplace(std::string(key), static_cast<RowId>(m_sourceSize + m_added.size()));
    if (isNew) {
        m_added.push_back({std::string(key), record, true});
        ++m_addedLive;
        return place->second;
    }
    Added& added = m_added[place->second - m_sourceSize];
    added.record = record;
    m_addedLive += added.live ? 0 : 1;
    added.live = true;
    return place->second;
}

void KeyOverlay::remove(RowId id) {
    if (id < m_sourceSize) {
        m_replaced.erase(id);
        m_removed.insert(id);
        return;
    }
    Added& added = m_added[id - m_sourceSize];
    m_addedLive -= added.live ? 1 : 0;
    added.live = false;
}

std::optional<RowId> KeyOverlay::find(std::string_view key) const {
    const auto place = m_addedIds.find(std::string(key));
    return place == m_addedIds.end() ? std::nullopt : std::optional(place->second);
}

bool KeyOverlay::isLive(RowId id) const noexcept {
    return id < m_sourceSize ? !m_removed.contains(id) : m_added[id - m_sourceSize].live;
}

bool KeyOverlay::touches(RowId id) const noexcept {
    return id >= m_sourceSize || m_replaced.contains(id) || m_removed.contains(id);
}

RowIds KeyOverlay::liveTouched() const {
    RowIds ids;
    ids.reserve(m_replaced.size() + m_addedLive);
    for (const auto& [id, record] : m_replaced) {
        ids.push_back(id);
    }
    for (std::size_t i = 0; i < m_added.size(); ++i) {
        if (m_added[i].live) {
            ids.push_back(static_cast<RowId>(m_sourceSize + i));
        }
    }
    return ids;
}

const KeyRecord* KeyOverlay::record(RowId id) const noexcept {
    if (id >= m_sourceSize) {
        return &m_added[id - m_sourceSize].record;
    }
    const auto place = m_replaced.find(id);
    return place == m_replaced.end() ? nullptr : &place->second;
}

rustcask::SnapshotEntry KeyTable::overlaidEntry(RowId id) const noexcept {
    const std::size_t size = m_source->size();
    rustcask::SnapshotEntry entry;
    if (id < size) {
        entry = m_source->entry(id);
    } else {
        entry.key = m_overlay->addedKey(id);
    }
    if (const KeyRecord* record = m_overlay->record(id)) {
        entry.generation = record->generation;
        entry.offset = record->offset;
        entry.valueBytes = record->valueBytes;
        entry.sequence = record->sequence;
    }
    return entry;
}

} // namespace rustcask::ui
