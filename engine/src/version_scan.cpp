// SPDX-License-Identifier: Apache-2.0
#include "version_scan.h"

#include <algorithm>
#include <utility>

#include "format/checksum.h"
#include "inspect_text.h"

namespace rustcask::versions {
namespace {

using format::recordHeaderBytes;
using inspect::CatalogFile;
using log::Scanned;

constexpr std::uint64_t windowBytes = std::uint64_t{1} << 20;

/// From header to header. A record is handed on once the one after it, or its checksum, has vouched for it.
class Walk {
public:
    Walk(const inspect::WatchedFile& file, const CatalogFile& which, bool zerosEnd, RecordVisitor& visitor,
         FileFacts& facts)
        : m_file(file), m_which(which), m_zerosEnd(zerosEnd), m_visitor(visitor), m_facts(facts) {}

    /// True: the end was reached. False: from `facts.end` on somebody has to look closer.
    Result<bool> run() {
        std::uint64_t at = m_facts.end;
        while (at < m_which.bytes) {
            auto head = window(at, recordHeaderBytes);
            if (!head)
                return failure(std::move(head.error()));
            const bool whole = head->size() == recordHeaderBytes;
            const format::RecordHeader header =
                whole ? format::decodeRecordHeader(head->data()) : format::RecordHeader{};
            if (!isPlausible(header) || header.recordBytes() > m_which.bytes - at) {
                const bool zeros = std::all_of(head->begin(), head->end(), [](char c) { return c == '\0'; });
                auto vouched = proveLast();
                if (!vouched || !*vouched)
                    return vouched;
                return m_zerosEnd && m_which.newestLog && zeros;
            }
            const bool follows = m_last && header.sequence.value == m_last->header.sequence.value + 1;
            if (follows) {
                takeLast();
            } else if (auto vouched = proveLast(); !vouched || !*vouched) {
                return vouched;
            }
            Pending next{.offset = at, .header = header, .token = 0};
            std::string_view key;
            if (m_visitor.wantsKey(header)) {
                auto read = window(at + recordHeaderBytes, header.keySize);
                if (!read)
                    return failure(std::move(read.error()));
                if (read->size() < header.keySize)
                    return false; // the file has been cut meanwhile
                key = *read;
            }
            const RecordVisitor::Look look = m_visitor.look(header, key);
            next.token = look.token;
            m_last = next;
            if (look.prove) {
                if (auto vouched = proveLast(); !vouched || !*vouched)
                    return vouched;
            }
            at += header.recordBytes();
        }
        // The last record has nothing after it to vouch for it.
        return proveLast();
    }

private:
    struct Pending {
        std::uint64_t offset = 0;
        format::RecordHeader header{};
        std::uint64_t token = 0;
    };

    void takeLast() {
        m_visitor.take(m_last->header, m_last->offset, m_last->token);
        m_facts.count(m_last->header.sequence);
        m_facts.end = m_last->offset + m_last->header.recordBytes();
        m_last.reset();
    }

    /// True also when there is none to be proved.
    Result<bool> proveLast() {
        if (!m_last)
            return true;
        const std::uint64_t covered = m_last->offset + format::record_at::sequence;
        const std::uint64_t bytes = m_last->header.recordBytes() - format::record_at::sequence;
        bool sound = false;
        if (covered >= m_begin && covered + bytes <= m_begin + m_buffer.size()) {
            sound = format::crc32c(std::string_view(m_buffer).substr(static_cast<std::size_t>(covered - m_begin),
                                                                     static_cast<std::size_t>(bytes))) ==
                    m_last->header.checksum;
        } else {
            auto checksum = inspect::checksumOf(m_file, covered, bytes);
            if (!checksum)
                return failure(std::move(checksum.error()));
            sound = *checksum == m_last->header.checksum;
        }
        if (sound)
            takeLast();
        return sound;
    }

    /// As much of the range as there is; valid until the next call.
    Result<std::string_view> window(std::uint64_t offset, std::uint64_t size) {
        if (offset < m_begin || offset + size > m_begin + m_buffer.size()) {
            m_file.advanceTo(offset); // a long value was passed over
            m_buffer.resize(static_cast<std::size_t>(std::min(std::max(size, windowBytes), m_which.bytes - offset)));
            auto read = m_file.readAt(offset, m_buffer.data(), m_buffer.size());
            if (!read)
                return failure(std::move(read.error()));
            m_buffer.resize(*read);
            m_begin = offset;
        }
        return std::string_view(m_buffer).substr(static_cast<std::size_t>(offset - m_begin),
                                                 static_cast<std::size_t>(size));
    }

    const inspect::WatchedFile& m_file;
    const CatalogFile& m_which;
    bool m_zerosEnd;
    RecordVisitor& m_visitor;
    FileFacts& m_facts;
    std::optional<Pending> m_last;
    std::string m_buffer;
    std::uint64_t m_begin = 0;
};

/// The same where something is wrong: every checksum is checked.
Result<void> scan(const inspect::WatchedFile& file, const CatalogFile& which, RecordVisitor& visitor,
                  FileFacts& facts) {
    inspect::SteadyScanner scanner(file, facts.end, which.bytes, which.newestLog);
    bool gap = false; // bytes that may have been any key's version, and no sound record after them so far
    std::size_t open = facts.damaged.size(); // damaged records from here on wait for one
    while (true) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        if (!*next)
            return {};
        const Scanned& scanned = **next;
        if (scanned.kind == Scanned::Kind::record) {
            if (std::exchange(gap, false))
                facts.gapUntil = std::max(facts.gapUntil.value_or(Timestamp{}), scanned.header.time);
            for (; open < facts.damaged.size(); ++open)
                facts.damaged[open].until = scanned.header.time;
            const RecordVisitor::Look look = visitor.look(scanned.header, scanned.key);
            visitor.take(scanned.header, scanned.offset, look.token);
            facts.count(scanned.header.sequence);
            facts.end = scanned.offset + scanned.bytes;
        } else if (scanned.kind == Scanned::Kind::damaged && scanned.identified) {
            facts.damaged.push_back({.key = std::string(scanned.key), .sequence = scanned.header.sequence});
            facts.count(scanned.header.sequence);
        } else if (scanned.kind == Scanned::Kind::damaged) {
            gap = true;
        }
        file.advanceTo(scanned.offset + scanned.bytes);
    }
}

} // namespace

void FileFacts::count(Sequence sequence) noexcept {
    lowest = records == 0 ? sequence : std::min(lowest, sequence);
    highest = std::max(highest, sequence);
    ++records;
}

Result<void> scanRecords(const inspect::WatchedFile& file, const CatalogFile& which, bool zerosEnd,
                         RecordVisitor& visitor, FileFacts& facts) {
    auto walked = Walk(file, which, zerosEnd, visitor, facts).run();
    if (!walked)
        return failure(std::move(walked.error()));
    return *walked ? Result<void>() : scan(file, which, visitor, facts);
}

void HistoryBuilder::addVersion(Generation generation, const format::RecordHeader& header, std::uint64_t offset) {
    Version version;
    version.location = {.generation = generation, .offset = offset, .recordBytes = header.recordBytes()};
    version.sequence = header.sequence;
    version.time = header.time;
    version.valueBytes = header.valueSize;
    version.tombstone = header.tombstone();
    m_history.versions.push_back(version);
}

void HistoryBuilder::addFile(const CatalogFile& file, const FileFacts& facts, std::string_view key) {
    for (const DamagedRecord& damaged : facts.damaged) {
        if (damaged.key != key)
            continue;
        m_damagedVersion = std::max(m_damagedVersion, damaged.sequence);
        if (damaged.until)
            incompleteBefore(*damaged.until);
    }
    if (facts.gapUntil)
        incompleteBefore(*facts.gapUntil);
    if (file.mergeOutput()) {
        incompleteBefore(file.header.header.created);
        return;
    }
    if (facts.records == 0)
        return;
    // Logs bear all numbers in order. If some are missing between two of them, a merge took whole files.
    if (facts.lowest.value > m_lastOfLogs.value + 1)
        incompleteBefore(file.header.header.created);
    m_lastOfLogs = std::max(m_lastOfLogs, facts.highest);
}

void HistoryBuilder::incompleteBefore(Timestamp time) {
    m_history.complete = false;
    m_history.completeSince = std::max(m_history.completeSince, time);
}

History HistoryBuilder::take() {
    auto& versions = m_history.versions;
    std::stable_sort(versions.begin(), versions.end(),
                     [](const Version& a, const Version& b) { return a.sequence > b.sequence; });
    // A merge's copy of a record is the same version.
    versions.erase(std::unique(versions.begin(), versions.end(),
                               [](const Version& a, const Version& b) { return a.sequence == b.sequence; }),
                   versions.end());
    if (!versions.empty() && versions.front().sequence > m_damagedVersion)
        versions.front().live = !versions.front().tombstone;
    return std::move(m_history);
}

} // namespace rustcask::versions
