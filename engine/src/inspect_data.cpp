// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "format/data_record.h"
#include "format/endian.h"
#include "inspect_damage.h"
#include "inspect_files.h"
#include "inspect_text.h"
#include "log/scanner.h"

namespace rustcask::inspect {
namespace {

using format::fileHeaderBytes;
using format::HeaderVerdict;
using format::recordHeaderBytes;

constexpr std::uint64_t scanChunkBytes = 256 * 1024;
constexpr int maxLooks = 8; // second looks at damage in one file

[[nodiscard]] Timestamp timeAt(const char* at) {
    return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(format::loadU64(at))}};
}

class DataInspector final : public OpenedFile {
public:
    DataInspector(std::unique_ptr<io::File> file, Generation generation, std::uint64_t bytes)
        : OpenedFile(std::move(file), FileKind::data, generation, bytes), m_scanner(scannerTo(bytes)) {}

    Result<std::optional<RecordInfo>> next() override {
        if (m_offset >= bytes())
            return std::optional<RecordInfo>();
        if (m_offset < fileHeaderBytes)
            return header();
        if (!m_opaque) {
            auto opaque = isOpaque();
            if (!opaque)
                return failure(std::move(opaque.error()));
            m_opaque = *opaque;
        }
        if (*m_opaque)
            return opaqueRest();
        auto scanned = scan();
        if (!scanned)
            return failure(std::move(scanned.error()));
        if (!*scanned)
            return std::optional<RecordInfo>();
        m_offset = (*scanned)->offset + (*scanned)->bytes;
        extendTo(m_offset);
        return describe(**scanned);
    }

    void seek(std::uint64_t offset) override { m_offset = offset; }

    Result<std::vector<FieldSpan>> fields(const RecordInfo& record) override {
        FieldList list(record.offset, record.offset + record.bytes);
        if (record.offset < fileHeaderBytes)
            return headerFields(record);
        if (record.kind == RecordKind::unused) {
            list.addRest(Field::unused, bytesText(record.bytes) + " of zero");
            return list.take();
        }
        if (record.kind != RecordKind::damaged) {
            auto read = addRecord(
                list, record, {.keySize = static_cast<std::uint16_t>(record.keyBytes), .valueSize = record.valueBytes},
                std::nullopt);
            if (!read)
                return failure(std::move(read.error()));
            return list.take();
        }
        auto found =
            m_opaque.value_or(false) ? Result<Diagnosis>() : diagnose(file(), record.offset, record.bytes, bytes());
        if (!found)
            return failure(std::move(found.error()));
        if (found->isRecord || found->cutShort) {
            const Field wrong = found->field.value_or(found->cutShort ? Field::value : Field::checksum);
            auto read = addRecord(list, record, found->header, wrong);
            if (!read)
                return failure(std::move(read.error()));
        }
        auto begin = read(record.offset, std::min(record.bytes, maxDecodedBytes));
        if (!begin)
            return failure(std::move(begin.error()));
        list.addRest(Field::garbage, std::move(*begin), false);
        return list.take();
    }

private:
    [[nodiscard]] std::unique_ptr<log::Scanner> scannerTo(std::uint64_t end) const {
        return std::make_unique<log::Scanner>(file(), std::min(fileHeaderBytes, end), end, scanChunkBytes);
    }

    // What a writer is appending at this moment looks damaged until it is whole.
    Result<const log::Scanned*> scan() {
        m_scanner->seek(m_offset);
        auto scanned = m_scanner->next();
        while (scanned && *scanned && (*scanned)->kind == log::Scanned::Kind::damaged && !(*scanned)->identified &&
               m_looksLeft > 0) {
            --m_looksLeft;
            const log::Scanned before = **scanned;
            auto bytesNow = file().size();
            if (!bytesNow)
                return failure(std::move(bytesNow.error()));
            m_scanner = scannerTo(std::max(bytes(), *bytesNow));
            m_scanner->seek(m_offset);
            scanned = m_scanner->next();
            if (scanned && *scanned && (*scanned)->kind == before.kind && (*scanned)->bytes == before.bytes &&
                (*scanned)->computedChecksum == before.computedChecksum)
                break;
        }
        return scanned;
    }

    Result<std::optional<RecordInfo>> header() {
        auto begin = read(0, fileHeaderBytes);
        if (!begin)
            return failure(std::move(begin.error()));
        const HeaderDiagnosis found = diagnoseHeader(*begin, generation());
        RecordInfo record;
        record.bytes = std::min(fileHeaderBytes, bytes());
        record.storedChecksum = found.storedChecksum;
        record.computedChecksum = found.computedChecksum;
        record.verdict = found.text;
        const bool zero = begin->find_first_not_of('\0') == std::string::npos;
        if (found.verdict == HeaderVerdict::missing)
            record.kind = zero ? RecordKind::unused : RecordKind::damaged;
        else
            record.kind = found.verdict == HeaderVerdict::foreign ? RecordKind::damaged : RecordKind::fileHeader;
        if (found.verdict == HeaderVerdict::valid)
            record.time = found.header.created;
        m_offset = fileHeaderBytes;
        return std::optional<RecordInfo>(std::move(record));
    }

    // What another format version puts after the header is not ours to judge.
    Result<bool> isOpaque() {
        auto begin = read(0, fileHeaderBytes);
        if (!begin)
            return failure(std::move(begin.error()));
        return diagnoseHeader(*begin, generation()).verdict == HeaderVerdict::unknownVersion;
    }

    Result<std::optional<RecordInfo>> opaqueRest() {
        RecordInfo record;
        record.offset = m_offset;
        record.bytes = bytes() - m_offset;
        record.verdict = "not looked at: the format version is not known to this program";
        m_offset = bytes();
        return std::optional<RecordInfo>(std::move(record));
    }

    Result<std::optional<RecordInfo>> describe(const log::Scanned& scanned) {
        RecordInfo record;
        record.offset = scanned.offset;
        record.bytes = scanned.bytes;
        if (scanned.kind == log::Scanned::Kind::unused) {
            record.kind = RecordKind::unused;
            return std::optional<RecordInfo>(std::move(record));
        }
        record.key.assign(scanned.key);
        record.computedChecksum = scanned.computedChecksum;
        format::RecordHeader header = scanned.header;
        bool known = true; // whether `header` describes this range
        if (scanned.kind == log::Scanned::Kind::record) {
            record.kind = header.tombstone() ? RecordKind::tombstone : RecordKind::put;
            record.storedChecksum = header.checksum;
        } else {
            auto found = diagnose(file(), scanned.offset, scanned.bytes, bytes());
            if (!found)
                return failure(std::move(found.error()));
            record.kind = RecordKind::damaged;
            record.verdict = std::move(found->text);
            record.storedChecksum = found->storedChecksum;
            record.computedChecksum = found->computedChecksum;
            known = found->isRecord;
            header = found->header;
            if (known && record.key.empty()) {
                auto key = read(record.offset + format::record_at::key, header.keySize);
                if (!key)
                    return failure(std::move(key.error()));
                record.key = std::move(*key);
            }
        }
        if (known) {
            record.tombstone = header.tombstone();
            record.sequence = header.sequence;
            record.time = header.time;
            record.keyBytes = header.keySize;
            record.valueBytes = header.valueSize;
        }
        return std::optional<RecordInfo>(std::move(record));
    }

    Result<std::vector<FieldSpan>> headerFields(const RecordInfo& record) {
        namespace h = format::header_at;
        auto begin = read(record.offset, record.bytes);
        if (!begin)
            return failure(std::move(begin.error()));
        FieldList list(record.offset, record.offset + record.bytes);
        if (record.kind == RecordKind::unused) {
            list.addRest(Field::unused, bytesText(record.bytes) + " of zero");
            return list.take();
        }
        if (record.kind != RecordKind::fileHeader || begin->size() < fileHeaderBytes) {
            list.addRest(Field::garbage, std::move(*begin), false);
            return list.take();
        }
        const HeaderDiagnosis found = diagnoseHeader(*begin, generation());
        // Where no field can be named, it is the checksum that says so.
        const Field wrong = found.field.value_or(found.text.empty() ? Field::garbage : Field::headerChecksum);
        const char* at = begin->data();
        const unsigned flags = format::loadU16(at + h::flags);
        const auto add = [&](Field field, std::uint64_t bytes, std::string decoded) {
            list.add(field, bytes, std::move(decoded), field != wrong);
        };
        add(Field::magic, h::version - h::magic, hexText({at + h::magic, h::version - h::magic}));
        add(Field::version, h::flags - h::version, std::to_string(format::loadU16(at + h::version)));
        add(Field::fileFlags, h::generation - h::flags,
            std::to_string(flags) + ((flags & format::mergeOutputFlag) != 0 ? " (written by a merge)" : ""));
        add(Field::generation, h::created - h::generation, std::to_string(format::loadU64(at + h::generation)));
        add(Field::creationTime, h::checksum - h::created, timeText(timeAt(at + h::created)));
        add(Field::headerChecksum, fileHeaderBytes - h::checksum, checksumText(format::loadU32(at + h::checksum)));
        return list.take();
    }

    /// The fields of a record with the sizes of `sizes`; what the bytes say is what is shown, damaged or not.
    Result<void> addRecord(FieldList& list, const RecordInfo& record, const format::RecordHeader& sizes,
                           std::optional<Field> wrong) {
        namespace r = format::record_at;
        auto head = read(record.offset, std::min(record.bytes, recordHeaderBytes));
        if (!head)
            return failure(std::move(head.error()));
        if (head->size() < recordHeaderBytes)
            return {}; // cut meanwhile
        const format::RecordHeader shown = format::decodeRecordHeader(head->data());
        auto key = read(record.offset + r::key, std::min<std::uint64_t>(sizes.keySize, maxDecodedBytes));
        if (!key)
            return failure(std::move(key.error()));
        auto value =
            read(record.offset + r::key + sizes.keySize, std::min<std::uint64_t>(sizes.valueSize, maxDecodedBytes));
        if (!value)
            return failure(std::move(value.error()));
        const auto add = [&](Field field, std::uint64_t bytes, std::string decoded) {
            list.add(field, bytes, std::move(decoded), field != wrong);
        };
        add(Field::checksum, r::sequence - r::checksum, checksumText(shown.checksum));
        add(Field::sequence, r::time - r::sequence, std::to_string(shown.sequence.value));
        add(Field::time, r::keySize - r::time, timeText(shown.time));
        add(Field::keySize, r::valueSize - r::keySize, std::to_string(shown.keySize));
        add(Field::valueSize, r::flags - r::valueSize, std::to_string(shown.valueSize));
        add(Field::flags, r::key - r::flags, std::to_string(shown.flags) + (shown.tombstone() ? " (tombstone)" : ""));
        add(Field::key, sizes.keySize, std::move(*key));
        add(Field::value, sizes.valueSize, std::move(*value));
        return {};
    }

    std::unique_ptr<log::Scanner> m_scanner;
    int m_looksLeft = maxLooks;
    std::uint64_t m_offset = 0;
    std::optional<bool> m_opaque;
};

} // namespace

std::unique_ptr<FileInspector> inspectData(std::unique_ptr<io::File> file, Generation generation, std::uint64_t bytes) {
    return std::make_unique<DataInspector>(std::move(file), generation, bytes);
}

} // namespace rustcask::inspect
