// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/lesson_check.h"

#include <algorithm>

#include "pages/learn/field_text.h"
#include "pages/learn/text.h"

namespace rustcask::ui {

namespace {

/// What of a text answer counts: "1,204 " and "1204" are one number.
QString normalised(const Question& question, const QString& text) {
    QString plain = text.trimmed();
    if (question.kind == QuestionKind::number) {
        plain.remove(QLatin1Char(',')).remove(QLatin1Char(' ')).remove(QChar(0x202F)).remove(QChar(0x00A0));
        bool isNumber = false;
        const qlonglong value = plain.toLongLong(&isNumber);
        return isNumber ? QString::number(value) : plain;
    }
    return plain;
}

QString display(const Question& question, const QString& value) {
    if (question.kind == QuestionKind::choice) {
        for (const Choice& choice : question.choices) {
            if (choice.is == value) {
                return choice.text;
            }
        }
        return value;
    }
    return question.unit.isEmpty() ? value : QStringLiteral("%1 %2").arg(value, question.unit);
}

QString misconceptionText(const Question& question, const QString& given, const StepEvidence& evidence) {
    for (const Misconception& misconception : question.misconceptions) {
        QString is = misconception.is;
        if (is.startsWith(QLatin1Char('{')) && is.endsWith(QLatin1Char('}'))) {
            is = measure(is.sliced(1, is.size() - 2), evidence);
        }
        if (is == given) {
            return misconception.say;
        }
    }
    return {};
}

QList<Feedback> checkValue(const Question& question, const Answer& answer, const StepEvidence& evidence) {
    const QString expected = measure(question.measure, evidence);
    const QString given = normalised(question, answer.value(QString()));
    Feedback feedback;
    feedback.question = question.id;
    // No call at all is written as nothing, which is not the same as not answering.
    feedback.correct = answer.contains(QString()) && !expected.isNull() && given == expected;
    feedback.expected = display(question, expected);
    feedback.given = !answer.contains(QString()) || (given.isEmpty() && question.kind == QuestionKind::number)
                         ? LearnText::tr("no answer")
                         : display(question, given);
    feedback.reason = measureReason(question.measure, evidence);
    if (!feedback.correct && answer.contains(QString())) {
        feedback.message = misconceptionText(question, given, evidence);
    }
    return {feedback};
}

// ---- records: the arrows from keys to records

struct FoundRecord {
    const SandboxFile* file = nullptr;
    const SandboxRecord* record = nullptr;
};

FoundRecord recordById(const SandboxState& state, const QString& id) {
    for (const SandboxFile& file : state.files) {
        for (const SandboxRecord& record : file.records) {
            if (file.kind == FileKind::data && recordId(file, record) == id) {
                return {&file, &record};
            }
        }
    }
    return {};
}

QString recordTitle(const QString& id) {
    if (id == QLatin1String("none")) {
        return LearnText::tr("no record");
    }
    const QStringList numbers = id.split(QLatin1Char('@'));
    return numbers.size() == 2 ? LearnText::tr("file %1 @ %2").arg(numbers.at(0), numbers.at(1)) : id;
}

Feedback checkArrow(const Question& question, const QString& keyHex, const QString& expected, const QString& given,
                    const SandboxState& state) {
    const QByteArray key = QByteArray::fromHex(keyHex.toLatin1());
    const FoundRecord right = recordById(state, expected);
    const FoundRecord chosen = recordById(state, given);
    Feedback feedback;
    feedback.question = question.id;
    feedback.part = keyHex;
    feedback.correct = given == expected;
    feedback.expected = LearnText::tr("%1 → %2").arg(bytesText(key), recordTitle(expected));
    feedback.given = given.isEmpty() ? LearnText::tr("no answer") : recordTitle(given);
    if (right.record != nullptr) {
        feedback.reason = LearnText::tr("of its records, this one has the highest sequence number, %1")
                              .arg(right.record->info.sequence.value);
    } else {
        feedback.reason = LearnText::tr("its newest record is a tombstone");
    }
    if (feedback.correct) {
        return feedback;
    }
    if (chosen.record == nullptr) {
        feedback.message = LearnText::tr("Every key in the keydir points at exactly one record.");
    } else if (chosen.record->info.key != key.toStdString()) {
        feedback.message =
            LearnText::tr("That record is one of %1. A key's arrow ends at a record that holds this key.")
                .arg(bytesText(viewOf(chosen.record->info.key)));
    } else if (right.record != nullptr) {
        feedback.message =
            LearnText::tr("That one is older: its sequence number is %1. The arrow moved on when record %2 "
                          "was appended.")
                .arg(chosen.record->info.sequence.value)
                .arg(right.record->info.sequence.value);
    }
    return feedback;
}

QList<Feedback> checkRecords(const Question& question, const Answer& answer, const StepEvidence& evidence) {
    QList<Feedback> all;
    const QMap<QString, QString> newest = newestRecords(evidence.after);
    for (auto it = newest.begin(); it != newest.end(); ++it) {
        all.append(checkArrow(question, it.key(), it.value(), answer.value(it.key()), evidence.after));
    }
    return all;
}

// ---- hex: one record byte by byte

QString fieldKey(Field field) {
    const std::string_view name = rustcask::fieldName(field);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

std::uint32_t crc32c(const QByteArray& bytes) {
    // The polynomial of CRC-32C, bit by bit: a few dozen bytes, once per click.
    std::uint32_t crc = 0xFFFF'FFFF;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0x82F6'3B78U : crc >> 1;
        }
    }
    return ~crc;
}

bool isNumberField(Field field) {
    return field != Field::key && field != Field::value;
}

QString hexMessage(const HexPart& part, const QByteArray& typed, const QByteArray& real, bool restIsRight) {
    QByteArray reversed = real;
    std::reverse(reversed.begin(), reversed.end());
    if (typed.isEmpty() && part.bytes > 0) {
        return LearnText::tr("Nothing is written here yet.");
    }
    if (typed.size() != real.size()) {
        return LearnText::tr("This field has %1 bytes; you wrote %2.").arg(real.size()).arg(typed.size());
    }
    if (isNumberField(part.field) && typed == reversed) {
        return LearnText::tr("The right number, the wrong way round: the lowest byte comes first (little-endian).");
    }
    switch (part.field) {
    case Field::checksum:
        return restIsRight
                   ? LearnText::tr("This is not the CRC-32C of the bytes that follow it.")
                   : LearnText::tr("A checksum is only as right as the bytes under it: some field below differs.");
    case Field::sequence:
        return LearnText::tr(
            "Each record gets the next sequence number of the database, one more than the last record's.");
    case Field::time:
        return LearnText::tr("The time is the number of milliseconds since 1970, given below the cells.");
    case Field::keySize:
    case Field::valueSize:
        return LearnText::tr("A size counts bytes of the key or value alone, without the header.");
    case Field::flags:
        return LearnText::tr("The only flag marks a tombstone. This record holds a value, so no bit is set.");
    case Field::key:
    case Field::value:
        return LearnText::tr("These bytes are the text itself, one byte a letter: a is 61, b is 62, and so on.");
    default:
        return {};
    }
}

QList<Feedback> checkHex(const Question& question, const Answer& answer, const StepEvidence& evidence) {
    const SandboxState& after = evidence.after;
    const RecordRef ref = after.appended();
    const SandboxRecord* record = after.record(ref);
    if (record == nullptr) {
        return {};
    }
    const SandboxFile& file = after.files[static_cast<std::size_t>(ref.file)];
    QList<Feedback> all;
    bool restIsRight = true;
    // Backwards, so that the checksum is judged knowing about the fields under it.
    for (auto span = record->fields.rbegin(); span != record->fields.rend(); ++span) {
        const QByteArray real = fieldBytes(file, *span);
        const QString name = fieldKey(span->field);
        QByteArray typed;
        const bool readable = parseHex(answer.value(name), &typed);
        Feedback feedback;
        feedback.question = question.id;
        feedback.part = name;
        feedback.correct = readable && typed == real;
        feedback.expected = hexText(real);
        feedback.given = answer.value(name).trimmed();
        feedback.reason = fieldMeaning(*span);
        if (!readable) {
            feedback.message = LearnText::tr("Two hex digits make a byte; one of them is missing.");
        } else if (!feedback.correct) {
            feedback.message = hexMessage({span->field, name, real.size(), {}}, typed, real, restIsRight);
        }
        restIsRight = restIsRight && feedback.correct;
        all.prepend(feedback);
    }
    return all;
}

QString hexTask(Field field, const SandboxRecord& model, const Operation& operation, Timestamp time) {
    switch (field) {
    case Field::checksum:
        return LearnText::tr("CRC-32C of all bytes that follow; the button computes it");
    case Field::sequence:
        return LearnText::tr("the record before has %1").arg(model.info.sequence.value);
    case Field::time: {
        const auto ms = static_cast<qulonglong>(time.time_since_epoch().count());
        return LearnText::tr("%1 ms since 1970; in hex %2")
            .arg(QString::number(ms), QString::number(ms, 16).toUpper().rightJustified(16, QLatin1Char('0')));
    }
    case Field::keySize:
        return LearnText::tr("bytes in the key");
    case Field::valueSize:
        return LearnText::tr("bytes in the value");
    case Field::flags:
        return LearnText::tr("1 marks a tombstone, 0 a value");
    case Field::key:
        return LearnText::tr("“%1” in ASCII").arg(bytesText(operation.key));
    case Field::value:
        return LearnText::tr("“%1” in ASCII").arg(bytesText(operation.value));
    default:
        return {};
    }
}

} // namespace

QString recordId(const SandboxFile& file, const SandboxRecord& record) {
    return QStringLiteral("%1@%2").arg(file.generation.value).arg(record.info.offset);
}

QMap<QString, QString> newestRecords(const SandboxState& state) {
    QMap<QString, std::pair<Sequence, QString>> newest;
    for (const SandboxFile& file : state.files) {
        for (const SandboxRecord& record : file.records) {
            const bool tombstone = record.info.kind == RecordKind::tombstone;
            if (file.kind != FileKind::data || (record.info.kind != RecordKind::put && !tombstone)) {
                continue;
            }
            auto& entry = newest[QString::fromLatin1(QByteArray::fromStdString(record.info.key).toHex())];
            if (entry.first < record.info.sequence) {
                entry = {record.info.sequence, tombstone ? QStringLiteral("none") : recordId(file, record)};
            }
        }
    }
    QMap<QString, QString> ids;
    for (auto it = newest.begin(); it != newest.end(); ++it) {
        ids.insert(it.key(), it.value().second);
    }
    return ids;
}

QList<HexPart> hexParts(const SandboxState& before, const Operation& operation, Timestamp time) {
    const SandboxRecord* model = nullptr;
    for (const SandboxFile& file : before.files) {
        for (const SandboxRecord& record : file.records) {
            model = file.kind == FileKind::data && record.info.kind == RecordKind::put ? &record : model;
        }
    }
    QList<HexPart> parts;
    if (model != nullptr) {
        for (const FieldSpan& span : model->fields) {
            const qsizetype bytes = span.field == Field::key     ? operation.key.size()
                                    : span.field == Field::value ? operation.value.size()
                                                                 : static_cast<qsizetype>(span.bytes);
            parts.append({span.field, fieldKey(span.field), bytes, hexTask(span.field, *model, operation, time)});
        }
    }
    return parts;
}

std::optional<QByteArray> typedChecksum(const QList<HexPart>& parts, const Answer& answer) {
    QByteArray covered;
    for (const HexPart& part : parts) {
        QByteArray bytes;
        if (part.field == Field::checksum) {
            continue;
        }
        if (!parseHex(answer.value(part.name), &bytes) || bytes.size() != part.bytes) {
            return std::nullopt;
        }
        covered += bytes;
    }
    const std::uint32_t crc = crc32c(covered);
    QByteArray bytes;
    for (int shift = 0; shift < 32; shift += 8) {
        bytes += static_cast<char>((crc >> shift) & 0xFF);
    }
    return bytes;
}

bool isAnswered(const Question& question, const Answer& answer, const SandboxState& before,
                const Operation& operation) {
    switch (question.kind) {
    case QuestionKind::number:
    case QuestionKind::choice:
        return answer.contains(QString()) &&
               (question.kind == QuestionKind::choice || !answer.value({}).trimmed().isEmpty());
    case QuestionKind::records: {
        const QMap<QString, QString> newest = newestRecords(before);
        return std::all_of(newest.keyBegin(), newest.keyEnd(),
                           [&](const QString& key) { return !answer.value(key).isEmpty(); });
    }
    case QuestionKind::hex: {
        const QList<HexPart> parts = hexParts(before, operation, {});
        return std::all_of(parts.begin(), parts.end(), [&](const HexPart& part) {
            return part.bytes == 0 || !answer.value(part.name).trimmed().isEmpty();
        });
    }
    }
    return false;
}

QList<Feedback> check(const Question& question, const Answer& answer, const StepEvidence& evidence) {
    switch (question.kind) {
    case QuestionKind::number:
    case QuestionKind::choice:
        return checkValue(question, answer, evidence);
    case QuestionKind::records:
        return checkRecords(question, answer, evidence);
    case QuestionKind::hex:
        return checkHex(question, answer, evidence);
    }
    return {};
}

QList<Feedback> check(const LessonStep& step, const Answers& answers, const StepEvidence& evidence) {
    QList<Feedback> all;
    for (const Question& question : step.questions) {
        all += check(question, answers.value(question.id), evidence);
    }
    return all;
}

} // namespace rustcask::ui
