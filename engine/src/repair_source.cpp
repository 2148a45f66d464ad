// SPDX-License-Identifier: Apache-2.0
#include "repair_source.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "format/data_record.h"
#include "format/hint.h"
#include "log/hint_reader.h"

namespace rustcask::repair {
namespace {

constexpr std::uint64_t hintChunkBytes = std::uint64_t{1} << 20;

tl::unexpected<Error> refused() {
    return failure({.code = ErrorCode::readOnly,
                    .operation = "salvage the database",
                    .detail = "a file that is only looked at is not written"});
}

} // namespace

Result<std::size_t> TolerantFile::readAt(std::uint64_t offset, char* out, std::size_t size) const {
    auto read = m_inner->readAt(offset, out, size);
    if (read || read.error().code != ErrorCode::ioError || read.error().systemError == 0)
        return read; // a cancellation is no bad sector
    auto length = m_inner->size();
    if (!length)
        return failure(std::move(length.error()));
    const std::uint64_t end = std::min(offset + size, *length);
    for (std::uint64_t at = offset; at < end;) {
        const std::uint64_t sector = at - at % sectorBytes;
        const std::uint64_t next = std::min(sector + sectorBytes, end);
        auto piece = m_inner->readAt(at, out + (at - offset), static_cast<std::size_t>(next - at));
        if (!piece) {
            if (piece.error().code != ErrorCode::ioError)
                return piece;
            std::memset(out + (at - offset), 0, static_cast<std::size_t>(next - at));
            m_bad[sector] = sector + sectorBytes;
        }
        at = next;
    }
    return static_cast<std::size_t>(end > offset ? end - offset : 0);
}

std::uint64_t TolerantFile::unreadable(std::uint64_t offset, std::uint64_t bytes) const {
    std::uint64_t sum = 0;
    for (const auto& [begin, end] : m_bad) {
        const std::uint64_t from = std::max(begin, offset);
        const std::uint64_t to = std::min(end, offset + bytes);
        sum += to > from ? to - from : 0;
    }
    return sum;
}

Result<void> TolerantFile::writeAt(std::uint64_t, std::string_view) {
    return refused();
}
Result<void> TolerantFile::truncate(std::uint64_t) {
    return refused();
}
Result<void> TolerantFile::allocate(std::uint64_t, std::uint64_t) {
    return refused();
}
Result<void> TolerantFile::sync() {
    return refused();
}
Result<std::unique_ptr<io::Mapping>> TolerantFile::map(std::uint64_t, bool) {
    return refused();
}

Result<Hinted> hintedRecords(const io::File& file, Generation generation, std::uint64_t fileBytes,
                             const std::vector<std::pair<std::uint64_t, std::uint64_t>>& ranges) {
    auto reader = log::HintReader::begin(file, generation, hintChunkBytes);
    if (!reader)
        return failure(std::move(reader.error()));
    if (!*reader)
        return Hinted();

    const auto isLost = [&](std::uint64_t offset) {
        if (offset >= fileBytes)
            return true;
        const auto after = std::upper_bound(ranges.begin(), ranges.end(), offset,
                                            [](std::uint64_t at, const auto& range) { return at < range.second; });
        return after != ranges.end() && offset >= after->first;
    };
    Hinted hinted;
    hinted.dataBytes = (*reader)->header().dataBytes;
    format::HintShape shape((*reader)->header(), false);
    auto matches = (*reader)->readAll([&](std::span<const format::HintEntry> entries) {
        for (const format::HintEntry& entry : entries) {
            shape.add(entry);
            if (isLost(entry.offset))
                hinted.records.push_back({.offset = entry.offset,
                                          .bytes = format::recordBytes(entry.key.size(), entry.valueSize),
                                          .key = std::string(entry.key),
                                          .sequence = entry.sequence,
                                          .tombstone = entry.tombstone});
        }
        return Result<void>();
    });
    if (!matches)
        return failure(std::move(matches.error()));
    if (!*matches || !shape.holds())
        return Hinted();
    std::sort(hinted.records.begin(), hinted.records.end(),
              [](const HintedRecord& a, const HintedRecord& b) { return a.offset < b.offset; });
    return hinted;
}

} // namespace rustcask::repair
