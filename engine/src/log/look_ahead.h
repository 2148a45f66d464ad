// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "keydir/keydir.h"
#include "log/scanner.h"

namespace rustcask::log {

/// Has the keydir's memory fetched for records that a scanner will come to next, so that looking each of them up waits
/// for nothing. Changes no answer.
class LookAhead {
public:
    LookAhead(Scanner& scanner, const keydir::Keydir& keydir, const keydir::Reclaimer& reclaimer) noexcept
        : m_scanner(scanner), m_keydir(keydir), m_reclaimer(reclaimer) {}

    /// To be called for each record, before it is looked up.
    void step() noexcept {
        ++m_done;
        if (m_seen < m_done)
            m_seen = m_done; // the scanner came to a new chunk
        while (m_seen < m_done + distance) {
            const std::string_view key = m_scanner.keyAhead();
            if (key.empty())
                break;
            m_hashes[m_seen % distance] = m_keydir.hash(key);
            m_keydir.prefetchSlot(m_hashes[m_seen % distance]);
            ++m_seen;
        }
        if (m_done + distance / 2 < m_seen) {
            const keydir::Reclaimer::Guard guard(m_reclaimer);
            m_keydir.prefetchEntry(m_hashes[(m_done + distance / 2) % distance]);
        }
    }

private:
    static constexpr std::uint64_t distance = 16; // records: some hundred nanoseconds of copying each

    Scanner& m_scanner;
    const keydir::Keydir& m_keydir;
    const keydir::Reclaimer& m_reclaimer;
    std::array<std::uint64_t, distance> m_hashes{};
    std::uint64_t m_done = 0; // records begun
    std::uint64_t m_seen = 0; // records whose keys were hashed, the begun ones included
};

} // namespace rustcask::log
