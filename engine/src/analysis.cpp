// SPDX-License-Identifier: Apache-2.0
#include <rustcask/analysis.h>

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "analysis_log.h"
#include "inspect_catalog.h"
#include "io/beside_merges.h"
#include "version_scan.h"

namespace rustcask {

namespace {

constexpr std::string_view operation = "analyse the database";
constexpr std::size_t checkedEvery = 0x4000; // keys between two checkpoints: well under a millisecond

// Counts keys in steps; false: cancelled.
bool goOn(std::size_t index, Progress& progress) {
    if (index % checkedEvery != 0 || index == 0)
        return true;
    progress.addRecords(checkedEvery);
    return progress.checkpoint(operation).has_value();
}

} // namespace

PrefixReport sizesByPrefix(const Snapshot& snapshot, std::string_view prefix, std::string_view separator,
                           std::size_t maxGroups, Progress& progress) {
    progress.setPhase(Phase::scanning);
    progress.setTotals(0, snapshot.size(), 0);
    struct Sums {
        std::uint64_t keys = 0;
        std::uint64_t bytes = 0;
    };
    std::unordered_map<std::string_view, Sums> groups; // keys borrow from the snapshot
    PrefixReport report;
    std::size_t i = 0;
    for (; i < snapshot.size() && goOn(i, progress); ++i) {
        const SnapshotEntry entry = snapshot.entry(i);
        if (!entry.key.starts_with(prefix))
            continue;
        const std::uint64_t bytes = entry.key.size() + entry.valueBytes;
        ++report.keys;
        report.bytes += bytes;
        const std::size_t end = separator.empty() ? std::string_view::npos : entry.key.find(separator, prefix.size());
        if (end == std::string_view::npos) {
            ++report.ownKeys;
            report.ownBytes += bytes;
            continue;
        }
        const std::string_view group = entry.key.substr(0, end + separator.size());
        auto found = groups.find(group);
        if (found == groups.end()) {
            if (groups.size() >= maxGroups) {
                ++report.otherKeys;
                report.otherBytes += bytes;
                continue;
            }
            found = groups.emplace(group, Sums{}).first;
        }
        ++found->second.keys;
        found->second.bytes += bytes;
    }
    report.keysSeen = i;
    report.complete = i == snapshot.size();
    report.shares.reserve(groups.size());
    for (const auto& [group, sums] : groups)
        report.shares.push_back({.prefix = std::string(group), .keys = sums.keys, .bytes = sums.bytes});
    std::sort(report.shares.begin(), report.shares.end(), [](const PrefixShare& a, const PrefixShare& b) {
        return a.bytes != b.bytes ? a.bytes > b.bytes : a.prefix < b.prefix;
    });
    progress.setPhase(Phase::done);
    return report;
}

LargestReport largestValues(const Snapshot& snapshot, std::string_view prefix, std::size_t count, Progress& progress) {
    progress.setPhase(Phase::scanning);
    progress.setTotals(0, snapshot.size(), 0);
    struct Candidate {
        std::uint32_t valueBytes;
        std::string_view key;
        bool operator<(const Candidate& other) const noexcept { // the better one is the lesser
            return valueBytes != other.valueBytes ? valueBytes > other.valueBytes : key < other.key;
        }
    };
    std::vector<Candidate> best; // a heap with the worst of them on top
    std::size_t i = 0;
    for (; i < snapshot.size() && goOn(i, progress); ++i) {
        const SnapshotEntry entry = snapshot.entry(i);
        const Candidate candidate{entry.valueBytes, entry.key};
        if (count == 0 || !entry.key.starts_with(prefix) || (best.size() == count && !(candidate < best.front())))
            continue;
        if (best.size() == count) {
            std::pop_heap(best.begin(), best.end());
            best.pop_back();
        }
        best.push_back(candidate);
        std::push_heap(best.begin(), best.end());
    }
    std::sort_heap(best.begin(), best.end());
    LargestReport report{.keysSeen = i, .complete = i == snapshot.size()};
    for (const Candidate& candidate : best)
        report.values.push_back({.key = std::string(candidate.key), .valueBytes = candidate.valueBytes});
    progress.setPhase(Phase::done);
    return report;
}

namespace analysis {

void AgeHistogram::add(Timestamp time, std::uint64_t bytes) {
    // What a hostile file may say must not overflow: 285,000 years either way are enough.
    constexpr std::int64_t farMs = std::int64_t{1} << 53;
    const auto at = std::clamp<std::int64_t>(time.time_since_epoch().count(), -farMs, farMs);
    if (m_counts.empty()) {
        m_counts.assign(LogAnalysisOptions::maxAgeBuckets, {});
        m_begin = at;
    }
    const auto buckets = static_cast<std::int64_t>(m_counts.size());
    // Buckets double in length until they reach; those of before are put together two by two.
    while (at < m_begin) {
        widen();
        const std::int64_t shift = buckets / 2; // the old ones are the upper half now
        std::move_backward(m_counts.begin(), m_counts.begin() + shift, m_counts.end());
        std::fill(m_counts.begin(), m_counts.begin() + shift, Sums{});
        m_begin -= shift * m_lengthMs;
    }
    while ((at - m_begin) / m_lengthMs >= buckets)
        widen();
    Sums& sums = m_counts[static_cast<std::size_t>((at - m_begin) / m_lengthMs)];
    ++sums.keys;
    sums.bytes += bytes;
}

void AgeHistogram::widen() {
    const std::size_t half = m_counts.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
        m_counts[i] = {m_counts[2 * i].keys + m_counts[2 * i + 1].keys,
                       m_counts[2 * i].bytes + m_counts[2 * i + 1].bytes};
    std::fill(m_counts.begin() + static_cast<std::ptrdiff_t>(half), m_counts.end(), Sums{});
    m_lengthMs *= 2;
}

std::vector<AgeBucket> AgeHistogram::take() const {
    const auto holds = [](const Sums& sums) { return sums.keys > 0; };
    const auto first = std::find_if(m_counts.begin(), m_counts.end(), holds);
    const auto last = std::find_if(m_counts.rbegin(), m_counts.rend(), holds).base();
    std::vector<AgeBucket> buckets;
    for (auto sums = first; sums < last; ++sums) {
        const std::int64_t begin = m_begin + (sums - m_counts.begin()) * m_lengthMs;
        buckets.push_back({.begin = Timestamp(std::chrono::milliseconds(begin)),
                           .length = std::chrono::milliseconds(m_lengthMs),
                           .keys = sums->keys,
                           .bytes = sums->bytes});
    }
    return buckets;
}

LiveOffsets::LiveOffsets(const Snapshot& snapshot) {
    for (std::size_t i = 0; i < snapshot.size(); ++i) {
        const SnapshotEntry entry = snapshot.entry(i);
        m_offsets[entry.generation.value].push_back(entry.offset);
    }
    for (auto& [generation, offsets] : m_offsets)
        std::sort(offsets.begin(), offsets.end());
}

std::span<const std::uint64_t> LiveOffsets::of(Generation generation) const {
    const auto found = m_offsets.find(generation.value);
    return found == m_offsets.end() ? std::span<const std::uint64_t>() : std::span(found->second);
}

} // namespace analysis

namespace {

namespace fs = std::filesystem;
using format::RecordHeader;

/// What is known of the superseded records of a key.
struct Superseded {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t fileIndex = 0;
    std::uint64_t offset = 0; ///< of one of them, to read the key's name from
};

/// Counts the records of one file.
class LogCounter final : public versions::RecordVisitor {
public:
    LogCounter(const LogAnalysisOptions& options, Sequence newest, std::unordered_map<std::size_t, Superseded>& keys,
               analysis::AgeHistogram& ages, LogReport& report)
        : m_options(options), m_newest(newest), m_keys(keys), m_ages(ages), m_report(report) {}

    void beginFile(std::uint64_t fileIndex, std::span<const std::uint64_t> live) {
        m_fileIndex = fileIndex;
        m_next = live.data();
        m_end = live.data() + live.size();
    }

    bool wantsKey(const RecordHeader&) const override { return true; }
    Look look(const RecordHeader&, std::string_view key) override {
        return {.token = std::hash<std::string_view>()(key), .prove = false};
    }
    // Offsets ascend here and in the list of the live ones.
    void take(const RecordHeader& header, std::uint64_t offset, std::uint64_t token) override {
        if (header.sequence > m_newest)
            return;
        while (m_next != m_end && *m_next < offset)
            ++m_next;
        if (m_next != m_end && *m_next == offset) {
            ++m_report.liveRecords;
            m_ages.add(header.time, header.recordBytes());
            return;
        }
        ++m_report.supersededRecords;
        m_report.supersededBytes += header.recordBytes();
        const auto found = m_keys.find(token);
        if (found == m_keys.end() && m_keys.size() >= m_options.maxKeys) {
            ++m_report.keysUncounted;
            return;
        }
        Superseded& key = found == m_keys.end() ? m_keys[token] : found->second;
        ++key.records;
        key.bytes += header.recordBytes();
        key.fileIndex = m_fileIndex;
        key.offset = offset;
    }

private:
    const LogAnalysisOptions& m_options;
    Sequence m_newest;
    std::unordered_map<std::size_t, Superseded>& m_keys;
    analysis::AgeHistogram& m_ages;
    LogReport& m_report;
    std::uint64_t m_fileIndex = 0;
    const std::uint64_t* m_next = nullptr;
    const std::uint64_t* m_end = nullptr;
};

// The key of a record that the scan has seen; empty when the file has gone or changed since.
std::string keyAt(io::FileSystem& fileSystem, const fs::path& path, std::uint64_t offset) {
    const auto file = openListed(fileSystem, path);
    char head[format::recordHeaderBytes];
    if (!file || (*file)->readAt(offset, head, sizeof head).value_or(0) < sizeof head)
        return {};
    std::string key(format::decodeRecordHeader(head).keySize, '\0');
    const auto read = (*file)->readAt(offset + sizeof head, key.data(), key.size());
    return read && *read == key.size() ? key : std::string();
}

std::vector<OverwrittenKey> nameMostOverwritten(io::FileSystem& fileSystem, const inspect::Catalog& catalog,
                                                const std::unordered_map<std::size_t, Superseded>& keys,
                                                std::size_t count) {
    std::vector<Superseded> order;
    order.reserve(keys.size());
    for (const auto& [hash, sums] : keys)
        order.push_back(sums);
    const auto more = [](const Superseded& a, const Superseded& b) {
        return std::tie(b.records, b.bytes, a.fileIndex, a.offset) <
               std::tie(a.records, a.bytes, b.fileIndex, b.offset);
    };
    const std::size_t kept = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(), more);
    std::vector<OverwrittenKey> named;
    for (std::size_t i = 0; i < kept; ++i) {
        std::string key = keyAt(fileSystem, catalog.data[order[i].fileIndex].path, order[i].offset);
        if (!key.empty())
            named.push_back({.key = std::move(key), .superseded = order[i].records, .bytes = order[i].bytes});
    }
    return named;
}

// One pass over the snapshot for all of them: it has no look-up by key.
void markLive(const Snapshot& snapshot, std::vector<OverwrittenKey>& keys) {
    std::unordered_map<std::string_view, OverwrittenKey*> wanted;
    for (OverwrittenKey& key : keys)
        wanted.emplace(key.key, &key);
    for (std::size_t i = 0; i < snapshot.size() && !wanted.empty(); ++i) {
        if (const auto found = wanted.find(snapshot.entry(i).key); found != wanted.end()) {
            found->second->live = true;
            wanted.erase(found);
        }
    }
}

} // namespace

Result<LogReport> analyzeLog(const fs::path& directory, const Snapshot& snapshot, const LogAnalysisOptions& options,
                             Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    const auto catalog = inspect::readCatalog(*fileSystem, directory, operation);
    if (!catalog)
        return failure(catalog.error());
    std::uint64_t bytes = 0;
    for (const inspect::CatalogFile& file : catalog->data)
        bytes += file.bytes;
    progress.setPhase(Phase::scanning);
    progress.setTotals(catalog->data.size(), 0, bytes);

    LogReport report;
    const analysis::LiveOffsets live(snapshot);
    std::unordered_map<std::size_t, Superseded> keys;
    analysis::AgeHistogram ages;
    LogCounter counter(options, snapshot.sequence(), keys, ages, report);
    bool cancelled = false;
    for (std::size_t i = 0; i < catalog->data.size() && !cancelled; ++i) {
        const inspect::CatalogFile& file = catalog->data[i];
        if (file.header.verdict == format::HeaderVerdict::unknownVersion || file.bytes <= format::fileHeaderBytes)
            continue;
        auto opened = openListed(*fileSystem, file.path);
        if (!opened && io::isMissing(opened.error())) {
            ++report.filesMissing;
            continue;
        }
        if (!opened)
            return failure(std::move(opened.error()));
        (*opened)->adviseSequential();
        const inspect::WatchedFile watched(std::move(*opened), progress, std::string(operation));
        counter.beginFile(i, live.of(file.generation));
        versions::FileFacts facts;
        if (auto done = versions::scanRecords(watched, file, file.newestLog, counter, facts); !done) {
            if (done.error().code != ErrorCode::cancelled)
                return failure(std::move(done.error()));
            cancelled = true;
        } else {
            watched.advanceTo(file.bytes);
        }
        progress.addRecords(facts.records);
        progress.addFiles(1);
    }
    report.overwrittenKeys = keys.size();
    report.overwritten = nameMostOverwritten(*fileSystem, *catalog, keys, options.keys);
    markLive(snapshot, report.overwritten);
    report.ages = ages.take();
    report.complete = !cancelled && report.filesMissing == 0 && report.keysUncounted == 0;
    progress.setPhase(Phase::done);
    return report;
}

} // namespace rustcask
