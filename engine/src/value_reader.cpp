// SPDX-License-Identifier: Apache-2.0
#include <rustcask/value_reader.h>

#include <algorithm>
#include <string>
#include <utility>

#include "database_impl.h"
#include "format/checksum.h"
#include "format/data_record.h"
#include "history_file.h"

namespace rustcask {

namespace detail {

/// A record's bytes, wherever they come from.
class ValueBytes {
public:
    ValueBytes(const KeyInfo& info, const format::RecordHeader& header) : m_info(info), m_header(header) {}
    virtual ~ValueBytes() = default;
    ValueBytes(const ValueBytes&) = delete;
    ValueBytes& operator=(const ValueBytes&) = delete;

    [[nodiscard]] const KeyInfo& info() const noexcept { return m_info; }
    [[nodiscard]] const format::RecordHeader& header() const noexcept { return m_header; }
    [[nodiscard]] virtual const std::filesystem::path& file() const noexcept = 0;
    /// Copies exactly `bytes` bytes from `offset` in the record on. @pre they are inside the record.
    [[nodiscard]] virtual Result<void> copy(std::uint64_t offset, char* out, std::size_t bytes) const = 0;

private:
    KeyInfo m_info;
    format::RecordHeader m_header;
};

namespace {

/// Of an open database: the segment is pinned as snapshots pin it.
class SegmentBytes final : public ValueBytes {
public:
    SegmentBytes(std::shared_ptr<Core> core, std::shared_ptr<log::Segment> segment, const KeyInfo& info,
                 const format::RecordHeader& header, std::unique_ptr<Pins> pins)
        : ValueBytes(info, header), m_core(std::move(core)), m_segment(std::move(segment)), m_pins(std::move(pins)) {}

    const std::filesystem::path& file() const noexcept override { return m_segment->path; }
    Result<void> copy(std::uint64_t offset, char* out, std::size_t bytes) const override {
        const keydir::Reclaimer::Guard guard(m_core->reclaimer);
        std::string scratch;
        auto read = m_core->segments.read(*m_segment, info().location.offset + offset, bytes, scratch);
        if (!read)
            return failure(std::move(read.error()));
        read->copy(out, bytes);
        return {};
    }

private:
    std::shared_ptr<Core> m_core; // before the segment: it owns what a removed segment's handles retire into
    std::shared_ptr<log::Segment> m_segment;
    std::unique_ptr<Pins> m_pins; // of a read-only database
};

/// Of a file alone, for versions.
class FileBytes final : public ValueBytes {
public:
    FileBytes(versions::VersionFile file, const KeyInfo& info)
        : ValueBytes(info, file.header), m_file(std::move(file.file)), m_path(std::move(file.path)) {}

    const std::filesystem::path& file() const noexcept override { return m_path; }
    Result<void> copy(std::uint64_t offset, char* out, std::size_t bytes) const override {
        auto read = m_file->readAt(info().location.offset + offset, out, bytes);
        if (!read)
            return failure(std::move(read.error()));
        if (*read < bytes)
            return failure({.code = ErrorCode::corruption,
                            .operation = "read a value",
                            .file = m_path,
                            .offset = info().location.offset,
                            .detail = "the file ends before the record does",
                            .advice = "Run verify on the database"});
        return {};
    }

private:
    std::unique_ptr<io::File> m_file;
    std::filesystem::path m_path;
};

} // namespace
} // namespace detail

namespace {
constexpr std::size_t pieceBytes = std::size_t{256} << 10;
} // namespace

ValueReader::ValueReader(std::unique_ptr<const detail::ValueBytes> bytes) noexcept : m_bytes(std::move(bytes)) {}
ValueReader::~ValueReader() = default;

const KeyInfo& ValueReader::info() const noexcept {
    return m_bytes->info();
}

Result<std::size_t> ValueReader::read(std::uint64_t offset, char* out, std::size_t bytes) const {
    if (offset >= size())
        return std::size_t{0};
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, size() - offset));
    const std::uint64_t begin = format::recordHeaderBytes + m_bytes->header().keySize + offset;
    for (std::size_t done = 0; done < wanted;) {
        const std::size_t piece = std::min(pieceBytes, wanted - done);
        if (auto copied = m_bytes->copy(begin + done, out + done, piece); !copied)
            return failure(std::move(copied.error()));
        done += piece;
    }
    return wanted;
}

Result<void> ValueReader::verify(Progress& progress) const {
    const std::uint64_t total = m_bytes->header().recordBytes();
    progress.setPhase(Phase::verifying);
    progress.setTotals(0, 1, total);
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(pieceBytes, total)), '\0');
    std::uint32_t checksum = 0;
    for (std::uint64_t done = format::record_at::sequence; done < total;) {
        if (auto go = progress.checkpoint("check a value"); !go)
            return go;
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), total - done));
        if (auto copied = m_bytes->copy(done, piece.data(), bytes); !copied)
            return copied;
        const std::string_view read(piece.data(), bytes);
        checksum = done == format::record_at::sequence ? format::crc32c(read) : format::crc32c(read, checksum);
        done += bytes;
        progress.addBytes(bytes);
    }
    progress.addRecords(1);
    progress.setPhase(Phase::done);
    if (checksum == m_bytes->header().checksum)
        return {};
    return failure({.code = ErrorCode::corruption,
                    .operation = "check a value",
                    .file = m_bytes->file(),
                    .offset = info().location.offset,
                    .detail = "the record's checksum does not match its bytes",
                    .advice = "Run verify on the database; older versions may be in the key's history"});
}

Result<std::shared_ptr<const ValueReader>> Database::Impl::openValue(std::string_view key) {
    constexpr std::string_view operation = "open a value";
    if (auto refused = checkRead(key, operation))
        return failure(*std::move(refused));
    const std::uint64_t hash = m_keydir.hash(key);
    std::optional<keydir::Location> missed;
    for (;;) {
        std::optional<keydir::Location> location;
        {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            guard.countOperation();
            location = m_keydir.find(key, hash);
        }
        {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            if (auto known = isPresent(location, operation); !known)
                return failure(std::move(known.error()));
        }
        if (!location)
            return std::shared_ptr<const ValueReader>();
        const auto segments = m_core->segments.list();
        const auto segment = std::find_if(segments.begin(), segments.end(),
                                          [&](const auto& candidate) { return candidate->index == location->file; });
        if (segment == segments.end())
            continue; // a merge moved the record between the two look-ups
        const std::uint64_t bytes = format::recordBytes(key.size(), location->valueBytes);
        std::optional<Error> error;
        format::RecordHeader header;
        std::unique_ptr<detail::Pins> pins;
        if (m_options.readOnly) { // whoever writes removes files without asking
            pins = std::make_unique<detail::Pins>(m_core);
            if (auto pinned = pins->add(*segment); !pinned)
                error = std::move(pinned.error());
        }
        if (!error) {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            std::string scratch;
            auto head = m_core->segments.read(**segment, location->offset, bytes - location->valueBytes, scratch);
            if (head) {
                header = format::decodeRecordHeader(head->data());
                if (header.sequence.value != location->sequence || header.keySize != key.size() ||
                    header.valueSize != location->valueBytes || header.tombstone() ||
                    head->substr(format::recordHeaderBytes, key.size()) != key)
                    return failure(
                        {.code = ErrorCode::corruption,
                         .operation = std::string(operation),
                         .file = (*segment)->path,
                         .offset = location->offset,
                         .detail = "the record there is not the one that the keydir means",
                         .advice = "Run verify on the database; older versions may be in the key's history"});
            } else {
                error = std::move(head.error());
            }
        }
        if (!error) {
            const KeyInfo info{
                .location = {.generation = (*segment)->generation, .offset = location->offset, .recordBytes = bytes},
                .sequence = header.sequence,
                .time = header.time,
                .valueBytes = location->valueBytes};
            return std::make_shared<const ValueReader>(
                std::make_unique<const detail::SegmentBytes>(m_core, *segment, info, header, std::move(pins)));
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

Result<std::shared_ptr<const ValueReader>> Database::openValue(std::string_view key) const {
    return m_impl->openValue(key);
}

Result<std::shared_ptr<const ValueReader>> openVersion(const std::filesystem::path& directory, const Version& version) {
    auto file = versions::openVersionFile(directory, version);
    if (!file)
        return failure(std::move(file.error()));
    const KeyInfo info{.location = version.location,
                       .sequence = file->header.sequence,
                       .time = file->header.time,
                       .valueBytes = file->header.valueSize};
    return std::make_shared<const ValueReader>(std::make_unique<const detail::FileBytes>(std::move(*file), info));
}

} // namespace rustcask
