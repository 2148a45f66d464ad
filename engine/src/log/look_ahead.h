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
            Ahead& ahead = m_ahead[m_seen % distance];
            ahead = {.hash = m_keydir.hash(key), .keySize = key.size()};
            m_keydir.prefetchSlot(ahead.hash);
            ++m_seen;
        }
        if (m_done + distance / 2 < m_seen) {
            const keydir::Reclaimer::Guard guard(m_reclaimer);
            const Ahead& ahead = m_ahead[(m_done + distance / 2) % distance];
            m_keydir.prefetchEntry(ahead.hash, ahead.keySize);
        }
    }

private:
    struct Ahead {
        std::uint64_t hash = 0;
        std::size_t keySize = 0;
    };
    static constexpr std::uint64_t distance = 16; // records: some hundred nanoseconds of copying each

    Scanner& m_scanner;
    const keydir::Keydir& m_keydir;
    const keydir::Reclaimer& m_reclaimer;
    std::array<Ahead, distance> m_ahead{};
    std::uint64_t m_done = 0; // records begun
    std::uint64_t m_seen = 0; // records whose keys were hashed, the begun ones included
};

} // namespace rustcask::log
