// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>
#include <string>
#include <vector>

#include <rustcask/events.h>
#include <rustcask/inspect.h>
#include <rustcask/stats.h>
#include <rustcask/types.h>

/// Everything the stage shows of a sandbox after an operation, as a value: what the keydir holds, what stands in the
/// files, what the engine did. Offsets and fields come from the engine (inspect.h), never from arithmetic here.
namespace rustcask::ui {

/// What a stretch of a file means to somebody who looks at the database as a whole.
enum class BlockState : std::uint8_t { header, live, dead, tombstone, hint, damaged };

/// One record, header or hint entry with its fields.
struct SandboxRecord {
    RecordInfo info{};
    std::vector<FieldSpan> fields{};
    BlockState state = BlockState::header;
};

struct SandboxFile {
    QString name{};
    FileKind kind = FileKind::data;
    Generation generation{};
    bool active = false; ///< receives the next append
    std::string bytes{};
    std::vector<SandboxRecord> records{};
};

struct KeydirRow {
    QByteArray key{};
    RecordLocation location{};
    std::uint32_t valueBytes = 0;
    Sequence sequence{};

    friend bool operator==(const KeydirRow&, const KeydirRow&) = default;
};

/// An `rustcask::Event` that owns its texts.
struct TraceEvent {
    EventKind kind = EventKind::append;
    bool background = false; ///< not on the thread that ran the operation
    RecordLocation location{};
    Sequence sequence{};
    QByteArray key{};
    bool tombstone = false;
    std::uint64_t bytes = 0;
    QString text{};
    QString file{};
};

/// How the operation that led to a state ended.
struct OperationOutcome {
    enum class Kind : std::uint8_t { none, done, found, absent, failed };
    Kind kind = Kind::none; ///< `absent`: a get found nothing, or a delete had nothing to remove
    QByteArray value{};     ///< with `found`
    QString problem{};      ///< with `failed`
};

/// A file and the index of a record in it.
struct RecordRef {
    qsizetype file = -1;
    qsizetype record = -1;

    [[nodiscard]] bool isValid() const noexcept { return file >= 0 && record >= 0; }
    friend bool operator==(const RecordRef&, const RecordRef&) = default;
};

struct SandboxState {
    std::vector<SandboxFile> files{}; ///< ascending by generation, a hint after its data file
    std::vector<KeydirRow> keydir{};  ///< in byte order of the keys
    std::vector<TraceEvent> trace{};  ///< of the operation that led here, in order
    OperationOutcome outcome{};
    Stats stats{};

    [[nodiscard]] const SandboxRecord* record(const RecordRef& ref) const;
    /// The record that starts at `offset` of the data file `generation`.
    [[nodiscard]] RecordRef find(Generation generation, std::uint64_t offset) const;
    /// The record that the operation appended, if it appended one.
    [[nodiscard]] RecordRef appended() const;
    [[nodiscard]] const SandboxFile* dataFile(Generation generation) const;
    /// Bytes of all data files.
    [[nodiscard]] std::uint64_t dataBytes() const;

    /// Hash over names and contents of all files; equal for equal directories.
    [[nodiscard]] QByteArray directoryHash() const;
    [[nodiscard]] QByteArray keydirHash() const;
};

/// The bytes of one field, and the text of a key or value whole.
[[nodiscard]] QByteArray fieldBytes(const SandboxFile& file, const FieldSpan& span);
/// The first field of that kind in a record, or nullptr.
[[nodiscard]] const FieldSpan* findField(const SandboxRecord& record, Field field);
/// The value of a record, whole.
[[nodiscard]] QByteArray valueOf(const SandboxFile& file, const SandboxRecord& record);

/// Marks each put record live or dead by asking the keydir rows.
void classify(SandboxState& state);

} // namespace rustcask::ui
