// SPDX-License-Identifier: Apache-2.0
#include <rustcask/version_index.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "format/checksum.h"
#include "inspect_catalog.h"
#include "inspect_text.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "version_scan.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using format::recordHeaderBytes;
using inspect::CatalogFile;

constexpr std::string_view operation = "index the versions";
constexpr std::size_t runEntries = std::size_t{1} << 19;
constexpr std::uint64_t maxCheckedBytes = std::uint64_t{4} << 20;

// An entry is the upper 24 bits of a key's hash above a record's offset, which has 40 (a file ends below 1 TiB).
constexpr unsigned offsetBits = 40;
constexpr std::uint64_t offsetMask = (std::uint64_t{1} << offsetBits) - 1;
using Run = std::vector<std::uint64_t>; ///< sorted

[[nodiscard]] std::uint64_t hashBits(std::string_view key) noexcept {
    return XXH3_64bits(key.data(), key.size()) & ~offsetMask;
}

/// One data file. Immutable once published.
struct IndexedFile {
    CatalogFile which{};
    versions::FileFacts facts{};
    std::vector<std::shared_ptr<const Run>> runs{}; ///< each at least twice as long as the one after it
    bool done = false;

    void add(Run run) {
        std::sort(run.begin(), run.end());
        while (!runs.empty() && runs.back()->size() < 2 * run.size()) {
            Run merged;
            merged.reserve(runs.back()->size() + run.size());
            std::merge(runs.back()->begin(), runs.back()->end(), run.begin(), run.end(), std::back_inserter(merged));
            run = std::move(merged);
            runs.pop_back();
        }
        runs.push_back(std::make_shared<const Run>(std::move(run)));
    }
    [[nodiscard]] std::uint64_t bytesIndexed() const noexcept {
        return done ? which.bytes : std::min(facts.end, which.bytes); // a file that was just begun has no header yet
    }
};

/// Notes where each record lies; hands over what it has every `runEntries` records.
class Collector final : public versions::RecordVisitor {
public:
    explicit Collector(std::function<void(Run)> full) : m_full(std::move(full)) {}

    bool wantsKey(const format::RecordHeader&) const override { return true; }
    Look look(const format::RecordHeader&, std::string_view key) override { return {.token = hashBits(key)}; }
    void take(const format::RecordHeader&, std::uint64_t offset, std::uint64_t token) override {
        m_run.push_back(token | (offset & offsetMask));
        if (m_run.size() == runEntries)
            m_full(std::exchange(m_run, {}));
    }
    [[nodiscard]] Run rest() { return std::move(m_run); }

private:
    std::function<void(Run)> m_full;
    Run m_run;
};

} // namespace

class VersionIndex::Impl {
public:
    explicit Impl(fs::path directory) : m_directory(std::move(directory)), m_fileSystem(io::posixFileSystem()) {}

    Result<void> update(Progress& progress) {
        const std::lock_guard one(m_updateMutex);
        return besideMerges(m_directory, operation, readingAttempts, [&] { return updateOnce(progress); });
    }

    Result<IndexedHistory> find(std::string_view key) const {
        std::vector<std::shared_ptr<const IndexedFile>> files;
        IndexedHistory found;
        {
            const std::lock_guard lock(m_mutex);
            for (const auto& [generation, file] : m_files)
                files.push_back(file);
            found.bytesTotal = m_bytesTotal;
            found.partial = !m_built.load(std::memory_order_relaxed);
        }
        versions::HistoryBuilder builder;
        for (const auto& file : files) {
            found.bytesIndexed += file->bytesIndexed();
            found.partial = found.partial || !file->done;
            auto looked = look(*file, key, builder);
            if (!looked && !io::isMissing(looked.error()))
                return failure(std::move(looked.error()));
            found.partial = found.partial || !looked;
        }
        found.history = builder.take();
        if (found.partial) {
            for (Version& version : found.history.versions)
                version.live = false; // a newer one may come to light
        }
        return found;
    }

    [[nodiscard]] bool isBuilt() const noexcept { return m_built.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t memoryBytes() const noexcept {
        const std::lock_guard lock(m_mutex);
        std::uint64_t bytes = 0;
        for (const auto& [generation, file] : m_files)
            for (const auto& run : file->runs)
                bytes += run->capacity() * sizeof(Run::value_type);
        return bytes;
    }

private:
    using Files = std::map<Generation, std::shared_ptr<const IndexedFile>>;

    /// What is known of a file already, if it is still the same.
    [[nodiscard]] IndexedFile known(const CatalogFile& file) const {
        const auto it = m_files.find(file.generation);
        if (it == m_files.end() || it->second->which.header.header.created != file.header.header.created ||
            file.bytes < it->second->facts.end)
            return IndexedFile{.which = file};
        IndexedFile same = *it->second;
        // Space reserved ahead: the newest log grows without becoming longer.
        same.done = same.done && same.which.bytes == file.bytes && !file.newestLog && !same.which.newestLog;
        same.which = file;
        if (!same.done) // damage at the end is looked at again
            std::erase_if(same.facts.damaged, [](const auto& damaged) { return !damaged.until; });
        return same;
    }

    void publish(const IndexedFile& file) {
        auto copy = std::make_shared<const IndexedFile>(file);
        const std::lock_guard lock(m_mutex);
        m_files[file.which.generation] = std::move(copy);
    }

    Result<void> updateOnce(Progress& progress) {
        auto catalog = inspect::readCatalog(*m_fileSystem, m_directory, operation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        std::vector<IndexedFile> files;
        {
            const std::lock_guard lock(m_mutex);
            Files kept;
            m_bytesTotal = 0;
            for (const CatalogFile& file : catalog->data) {
                files.push_back(known(file));
                m_bytesTotal += file.bytes;
                // Those that were not there before stand in the list at once: an answer without them is partial.
                kept[file.generation] = std::make_shared<const IndexedFile>(files.back());
            }
            m_files = std::move(kept);
        }
        progress.setPhase(Phase::scanning);
        const ProgressCounts before = progress.counts(); // not zero when this is another attempt
        std::uint64_t pendingFiles = 0;
        std::uint64_t pendingBytes = 0;
        for (const IndexedFile& file : files) {
            pendingFiles += file.done ? 0 : 1;
            pendingBytes += file.which.bytes - file.bytesIndexed();
        }
        progress.setTotals(before.filesDone + pendingFiles, 0, before.bytesDone + pendingBytes);
        for (auto file = files.rbegin(); file != files.rend(); ++file) {
            if (file->done)
                continue;
            if (auto done = read(*file, progress); !done)
                return done;
            progress.addFiles(1);
        }
        m_built.store(true, std::memory_order_relaxed);
        progress.setPhase(Phase::done);
        return {};
    }

    Result<void> read(IndexedFile& file, Progress& progress) {
        const CatalogFile& which = file.which;
        if (which.header.verdict != format::HeaderVerdict::unknownVersion && which.bytes > format::fileHeaderBytes) {
            auto opened = m_fileSystem->open(which.path, io::OpenMode::read);
            if (!opened)
                return failure(std::move(opened.error()));
            (*opened)->adviseSequential();
            const std::uint64_t recordsBefore = file.facts.records;
            const inspect::WatchedFile watched(std::move(*opened), progress, std::string(operation));
            watched.beginAt(file.facts.end);
            Collector collector([&](Run run) {
                file.add(std::move(run));
                publish(file);
            });
            if (auto done = versions::scanRecords(watched, which, true, collector, file.facts); !done)
                return done;
            if (Run rest = collector.rest(); !rest.empty())
                file.add(std::move(rest));
            watched.advanceTo(which.bytes);
            progress.addRecords(file.facts.records - recordsBefore);
        }
        file.done = true;
        publish(file);
        return {};
    }

    /// Adds what one file says of the key to `builder`.
    Result<void> look(const IndexedFile& file, std::string_view key, versions::HistoryBuilder& builder) const {
        const std::uint64_t hash = hashBits(key);
        std::vector<std::uint64_t> offsets;
        for (const auto& run : file.runs) {
            const auto first = std::lower_bound(run->begin(), run->end(), hash);
            const auto last = std::upper_bound(first, run->end(), hash | offsetMask);
            std::transform(first, last, std::back_inserter(offsets),
                           [](std::uint64_t entry) { return entry & offsetMask; });
        }
        versions::FileFacts facts = file.facts;
        if (!offsets.empty()) {
            auto opened = m_fileSystem->open(file.which.path, io::OpenMode::read);
            if (!opened)
                return failure(std::move(opened.error()));
            for (const std::uint64_t offset : offsets) {
                if (auto looked = lookAt(**opened, file.which, offset, key, builder, facts); !looked)
                    return looked;
            }
        }
        builder.addFile(file.which, facts, key);
        return {};
    }

    static Result<void> lookAt(const io::File& opened, const CatalogFile& file, std::uint64_t offset,
                               std::string_view key, versions::HistoryBuilder& builder, versions::FileFacts& facts) {
        std::string head(recordHeaderBytes + key.size(), '\0');
        auto read = opened.readAt(offset, head.data(), head.size());
        if (!read)
            return failure(std::move(read.error()));
        if (*read < head.size())
            return {}; // a shorter key, at the very end; or the file has been cut
        const format::RecordHeader header = format::decodeRecordHeader(head.data());
        if (!isPlausible(header) || header.keySize != key.size() ||
            std::string_view(head).substr(recordHeaderBytes) != key)
            return {};
        if (header.recordBytes() <= maxCheckedBytes) {
            auto checksum = inspect::checksumOf(opened, offset + format::record_at::sequence,
                                                header.recordBytes() - format::record_at::sequence);
            if (!checksum)
                return failure(std::move(checksum.error()));
            if (*checksum != header.checksum) {
                // As a scan has it: what is sound again begins with the next record.
                char next[recordHeaderBytes];
                read = opened.readAt(offset + header.recordBytes(), next, sizeof next);
                if (!read)
                    return failure(std::move(read.error()));
                versions::DamagedRecord damaged{.key = std::string(key), .sequence = header.sequence};
                if (*read == sizeof next && isPlausible(format::decodeRecordHeader(next)))
                    damaged.until = format::decodeRecordHeader(next).time;
                facts.damaged.push_back(std::move(damaged));
                return {};
            }
        }
        builder.addVersion(file.generation, header, offset);
        return {};
    }

    fs::path m_directory;
    std::shared_ptr<io::FileSystem> m_fileSystem;
    std::mutex m_updateMutex; // one update at a time; locked before m_mutex
    mutable std::mutex m_mutex;
    Files m_files; // guarded by m_mutex, as is the next one; what it points to never changes
    std::uint64_t m_bytesTotal = 0;
    std::atomic<bool> m_built{false};
};

VersionIndex::VersionIndex(fs::path directory) : m_impl(std::make_unique<Impl>(std::move(directory))) {}
VersionIndex::~VersionIndex() = default;

Result<void> VersionIndex::update(Progress& progress) {
    return m_impl->update(progress);
}
Result<IndexedHistory> VersionIndex::find(std::string_view key) const {
    return m_impl->find(key);
}
bool VersionIndex::isBuilt() const noexcept {
    return m_impl->isBuilt();
}
std::uint64_t VersionIndex::memoryBytes() const noexcept {
    return m_impl->memoryBytes();
}

} // namespace rustcask
