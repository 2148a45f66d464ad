// SPDX-License-Identifier: GPL-3.0-or-later
// A key list's source without a database, for tests.
#pragma once

#include <string>
#include <vector>

#include "models/key_source.h"
#include "support/seeded_random.h"

namespace rustcask::test {

class SyntheticSource final : public ui::KeySource {
public:
    struct Entry {
        std::string key;
        Generation generation{1};
        std::uint64_t offset = 0;
        std::uint32_t valueBytes = 0;
        Sequence sequence{};
    };
    explicit SyntheticSource(std::vector<Entry> entries) : m_entries(std::move(entries)) {}

    /// Another source with the same keys, as a reload finds it.
    [[nodiscard]] std::shared_ptr<const SyntheticSource> copy() const {
        return std::make_shared<const SyntheticSource>(m_entries);
    }
    [[nodiscard]] std::size_t size() const noexcept override { return m_entries.size(); }
    [[nodiscard]] SnapshotEntry entry(std::size_t index) const noexcept override {
        const Entry& entry = m_entries[index];
        return {entry.key, entry.generation, entry.offset, entry.valueBytes, entry.sequence};
    }
    [[nodiscard]] Result<Timestamp> timestamp(std::size_t index) const override {
        return Timestamp(std::chrono::milliseconds(1'700'000'000'000 + static_cast<std::int64_t>(index)));
    }

    [[nodiscard]] Result<std::string> value(std::size_t index) const override {
        return "value of " + m_entries[index].key;
    }

private:
    std::vector<Entry> m_entries;
};

/// `count` distinct keys in no order: words with a shared beginning, binary ones, long ones.
inline std::shared_ptr<const SyntheticSource> makeSource(std::size_t count, SeededRandom& random) {
    std::vector<SyntheticSource::Entry> entries(count);
    for (std::size_t i = 0; i < count; ++i) {
        SyntheticSource::Entry& entry = entries[i];
        const std::string number = std::to_string(i);
        if (random.chance(10)) {
            entry.key = random.bytes(1 + random.below(12)) + number;
        } else if (random.chance(1)) {
            entry.key = "Order:" + random.word(300) + number;
        } else {
            entry.key = (random.chance(50) ? "order:" : "Order:") + random.word(4) + ":" + number;
        }
        entry.generation = {1 + random.below(5)};
        entry.offset = i * 100;
        entry.valueBytes = static_cast<std::uint32_t>(random.below(50));
        entry.sequence = {1 + i};
    }
    for (std::size_t i = count; i > 1; --i) {
        std::swap(entries[i - 1], entries[random.below(i)]);
    }
    return std::make_shared<const SyntheticSource>(std::move(entries));
}

} // namespace rustcask::test
