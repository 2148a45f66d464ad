// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/field_text.h"

#include "pages/learn/text.h"

namespace rustcask::ui {

QString fieldMeaning(const FieldSpan& span) {
    const QString decoded = bytesText(viewOf(span.decoded), 64);
    switch (span.field) {
    case Field::checksum:
        return span.valid ? LearnText::tr("CRC-32C of all that follows") : LearnText::tr("does not fit what follows");
    case Field::flags:
        return decoded;
    case Field::keySize:
        return LearnText::tr("%1 bytes of key").arg(decoded);
    case Field::valueSize:
        return LearnText::tr("%1 bytes of value").arg(decoded);
    case Field::sequence:
        return LearnText::tr("record number %1 of this database").arg(decoded);
    case Field::headerChecksum:
    case Field::hintChecksum:
        return span.valid ? LearnText::tr("CRC-32C, fits") : LearnText::tr("does not fit");
    default:
        return decoded;
    }
}

QString blockStateTitle(BlockState state) {
    switch (state) {
    case BlockState::header:
        return LearnText::tr("file header");
    case BlockState::live:
        return LearnText::tr("live");
    case BlockState::dead:
        return LearnText::tr("dead");
    case BlockState::tombstone:
        return LearnText::tr("tombstone");
    case BlockState::hint:
        return LearnText::tr("hint");
    case BlockState::damaged:
        return LearnText::tr("damaged");
    }
    return {};
}

QString recordLabel(const SandboxFile& file, const SandboxRecord& record) {
    const QString key = bytesText(viewOf(record.info.key), 24);
    switch (record.info.kind) {
    case RecordKind::fileHeader:
    case RecordKind::hintHeader:
        return LearnText::tr("header");
    case RecordKind::put: {
        const QByteArray value = valueOf(file, record);
        return value.isEmpty() ? LearnText::tr("%1 = (empty)").arg(key)
                               : QStringLiteral("%1 = %2").arg(key, bytesText(value, 24));
    }
    case RecordKind::tombstone:
        return LearnText::tr("%1 deleted").arg(key);
    case RecordKind::hintEntry: {
        const FieldSpan* offset = findField(record, Field::hintOffset);
        return offset == nullptr ? key : LearnText::tr("%1 → %2").arg(key, bytesText(viewOf(offset->decoded)));
    }
    case RecordKind::hintTrailer:
        return LearnText::tr("end");
    case RecordKind::damaged:
        return LearnText::tr("damaged");
    case RecordKind::unused:
        return LearnText::tr("unused");
    }
    return {};
}

QString recordDescription(const SandboxFile& file, const SandboxRecord& record) {
    return LearnText::tr("%1, %2, at offset %3 of %4, %5 bytes")
        .arg(recordLabel(file, record), blockStateTitle(record.state), countText(record.info.offset), file.name,
             countText(record.info.bytes));
}

QString fileTitle(const SandboxFile& file) {
    if (file.kind == FileKind::hint) {
        return file.name;
    }
    return file.active ? LearnText::tr("%1 · active").arg(file.name) : LearnText::tr("%1 · sealed").arg(file.name);
}

TraceLine traceLine(const TraceEvent& event) {
    const QString bytes = LearnText::tr("%1 B").arg(countText(event.bytes));
    const QString place =
        QStringLiteral("%1 @ %2").arg(event.location.generation.value).arg(countText(event.location.offset));
    const QString key = bytesText(event.key, 24);
    switch (event.kind) {
    case EventKind::call:
        return {event.background ? LearnText::tr("%1, later").arg(event.text) : event.text, event.file,
                event.bytes > 0 ? bytes : QString()};
    case EventKind::append:
        return {LearnText::tr("append"), place, LearnText::tr("%1 B").arg(countText(event.location.recordBytes))};
    case EventKind::keydirChange:
        return event.tombstone ? TraceLine{LearnText::tr("keydir"), LearnText::tr("%1 removed").arg(key), {}}
                               : TraceLine{LearnText::tr("keydir"), LearnText::tr("%1 → %2").arg(key, place), {}};
    case EventKind::rotate:
        return {LearnText::tr("seal"), LearnText::tr("file %1").arg(event.location.generation.value), bytes};
    case EventKind::hint:
        return {LearnText::tr("hint"), LearnText::tr("file %1").arg(event.location.generation.value), bytes};
    case EventKind::recovery:
        return {LearnText::tr("recover"), event.file.isEmpty() ? event.text : event.file, event.text};
    case EventKind::merge:
        return {LearnText::tr("merge"), event.text, {}};
    case EventKind::sync:
        return {LearnText::tr("durable"), event.file, bytes};
    }
    return {};
}

QString outcomeText(const SandboxState& state) {
    switch (state.outcome.kind) {
    case OperationOutcome::Kind::found:
        return state.outcome.value.isEmpty() ? LearnText::tr("(empty)") : bytesText(state.outcome.value, 24);
    case OperationOutcome::Kind::absent:
        return LearnText::tr("not there");
    case OperationOutcome::Kind::failed:
        return LearnText::tr("failed");
    case OperationOutcome::Kind::none:
        return {};
    case OperationOutcome::Kind::done:
        break;
    }
    const RecordRef ref = state.appended();
    if (const SandboxRecord* record = state.record(ref)) {
        return QStringLiteral("%1 @ %2")
            .arg(state.files[static_cast<std::size_t>(ref.file)].generation.value)
            .arg(countText(record->info.offset));
    }
    return LearnText::tr("done");
}

} // namespace rustcask::ui
