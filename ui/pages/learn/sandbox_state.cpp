// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/sandbox_state.h"

#include <QCryptographicHash>

#include <algorithm>

#include "pages/learn/text.h"

namespace rustcask::ui {

const SandboxRecord* SandboxState::record(const RecordRef& ref) const {
    if (!ref.isValid() || ref.file >= static_cast<qsizetype>(files.size())) {
        return nullptr;
    }
    const auto& records = files[static_cast<std::size_t>(ref.file)].records;
    return ref.record < static_cast<qsizetype>(records.size()) ? &records[static_cast<std::size_t>(ref.record)]
                                                               : nullptr;
}

RecordRef SandboxState::find(Generation generation, std::uint64_t offset) const {
    for (std::size_t f = 0; f < files.size(); ++f) {
        if (files[f].kind != FileKind::data || files[f].generation != generation) {
            continue;
        }
        const auto& records = files[f].records;
        const auto at = std::find_if(records.begin(), records.end(),
                                     [&](const SandboxRecord& r) { return r.info.offset == offset; });
        if (at != records.end()) {
            return {static_cast<qsizetype>(f), at - records.begin()};
        }
    }
    return {};
}

RecordRef SandboxState::appended() const {
    for (const TraceEvent& event : trace) {
        if (event.kind == EventKind::append) {
            return find(event.location.generation, event.location.offset);
        }
    }
    return {};
}

const SandboxFile* SandboxState::dataFile(Generation generation) const {
    const auto at = std::find_if(files.begin(), files.end(), [&](const SandboxFile& file) {
        return file.kind == FileKind::data && file.generation == generation;
    });
    return at != files.end() ? &*at : nullptr;
}

std::uint64_t SandboxState::dataBytes() const {
    std::uint64_t bytes = 0;
    for (const SandboxFile& file : files) {
        bytes += file.kind == FileKind::data ? file.bytes.size() : 0;
    }
    return bytes;
}

QByteArray SandboxState::directoryHash() const {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const SandboxFile& file : files) {
        // Lengths first: otherwise bytes could move from one file's end to the next one's name unnoticed.
        hash.addData(QByteArray::number(file.name.size()) + ' ' + QByteArray::number(qulonglong{file.bytes.size()}) +
                     ' ');
        hash.addData(file.name.toUtf8());
        hash.addData(viewOf(file.bytes).toByteArray());
    }
    return hash.result();
}

QByteArray SandboxState::keydirHash() const {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const KeydirRow& row : keydir) {
        hash.addData(QByteArray::number(row.key.size()) + ' ');
        hash.addData(row.key);
        for (const std::uint64_t number : {row.location.generation.value, row.location.offset, row.location.recordBytes,
                                           std::uint64_t{row.valueBytes}, row.sequence.value}) {
            hash.addData(QByteArray::number(qulonglong{number}) + ' ');
        }
    }
    return hash.result();
}

QByteArray fieldBytes(const SandboxFile& file, const FieldSpan& span) {
    // A span beyond the end of the file gives what there is of it.
    const std::size_t begin = std::min<std::size_t>(span.offset, file.bytes.size());
    return QByteArray::fromStdString(file.bytes.substr(begin, span.bytes));
}

const FieldSpan* findField(const SandboxRecord& record, Field field) {
    const auto at =
        std::find_if(record.fields.begin(), record.fields.end(), [&](const FieldSpan& f) { return f.field == field; });
    return at != record.fields.end() ? &*at : nullptr;
}

QByteArray valueOf(const SandboxFile& file, const SandboxRecord& record) {
    const FieldSpan* span = findField(record, Field::value);
    return span != nullptr ? fieldBytes(file, *span) : QByteArray();
}

void classify(SandboxState& state) {
    for (SandboxFile& file : state.files) {
        for (SandboxRecord& record : file.records) {
            switch (record.info.kind) {
            case RecordKind::fileHeader:
            case RecordKind::unused:
                record.state = BlockState::header;
                break;
            case RecordKind::hintHeader:
            case RecordKind::hintEntry:
            case RecordKind::hintTrailer:
                record.state = BlockState::hint;
                break;
            case RecordKind::tombstone:
                record.state = BlockState::tombstone;
                break;
            case RecordKind::damaged:
                record.state = BlockState::damaged;
                break;
            case RecordKind::put: {
                const bool live = std::any_of(state.keydir.begin(), state.keydir.end(), [&](const KeydirRow& row) {
                    return row.location.generation == file.generation && row.location.offset == record.info.offset;
                });
                record.state = live ? BlockState::live : BlockState::dead;
                break;
            }
            }
        }
    }
}

} // namespace rustcask::ui
