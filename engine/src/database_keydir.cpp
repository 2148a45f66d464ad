// SPDX-License-Identifier: Apache-2.0
#include <rustcask/keydir_info.h>

#include "database_impl.h"
#include "format/data_record.h"
#include "keydir/keydir.h"

namespace rustcask {

// A record that damage may have superseded is not passed off as the newest.
Result<bool> Database::Impl::isPresent(const std::optional<keydir::Location>& location,
                                       std::string_view operation) const {
    if (location && m_core->segments.isDoubtful(location->sequence, location->file))
        return failure(m_core->segments.doubtError(operation));
    return location.has_value();
}

Result<bool> Database::Impl::contains(std::string_view key) const {
    constexpr std::string_view operation = "look up a key";
    if (auto valid = checkRead(key, operation))
        return failure(*std::move(valid));
    const keydir::Reclaimer::Guard guard(m_core->reclaimer);
    return isPresent(m_keydir.find(key, m_keydir.hash(key)), operation);
}

Result<std::optional<KeyInfo>> Database::Impl::info(std::string_view key) {
    if (auto valid = checkRead(key, "look up a key"))
        return failure(*std::move(valid));
    std::optional<keydir::Location> missed;
    for (;;) {
        std::optional<keydir::Location> location;
        std::optional<Error> error;
        {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            location = m_keydir.find(key, m_keydir.hash(key));
            if (!location)
                return std::optional<KeyInfo>();
            log::Segment* segment = m_core->segments.at(location->file);
            if (segment == nullptr)
                continue;
            auto time = detail::readTime(*m_core, *segment, key, *location);
            if (time)
                return KeyInfo{.location = {.generation = segment->generation,
                                            .offset = location->offset,
                                            .recordBytes = format::recordBytes(key.size(), location->valueBytes)},
                               .sequence = Sequence{location->sequence},
                               .time = *time,
                               .valueBytes = location->valueBytes};
            error = std::move(time.error());
        }
        if (!io::isMissing(*error) || missed == location)
            return failure(std::move(*error));
        missed = location;
        if (m_options.readOnly) {
            if (auto refreshed = refresh(); !refreshed)
                return failure(std::move(refreshed.error()));
        }
    }
}

Result<std::optional<KeydirEntry>> Database::Impl::keydirEntry(std::string_view key) const {
    if (auto refused = checkRead(key, "look up a key"))
        return failure(*std::move(refused));
    const std::uint64_t hash = m_keydir.hash(key);
    for (;;) {
        const keydir::Reclaimer::Guard guard(m_core->reclaimer);
        const auto location = m_keydir.find(key, hash);
        if (!location)
            return std::optional<KeydirEntry>();
        const log::Segment* segment = m_core->segments.at(location->file);
        if (segment == nullptr)
            continue; // a merge moved the record between the two look-ups
        return KeydirEntry{.location = {.generation = segment->generation,
                                        .offset = location->offset,
                                        .recordBytes = format::recordBytes(key.size(), location->valueBytes)},
                           .sequence = Sequence{location->sequence},
                           .valueBytes = location->valueBytes,
                           .shard = static_cast<std::uint32_t>(keydir::Keydir::shardIndex(hash)),
                           .slot = m_keydir.slotOf(key, hash).value_or(0)}; // 0: it went meanwhile
    }
}

Result<KeydirStats> Database::Impl::keydirStats() const {
    if (auto valid = checkOpen("look into the keydir"); !valid)
        return failure(std::move(valid.error()));
    const auto occupancy = m_keydir.occupancy();
    return KeydirStats{.shards = static_cast<std::uint32_t>(keydir::Keydir::shardCount),
                       .keys = occupancy.entries,
                       .leastKeys = occupancy.leastKeys,
                       .mostKeys = occupancy.mostKeys,
                       .tableSlots = occupancy.tableSlots,
                       .removedSlots = occupancy.removedSlots,
                       .slotBytes = occupancy.tableSlots * sizeof(keydir::Slot),
                       .entryBytes = occupancy.entryBytes,
                       .removedBytes = occupancy.removedBytes,
                       .keyBytes = m_keydir.keyBytes(),
                       .memoryBytes = m_keydir.memoryBytes()};
}

Result<KeydirStats> Database::keydirStats() const {
    return m_impl->keydirStats();
}
Sequence Database::lastSequence() const noexcept {
    return m_impl->lastSequence();
}

Result<std::optional<KeydirEntry>> Database::keydirEntry(std::string_view key) const {
    return m_impl->keydirEntry(key);
}

} // namespace rustcask
