// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string_view>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"
#include "format/hint.h"
#include "inspect_damage.h"
#include "inspect_files.h"
#include "inspect_text.h"

namespace rustcask::inspect {
namespace {

namespace h = format::hint_at;
namespace e = format::hint_entry_at;
using format::hintEntryBytes;
using format::hintHeaderBytes;
using format::hintTrailerBytes;

constexpr std::uint64_t bufferBytes = 256 * 1024;
// Up to this length the checksum is computed before anything is shown, so that a flipped bit can be placed.
constexpr std::uint64_t maxCheckedAheadBytes = std::uint64_t{16} << 20;

struct Wrong {
    Field field = Field::garbage;
    std::string text{};
};

class HintInspector final : public OpenedFile {
public:
    HintInspector(std::unique_ptr<io::File> file, Generation generation, std::uint64_t bytes)
        : OpenedFile(std::move(file), FileKind::hint, generation, bytes) {}

    Result<std::optional<RecordInfo>> next() override {
        if (m_offset >= bytes())
            return std::optional<RecordInfo>();
        auto shape = look();
        if (!shape)
            return failure(std::move(shape.error()));
        if (!m_isHint) {
            RecordInfo record;
            record.offset = m_offset;
            record.bytes = bytes() - m_offset;
            record.verdict = bytes() < hintHeaderBytes + hintTrailerBytes
                                 ? "shorter than an empty hint file: " + bytesText(bytes())
                                 : std::string("this is no hint file of Rustcask that this program knows");
            m_offset = bytes();
            return std::optional<RecordInfo>(std::move(record));
        }
        if (m_offset < hintHeaderBytes)
            return header();
        return m_offset < entriesEnd() ? entry() : trailer();
    }

    void seek(std::uint64_t offset) override { m_offset = offset; }

    Result<std::vector<FieldSpan>> fields(const RecordInfo& record) override {
        auto shape = look();
        if (!shape)
            return failure(std::move(shape.error()));
        FieldList list(record.offset, record.offset + record.bytes);
        auto raw = read(record.offset, std::min(record.bytes, hintHeaderBytes + maxDecodedBytes));
        if (!raw)
            return failure(std::move(raw.error()));
        if (record.kind == RecordKind::hintHeader && raw->size() >= hintHeaderBytes)
            headerFields(list, raw->data());
        else if (record.kind == RecordKind::hintEntry && raw->size() >= hintEntryBytes)
            entryFields(list, *raw, record);
        else if (record.kind == RecordKind::hintTrailer && raw->size() >= hintTrailerBytes)
            // A flipped bit found elsewhere is what is wrong there, not here.
            list.add(Field::hintChecksum, hintTrailerBytes, checksumText(format::loadU32(raw->data())),
                     record.verdict.empty() || (m_flipped && m_flipped->offset < record.offset));
        raw->resize(std::min<std::size_t>(raw->size(), maxDecodedBytes));
        list.addRest(Field::garbage, std::move(*raw), false);
        return list.take();
    }

private:
    [[nodiscard]] std::uint64_t entriesEnd() const { return bytes() - hintTrailerBytes; }

    /// Reads the header once and, of files that are not too long, the checksum.
    Result<void> look() {
        if (m_looked)
            return {};
        m_looked = true;
        if (bytes() < hintHeaderBytes + hintTrailerBytes)
            return {};
        auto head = read(0, hintHeaderBytes);
        if (!head)
            return failure(std::move(head.error()));
        if (head->size() < hintHeaderBytes)
            return {};
        m_head = std::move(*head);
        m_repairedHead = m_head;
        const bool magic = std::string_view(m_head).substr(0, format::hintMagic.size()) == format::hintMagic;
        m_isHint = magic || format::loadU16(m_head.data() + h::version) == format::formatVersion;
        if (magic && format::loadU16(m_head.data() + h::version) > format::formatVersion) {
            // Another version, unless the checksum shows that it is a damaged one of ours.
            auto checked = check();
            if (!checked)
                return failure(std::move(checked.error()));
            m_isHint = m_flipped.has_value();
        }
        if (m_isHint && bytes() <= maxCheckedAheadBytes)
            return check();
        return {};
    }

    /// Computes the checksum over the entries, then the header.
    Result<void> check() {
        if (m_checked)
            return {};
        auto stored = read(entriesEnd(), hintTrailerBytes);
        if (!stored)
            return failure(std::move(stored.error()));
        auto entries = checksumOf(file(), hintHeaderBytes, entriesEnd() - hintHeaderBytes);
        if (!entries)
            return failure(std::move(entries.error()));
        m_checked = true;
        m_storedChecksum = stored->size() == hintTrailerBytes ? format::loadU32(stored->data()) : 0;
        m_computedChecksum = format::hintChecksum(*entries, m_head);
        if (bytes() > maxCheckedAheadBytes)
            return {};
        const std::uint64_t entryBytes = entriesEnd() - hintHeaderBytes;
        const auto error =
            format::findSingleBitError(m_storedChecksum, m_computedChecksum, entryBytes + hintHeaderBytes);
        if (!error)
            return {};
        std::uint64_t at = entriesEnd();
        if (!error->inChecksum) {
            const std::uint64_t byte = error->bit / 8;
            at = byte < entryBytes ? hintHeaderBytes + byte : byte - entryBytes;
        }
        m_flipped = Flipped{.offset = at, .mask = static_cast<char>(1U << (error->bit % 8))};
        if (at < hintHeaderBytes) // entries are judged by what the header was
            m_repairedHead[static_cast<std::size_t>(at)] ^= m_flipped->mask;
        return {};
    }

    [[nodiscard]] bool isFlippedIn(std::uint64_t offset, std::uint64_t size) const {
        return m_flipped && m_flipped->offset >= offset && m_flipped->offset - offset < size;
    }

    Result<std::optional<RecordInfo>> header() {
        RecordInfo record;
        record.kind = RecordKind::hintHeader;
        record.bytes = hintHeaderBytes;
        if (const auto wrong = wrongInHeader())
            record.verdict = wrong->text;
        m_offset = hintHeaderBytes;
        return std::optional<RecordInfo>(std::move(record));
    }

    [[nodiscard]] std::optional<Wrong> wrongInHeader() const {
        const char* at = m_head.data();
        if (isFlippedIn(0, hintHeaderBytes)) {
            const Field field = fieldInHeader(m_flipped->offset);
            return Wrong{field, "one bit of the " + std::string(fieldName(field)) + " is flipped"};
        }
        if (std::string_view(m_head).substr(0, format::hintMagic.size()) != format::hintMagic)
            return Wrong{Field::magic, "the magic number is damaged"};
        if (const unsigned version = format::loadU16(at + h::version); version != format::formatVersion)
            return Wrong{Field::version, "format version " + std::to_string(version) + " is not known to this program"};
        if (const std::uint64_t named = format::loadU64(at + h::generation); named != generation().value)
            return Wrong{Field::generation, "it belongs to generation " + std::to_string(named) +
                                                ", the file's name says " + std::to_string(generation().value)};
        const std::uint64_t entryBytes = entriesEnd() - hintHeaderBytes;
        if (const std::uint64_t said = format::loadU64(at + h::entryBytes); said != entryBytes)
            return Wrong{Field::hintEntryBytes, "it announces " + bytesText(said) + " of entries where there are " +
                                                    std::to_string(entryBytes)};
        if (const std::uint64_t said = format::loadU64(at + h::entries); said > entryBytes / (hintEntryBytes + 1))
            return Wrong{Field::hintEntries,
                         "it announces " + std::to_string(said) + " entries, more than there is room for"};
        return std::nullopt;
    }

    [[nodiscard]] static Field fieldInHeader(std::uint64_t at) {
        constexpr std::pair<std::uint64_t, Field> ends[] = {{h::version, Field::magic},
                                                            {h::flags, Field::version},
                                                            {h::generation, Field::fileFlags},
                                                            {h::dataBytes, Field::generation},
                                                            {h::records, Field::hintDataBytes},
                                                            {h::tombstones, Field::hintRecords},
                                                            {h::tombstoneBytes, Field::hintTombstones},
                                                            {h::lowestSequence, Field::hintTombstoneBytes},
                                                            {h::highestSequence, Field::hintLowestSequence},
                                                            {h::entries, Field::hintHighestSequence},
                                                            {h::entryBytes, Field::hintEntries}};
        for (const auto& [end, field] : ends)
            if (at < end)
                return field;
        return Field::hintEntryBytes;
    }

    [[nodiscard]] static Field fieldInEntry(std::uint64_t at) {
        if (at < e::offset)
            return Field::sequence;
        if (at < e::valueSize)
            return Field::hintOffset;
        if (at < e::keySize)
            return Field::valueSize;
        if (at < e::flags)
            return Field::keySize;
        return at < e::key ? Field::flags : Field::key;
    }

    Result<std::optional<RecordInfo>> entry() {
        const std::uint64_t left = entriesEnd() - m_offset;
        RecordInfo record;
        record.offset = m_offset;
        auto view = buffered(m_offset, std::min<std::uint64_t>(left, hintEntryBytes + maxKeyBytes));
        if (!view)
            return failure(std::move(view.error()));
        std::string bytes(view->substr(0, hintEntryBytes));
        // With a flipped bit put right, so that a damaged key size does not desynchronise what follows.
        if (isFlippedIn(m_offset, bytes.size()))
            bytes[static_cast<std::size_t>(m_flipped->offset - m_offset)] ^= m_flipped->mask;
        const std::size_t keySize = bytes.size() == hintEntryBytes ? format::loadU16(bytes.data() + e::keySize) : 0;
        if (keySize == 0 || view->size() < hintEntryBytes + keySize) {
            record.bytes = left;
            record.verdict = bytesText(left) + " that belong to no entry";
            m_offset = entriesEnd();
            return std::optional<RecordInfo>(std::move(record));
        }
        record.kind = RecordKind::hintEntry;
        record.bytes = hintEntryBytes + keySize;
        record.sequence = Sequence{format::loadU64(bytes.data() + e::sequence)};
        record.dataOffset = format::loadU64(bytes.data() + e::offset);
        record.valueBytes = format::loadU32(bytes.data() + e::valueSize);
        record.keyBytes = static_cast<std::uint32_t>(keySize);
        record.tombstone = (format::loadU16(bytes.data() + e::flags) & format::tombstoneFlag) != 0;
        record.key.assign(view->substr(hintEntryBytes, keySize));
        if (const auto wrong = wrongInEntry(record, bytes.data()))
            record.verdict = wrong->text;
        m_offset += record.bytes;
        return std::optional<RecordInfo>(std::move(record));
    }

    /// @param at the 24 bytes before the key, a known flipped bit put right
    [[nodiscard]] std::optional<Wrong> wrongInEntry(const RecordInfo& record, const char* at) const {
        if (isFlippedIn(record.offset, record.bytes)) {
            const Field field = fieldInEntry(m_flipped->offset - record.offset);
            return Wrong{field, "one bit of the " + std::string(fieldName(field)) + " is flipped"};
        }
        if (record.sequence.value == 0 || record.sequence.value > format::maxSequence)
            return Wrong{Field::sequence, "the sequence number is out of its range"};
        if ((format::loadU16(at + e::flags) & ~unsigned{format::tombstoneFlag}) != 0)
            return Wrong{Field::flags, "unknown flags are set"};
        if (record.tombstone && record.valueBytes != 0)
            return Wrong{Field::valueSize, "a tombstone has a value"};
        const std::uint64_t dataBytes = format::loadU64(m_repairedHead.data() + h::dataBytes);
        const std::uint64_t recordBytes = format::recordBytes(record.keyBytes, record.valueBytes);
        if (record.dataOffset < format::fileHeaderBytes || record.dataOffset > dataBytes ||
            recordBytes > dataBytes - record.dataOffset)
            return Wrong{Field::hintOffset, "the record would lie outside its data file"};
        return std::nullopt;
    }

    Result<std::optional<RecordInfo>> trailer() {
        auto checked = check();
        if (!checked)
            return failure(std::move(checked.error()));
        RecordInfo record;
        record.kind = RecordKind::hintTrailer;
        record.offset = m_offset;
        record.bytes = bytes() - m_offset;
        record.storedChecksum = m_storedChecksum;
        record.computedChecksum = m_computedChecksum;
        if (isFlippedIn(record.offset, record.bytes))
            record.verdict = "one bit of the checksum is flipped";
        else if (m_storedChecksum != m_computedChecksum)
            record.verdict = "the checksum does not match: " + checksumText(m_storedChecksum) + " is stored, " +
                             checksumText(m_computedChecksum) + " is computed";
        m_offset = bytes();
        return std::optional<RecordInfo>(std::move(record));
    }

    void headerFields(FieldList& list, const char* at) const {
        const auto wrong = wrongInHeader();
        const auto add = [&](Field field, std::uint64_t size, std::string decoded) {
            list.add(field, size, std::move(decoded), !wrong || wrong->field != field);
        };
        const auto addCount = [&](Field field, std::uint64_t where) {
            add(field, 8, std::to_string(format::loadU64(at + where)));
        };
        add(Field::magic, h::version - h::magic, hexText({at + h::magic, h::version - h::magic}));
        add(Field::version, h::flags - h::version, std::to_string(format::loadU16(at + h::version)));
        add(Field::fileFlags, h::generation - h::flags, std::to_string(format::loadU16(at + h::flags)));
        addCount(Field::generation, h::generation);
        addCount(Field::hintDataBytes, h::dataBytes);
        addCount(Field::hintRecords, h::records);
        addCount(Field::hintTombstones, h::tombstones);
        addCount(Field::hintTombstoneBytes, h::tombstoneBytes);
        addCount(Field::hintLowestSequence, h::lowestSequence);
        addCount(Field::hintHighestSequence, h::highestSequence);
        addCount(Field::hintEntries, h::entries);
        addCount(Field::hintEntryBytes, h::entryBytes);
    }

    void entryFields(FieldList& list, const std::string& raw, const RecordInfo& record) const {
        const char* at = raw.data();
        const auto wrong = wrongInEntry(record, at);
        const auto add = [&](Field field, std::uint64_t size, std::string decoded) {
            list.add(field, size, std::move(decoded), !wrong || wrong->field != field);
        };
        const unsigned flags = format::loadU16(at + e::flags);
        add(Field::sequence, e::offset - e::sequence, std::to_string(format::loadU64(at + e::sequence)));
        add(Field::hintOffset, e::valueSize - e::offset, std::to_string(format::loadU64(at + e::offset)));
        add(Field::valueSize, e::keySize - e::valueSize, std::to_string(format::loadU32(at + e::valueSize)));
        add(Field::keySize, e::flags - e::keySize, std::to_string(format::loadU16(at + e::keySize)));
        add(Field::flags, e::key - e::flags,
            std::to_string(flags) + ((flags & format::tombstoneFlag) != 0 ? " (tombstone)" : ""));
        add(Field::key, record.keyBytes,
            raw.substr(hintEntryBytes, std::min<std::uint64_t>(record.keyBytes, maxDecodedBytes)));
    }

    /// As much of `[offset, offset + size)` as there is; valid until the next call.
    Result<std::string_view> buffered(std::uint64_t offset, std::uint64_t size) {
        const bool inside = offset >= m_bufferOffset && offset + size <= m_bufferOffset + m_buffer.size();
        if (!inside) {
            auto bytes = read(offset, std::max(size, bufferBytes));
            if (!bytes)
                return failure(std::move(bytes.error()));
            m_buffer = std::move(*bytes);
            m_bufferOffset = offset;
        }
        return std::string_view(m_buffer).substr(static_cast<std::size_t>(offset - m_bufferOffset),
                                                 static_cast<std::size_t>(size));
    }

    struct Flipped {
        std::uint64_t offset = 0; ///< of the byte in the file; in the trailer when the checksum itself is damaged
        char mask = 0;
    };

    std::uint64_t m_offset = 0;
    std::string m_head;
    std::string m_repairedHead; ///< with a known flipped bit put right
    std::string m_buffer;
    std::uint64_t m_bufferOffset = 0;
    bool m_looked = false;
    bool m_isHint = false;
    bool m_checked = false;
    std::uint32_t m_storedChecksum = 0;
    std::uint32_t m_computedChecksum = 0;
    std::optional<Flipped> m_flipped;
};

} // namespace

std::unique_ptr<FileInspector> inspectHint(std::unique_ptr<io::File> file, Generation generation, std::uint64_t bytes) {
    return std::make_unique<HintInspector>(std::move(file), generation, bytes);
}

} // namespace rustcask::inspect
