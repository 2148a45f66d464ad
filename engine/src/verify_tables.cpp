// SPDX-License-Identifier: Apache-2.0
#include "verify_tables.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rustcask::inspect {
namespace {

constexpr std::uint64_t sequenceMask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t tombstoneBit = std::uint64_t{1} << 48;
constexpr unsigned tagShift = 49;

} // namespace

KeyHash hashOf(std::string_view key) noexcept {
    const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
    return {.low = hash.low64, .high = hash.high64};
}

NewestRecords::Slot& NewestRecords::slotOf(std::uint64_t hash, std::uint64_t tag) noexcept {
    const std::size_t mask = m_slots.size() - 1;
    std::size_t i = static_cast<std::size_t>(hash) & mask;
    while (m_slots[i].meta != 0 && (m_slots[i].hash != hash || m_slots[i].meta >> tagShift != tag))
        i = (i + 1) & mask;
    return m_slots[i];
}

void NewestRecords::grow() {
    std::vector<Slot> old(m_slots.empty() ? 1024 : 2 * m_slots.size());
    old.swap(m_slots);
    for (const Slot& slot : old)
        if (slot.meta != 0)
            slotOf(slot.hash, slot.meta >> tagShift) = slot;
}

void NewestRecords::add(std::string_view key, Sequence sequence, bool tombstone) {
    if (m_used * 4 >= m_slots.size() * 3)
        grow();
    const KeyHash hash = hashOf(key);
    const std::uint64_t tag = hash.high >> tagShift;
    Slot& slot = slotOf(hash.low, tag);
    if (slot.meta == 0) {
        ++m_used;
        slot.hash = hash.low;
    } else if ((slot.meta & sequenceMask) >= sequence.value) {
        return;
    }
    slot.meta = (sequence.value & sequenceMask) | (tombstone ? tombstoneBit : 0) | tag << tagShift;
}

std::uint64_t NewestRecords::liveKeys() const noexcept {
    return static_cast<std::uint64_t>(std::count_if(m_slots.begin(), m_slots.end(), [](const Slot& slot) {
        return slot.meta != 0 && (slot.meta & tombstoneBit) == 0;
    }));
}

SequenceSet::Met SequenceSet::add(Sequence sequence, std::uint32_t checksum) {
    checksum = std::max<std::uint32_t>(checksum, 1); // 0 means "not met" in dense pages
    Page& page = m_pages[sequence.value / pageSize];
    const auto low = static_cast<std::uint16_t>(sequence.value % pageSize);
    if (!page.dense.empty()) {
        std::uint32_t& met = page.dense[low];
        if (met != 0)
            return met == checksum ? Met::copy : Met::other;
        met = checksum;
        return Met::first;
    }
    const auto at = std::lower_bound(page.sparse.begin(), page.sparse.end(), low,
                                     [](const Entry& entry, std::uint16_t value) { return entry.low < value; });
    if (at != page.sparse.end() && at->low == low)
        return at->checksum == checksum ? Met::copy : Met::other;
    page.sparse.insert(at, {.low = low, .checksum = checksum});
    if (page.sparse.size() > maxSparse) {
        page.dense.resize(pageSize);
        for (const Entry& entry : page.sparse)
            page.dense[entry.low] = entry.checksum;
        page.sparse = {};
    }
    return Met::first;
}

} // namespace rustcask::inspect
