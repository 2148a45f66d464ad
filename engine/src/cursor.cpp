// SPDX-License-Identifier: Apache-2.0
#include <rustcask/cursor.h>

#include <algorithm>

#include "database_impl.h"
#include "io/beside_merges.h"

namespace rustcask {

namespace detail {

class SnapshotData {
public:
    SnapshotData(std::shared_ptr<Core> core, std::vector<std::shared_ptr<log::Segment>> segments,
                 std::vector<keydir::CapturedShard> shards, std::uint64_t sequence, bool verify,
                 std::unique_ptr<Pins> pins)
        : m_core(std::move(core)),
          m_pins(std::move(pins)),
          m_segments(std::move(segments)),
          m_shards(std::move(shards)),
          m_sequence(sequence),
          m_verify(verify) {
        std::size_t count = 0;
        for (const keydir::CapturedShard& shard : m_shards) {
            m_begins.push_back(count);
            count += shard.keys.size();
        }
        m_begins.push_back(count);
        std::sort(m_segments.begin(), m_segments.end(),
                  [](const auto& a, const auto& b) { return a->index < b->index; });
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_begins.back(); }
    [[nodiscard]] std::uint64_t sequence() const noexcept { return m_sequence; }
    [[nodiscard]] bool verify() const noexcept { return m_verify; }
    [[nodiscard]] const Core& core() const noexcept { return *m_core; }

    struct Key {
        std::string_view bytes;
        keydir::Location location;
    };
    [[nodiscard]] Key at(std::size_t index) const noexcept {
        // Hashes spread keys so evenly over the shards that this is the right one, or nearly.
        std::size_t place = index * m_shards.size() / size();
        while (index < m_begins[place])
            --place;
        while (index >= m_begins[place + 1])
            ++place;
        const keydir::CapturedShard& shard = m_shards[place];
        const keydir::CapturedKey& captured = shard.keys[index - m_begins[place]];
        return {shard.key(captured), captured.location()};
    }
    [[nodiscard]] log::Segment& segment(std::uint32_t file) const noexcept {
        return **std::lower_bound(m_segments.begin(), m_segments.end(), file,
                                  [](const auto& segment, std::uint32_t index) { return segment->index < index; });
    }

private:
    std::shared_ptr<Core> m_core;
    std::unique_ptr<Pins> m_pins;                          // of a read-only database
    std::vector<std::shared_ptr<log::Segment>> m_segments; // by index
    std::vector<keydir::CapturedShard> m_shards;
    std::vector<std::size_t> m_begins; // of each shard's keys in the numbering of entries
    std::uint64_t m_sequence;
    bool m_verify;
};

} // namespace detail

Snapshot::Snapshot(std::shared_ptr<const detail::SnapshotData> data) noexcept : m_data(std::move(data)) {}
Snapshot::~Snapshot() = default;

std::size_t Snapshot::size() const noexcept {
    return m_data->size();
}
Sequence Snapshot::sequence() const noexcept {
    return Sequence{m_data->sequence()};
}

SnapshotEntry Snapshot::entry(std::size_t index) const noexcept {
    const auto [key, location] = m_data->at(index);
    return {.key = key,
            .generation = m_data->segment(location.file).generation,
            .offset = location.offset,
            .valueBytes = location.valueBytes,
            .sequence = Sequence{location.sequence}};
}

Result<std::string> Snapshot::value(std::size_t index) const {
    const auto [key, location] = m_data->at(index);
    const keydir::Reclaimer::Guard guard(m_data->core().reclaimer);
    std::string value;
    std::optional<Error> error;
    if (!detail::readRecord(m_data->core(), m_data->segment(location.file), key, location, m_data->verify(), value,
                            error))
        return failure(*std::move(error));
    return value;
}

Result<Timestamp> Snapshot::timestamp(std::size_t index) const {
    const auto [key, location] = m_data->at(index);
    const keydir::Reclaimer::Guard guard(m_data->core().reclaimer);
    return detail::readTime(m_data->core(), m_data->segment(location.file), key, location);
}

Result<std::shared_ptr<const Snapshot>> Database::Impl::snapshot() {
    if (auto open = checkOpen("take a snapshot"); !open)
        return failure(std::move(open.error()));
    auto taken = snapshotOnce();
    if (taken || !m_options.readOnly || !io::isMissing(taken.error()))
        return taken;
    // What the other process has merged away meanwhile is in files that a refresh finds.
    return besideMerges(m_directory, "take a snapshot", loadingAttempts,
                        [this]() -> Result<std::shared_ptr<const Snapshot>> {
                            if (auto refreshed = refresh(); !refreshed)
                                return failure(std::move(refreshed.error()));
                            return snapshotOnce();
                        });
}

Result<std::shared_ptr<const Snapshot>> Database::Impl::snapshotOnce() {
    const MutexLock one(m_snapshotMutex);
    std::vector<std::shared_ptr<log::Segment>> segments;
    std::uint64_t sequence = 0;
    {
        // The moment: no write is between its append and its keydir change, and no merge between publishing its outputs
        // and removing its inputs can have moved an entry to a file that is not in the list.
        const MutexLock lock(m_writerMutex);
        segments = m_core->segments.list();
        sequence = m_lastSequence.load(std::memory_order_relaxed);
        m_keydir.beginCapture();
    }
    std::vector<keydir::CapturedShard> shards = m_keydir.finishCapture();
    std::unique_ptr<detail::Pins> pins;
    if (m_options.readOnly) { // whoever writes removes files without asking
        pins = std::make_unique<detail::Pins>(m_core);
        for (const auto& segment : segments)
            if (auto pinned = pins->add(segment); !pinned)
                return failure(std::move(pinned.error()));
    }
    auto data = std::make_shared<const detail::SnapshotData>(m_core, std::move(segments), std::move(shards), sequence,
                                                             m_options.verifyChecksums, std::move(pins));
    return std::make_shared<const Snapshot>(std::move(data));
}

} // namespace rustcask
