// SPDX-License-Identifier: Apache-2.0
#include <rustcask/keydir_info.h>

#include "database_impl.h"
#include "format/data_record.h"

namespace rustcask {

Result<std::optional<KeydirEntry>> Database::Impl::keydirEntry(std::string_view key) const {
    if (auto refused = checkRead(key, "look up a key"))
        return failure(*std::move(refused));
    for (;;) {
        const keydir::Reclaimer::Guard guard(m_core->reclaimer);
        const auto location = m_keydir.find(key, m_keydir.hash(key));
        if (!location)
            return std::optional<KeydirEntry>();
        const log::Segment* segment = m_core->segments.at(location->file);
        if (segment == nullptr)
            continue; // a merge moved the record between the two look-ups
        return KeydirEntry{.location = {.generation = segment->generation,
                                        .offset = location->offset,
                                        .recordBytes = format::recordBytes(key.size(), location->valueBytes)},
                           .sequence = Sequence{location->sequence},
                           .valueBytes = location->valueBytes};
    }
}

Result<std::optional<KeydirEntry>> Database::keydirEntry(std::string_view key) const {
    return m_impl->keydirEntry(key);
}

} // namespace rustcask
