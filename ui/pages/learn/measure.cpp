// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "pages/learn/lesson_check.h"
#include "pages/learn/text.h"

namespace rustcask::ui {

namespace {

struct Subject {
    const SandboxFile* file = nullptr;
    const SandboxRecord* record = nullptr;
};

Subject subjectOf(const SandboxState& state, const RecordRef& ref) {
    const SandboxRecord* record = state.record(ref);
    return record == nullptr ? Subject{} : Subject{&state.files[static_cast<std::size_t>(ref.file)], record};
}

Subject recordOfKey(const SandboxState& state, const QByteArray& key) {
    const auto row =
        std::find_if(state.keydir.begin(), state.keydir.end(), [&](const KeydirRow& r) { return r.key == key; });
    return row == state.keydir.end() ? Subject{}
                                     : subjectOf(state, state.find(row->location.generation, row->location.offset));
}

/// The record that the step appended, or the one that a get read.
Subject subject(const StepEvidence& evidence) {
    if (evidence.operation.kind == OperationKind::get) {
        return recordOfKey(evidence.after, evidence.operation.key);
    }
    return subjectOf(evidence.after, evidence.after.appended());
}

/// The record that was live before the step and is not any more.
Subject replaced(const StepEvidence& evidence) {
    const Subject old = recordOfKey(evidence.before, evidence.operation.key);
    const bool wrote = evidence.after.appended().isValid();
    return wrote ? old : Subject{};
}

std::uint64_t headerBytes(const SandboxRecord& record) {
    std::uint64_t bytes = 0;
    for (const FieldSpan& field : record.fields) {
        bytes += field.field == Field::key || field.field == Field::value ? 0 : field.bytes;
    }
    return bytes;
}

QString parts(const SandboxRecord& record) {
    const std::uint64_t header = headerBytes(record);
    if (record.info.kind == RecordKind::tombstone) {
        return LearnText::tr("%1 of header, %2 of key, no value").arg(header).arg(record.info.keyBytes);
    }
    return LearnText::tr("%1 of header, %2 of key, %3 of value")
        .arg(header)
        .arg(record.info.keyBytes)
        .arg(record.info.valueBytes);
}

std::uint64_t fileHeaderBytes(const SandboxFile& file) {
    return !file.records.empty() && file.records.front().info.kind == RecordKind::fileHeader
               ? file.records.front().info.bytes
               : 0;
}

QString number(std::uint64_t value) {
    return QString::number(qulonglong{value});
}

std::uint64_t countRecords(const SandboxState& state) {
    std::uint64_t count = 0;
    for (const SandboxFile& file : state.files) {
        for (const SandboxRecord& record : file.records) {
            count += record.info.kind == RecordKind::put || record.info.kind == RecordKind::tombstone ? 1 : 0;
        }
    }
    return count;
}

std::uint64_t newFileHeaders(const StepEvidence& evidence) {
    std::uint64_t bytes = 0;
    for (const SandboxFile& file : evidence.after.files) {
        if (file.kind == FileKind::data && evidence.before.dataFile(file.generation) == nullptr) {
            bytes += fileHeaderBytes(file);
        }
    }
    return bytes;
}

QString callNames(const SandboxState& state) {
    QStringList names;
    for (const TraceEvent& event : state.trace) {
        if (event.kind == EventKind::call && !event.background) {
            names.append(event.text);
        }
    }
    return names.join(QLatin1Char(','));
}

QString outcomeName(const OperationOutcome& outcome) {
    switch (outcome.kind) {
    case OperationOutcome::Kind::found:
        return outcome.value.isEmpty() ? QStringLiteral("empty") : QStringLiteral("value");
    case OperationOutcome::Kind::absent:
        return QStringLiteral("absent");
    case OperationOutcome::Kind::failed:
        return QStringLiteral("failed");
    case OperationOutcome::Kind::done:
    case OperationOutcome::Kind::none:
        break;
    }
    return QStringLiteral("done");
}

QString position(const Subject& subject) {
    if (subject.record == nullptr) {
        return QStringLiteral("none");
    }
    return &subject.file->records.back() == subject.record ? QStringLiteral("end") : QStringLiteral("elsewhere");
}

} // namespace

QString measure(const QString& name, const StepEvidence& evidence) {
    const Subject at = subject(evidence);
    const SandboxState& after = evidence.after;
    const auto ofRecord = [&](auto figure) {
        return at.record == nullptr ? QStringLiteral("0") : number(figure(*at.record));
    };
    if (name == QLatin1String("recordBytes")) {
        return ofRecord([](const SandboxRecord& r) { return r.info.bytes; });
    }
    if (name == QLatin1String("keyBytes")) {
        return ofRecord([](const SandboxRecord& r) { return std::uint64_t{r.info.keyBytes}; });
    }
    if (name == QLatin1String("valueBytes")) {
        return ofRecord([](const SandboxRecord& r) { return std::uint64_t{r.info.valueBytes}; });
    }
    if (name == QLatin1String("headerBytes")) {
        return ofRecord(headerBytes);
    }
    if (name == QLatin1String("keyAndValueBytes")) {
        return ofRecord([](const SandboxRecord& r) { return r.info.bytes - headerBytes(r); });
    }
    if (name == QLatin1String("appendedBytes")) {
        return evidence.operation.kind == OperationKind::get
                   ? QStringLiteral("0")
                   : ofRecord([](const SandboxRecord& r) { return r.info.bytes; });
    }
    if (name == QLatin1String("offset")) {
        return at.record == nullptr ? QString() : number(at.record->info.offset);
    }
    if (name == QLatin1String("offsetWithoutFileHeader")) {
        return at.record == nullptr ? QString() : number(at.record->info.offset - fileHeaderBytes(*at.file));
    }
    if (name == QLatin1String("end")) {
        return at.file == nullptr ? QString() : number(at.file->bytes.size());
    }
    if (name == QLatin1String("fileHeaderBytes")) {
        return at.file == nullptr ? QString() : number(fileHeaderBytes(*at.file));
    }
    if (name == QLatin1String("grown")) {
        return number(after.dataBytes() - evidence.before.dataBytes());
    }
    if (name == QLatin1String("replacedBytes")) {
        const Subject old = replaced(evidence);
        return number(old.record == nullptr ? 0 : old.record->info.bytes);
    }
    if (name == QLatin1String("replacedValueBytes")) {
        const Subject old = replaced(evidence);
        return number(old.record == nullptr ? 0 : old.record->info.valueBytes);
    }
    if (name == QLatin1String("deadBytes")) {
        return number(after.stats.deadBytes);
    }
    if (name == QLatin1String("keys")) {
        return number(after.keydir.size());
    }
    if (name == QLatin1String("records")) {
        return number(countRecords(after));
    }
    if (name == QLatin1String("position")) {
        return position(at);
    }
    if (name == QLatin1String("calls")) {
        const QString names = callNames(after);
        return names.isNull() ? QStringLiteral("") : names;
    }
    if (name == QLatin1String("outcome")) {
        return outcomeName(after.outcome);
    }
    return {};
}

QString measureReason(const QString& name, const StepEvidence& evidence) {
    const Subject at = subject(evidence);
    if (name == QLatin1String("recordBytes") || name == QLatin1String("appendedBytes") ||
        name == QLatin1String("grown")) {
        if (at.record == nullptr) {
            return LearnText::tr("nothing was appended");
        }
        const std::uint64_t header = newFileHeaders(evidence);
        return name == QLatin1String("grown") && header > 0
                   ? LearnText::tr("%1 of the new file's own header, %2").arg(number(header), parts(*at.record))
                   : parts(*at.record);
    }
    if (at.record != nullptr && (name == QLatin1String("offset") || name == QLatin1String("end"))) {
        const std::uint64_t header = fileHeaderBytes(*at.file);
        const std::uint64_t before = at.record->info.offset - header;
        if (name == QLatin1String("end")) {
            return LearnText::tr("the record begins at %1 and has %2 bytes")
                .arg(number(at.record->info.offset), number(at.record->info.bytes));
        }
        return before == 0 ? LearnText::tr("%1 of file header stand before it").arg(number(header))
                           : LearnText::tr("%1 of file header and %2 of earlier records stand before it")
                                 .arg(number(header), number(before));
    }
    if (name == QLatin1String("replacedBytes") || name == QLatin1String("deadBytes")) {
        const Subject old = replaced(evidence);
        if (old.record == nullptr) {
            return name == QLatin1String("deadBytes") ? QString() : LearnText::tr("no record lost its place");
        }
        const std::uint64_t before = evidence.before.stats.deadBytes;
        return name == QLatin1String("replacedBytes") || before == 0
                   ? LearnText::tr("the whole old record: %1").arg(parts(*old.record))
                   : LearnText::tr("%1 were dead before, and the old record adds %2")
                         .arg(number(before), number(old.record->info.bytes));
    }
    if (name == QLatin1String("keys") || name == QLatin1String("records")) {
        return LearnText::tr("entries in the keydir: %1, records in the files: %2")
            .arg(number(evidence.after.keydir.size()), number(countRecords(evidence.after)));
    }
    if (name == QLatin1String("position") && at.record != nullptr) {
        return LearnText::tr("it begins at %1, where the file ended before").arg(number(at.record->info.offset));
    }
    if (name == QLatin1String("calls")) {
        const QString names = callNames(evidence.after);
        return names.isEmpty() ? LearnText::tr("the trace of this step holds no call")
                               : LearnText::tr("the trace of this step: %1")
                                     .arg(QString(names).replace(QLatin1Char(','), QLatin1String(", ")));
    }
    return {};
}

} // namespace rustcask::ui
