// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include "pages/learn/lesson.h"
#include "pages/learn/sandbox_state.h"

/// Checks answers against what the engine left in the files. Pure; nothing here knows the right answers beforehand.
namespace rustcask::ui {

/// The step that a question is about: the operation and the states on either side of it.
struct StepEvidence {
    const SandboxState& before;
    const SandboxState& after;
    const Operation& operation;
};

/// The verdict on one answer, or one part of it.
struct Feedback {
    QString question{}; ///< its id
    QString part{};     ///< of the answer; see `Answer`
    bool correct = false;
    QString expected{}; ///< what the files say, for people: "36 bytes"
    QString given{};    ///< what was answered, for people
    QString reason{};   ///< why it is so: "28 of header, 5 of key, 3 of value"
    QString message{};  ///< what to say to this very answer when it is wrong; may be empty
};

/// A figure or word taken from the evidence. Known names: recordBytes, keyBytes, valueBytes, headerBytes,
/// keyAndValueBytes (of the appended record, or of the record a get read), appendedBytes (0 when nothing was), offset,
/// end (length of the appended record's file), fileHeaderBytes, grown (all data files together), newFiles,
/// replacedBytes (the record that the operation made dead), deadBytes, keys, records, position ("end", "elsewhere"),
/// calls (names joined by commas), outcome ("done", "value", "empty", "absent", "failed"). Unknown: a null string.
[[nodiscard]] QString measure(const QString& name, const StepEvidence& evidence);

/// Why a measure is what it is, from the same files; may be empty.
[[nodiscard]] QString measureReason(const QString& name, const StepEvidence& evidence);

/// The record with the highest sequence number of each key, as a scan over all data files finds it: hex of the key to
/// "generation@offset", or "none" where it is a tombstone.
[[nodiscard]] QMap<QString, QString> newestRecords(const SandboxState& state);

/// "1@32" of a record.
[[nodiscard]] QString recordId(const SandboxFile& file, const SandboxRecord& record);

/// Whether every part that the question asks for has been filled in.
[[nodiscard]] bool isAnswered(const Question& question, const Answer& answer, const SandboxState& before,
                              const Operation& operation);

[[nodiscard]] QList<Feedback> check(const Question& question, const Answer& answer, const StepEvidence& evidence);
[[nodiscard]] QList<Feedback> check(const LessonStep& step, const Answers& answers, const StepEvidence& evidence);

/// A field that a hex question asks for: how many bytes it has and what has to be in it, in words.
struct HexPart {
    Field field = Field::checksum;
    QString name{};
    qsizetype bytes = 0;
    QString task{};
};

/// The fields to fill in. Their order and widths are those of the last record in `before`, which is the learner's
/// model; empty when there is none.
[[nodiscard]] QList<HexPart> hexParts(const SandboxState& before, const Operation& operation, Timestamp time);

/// CRC-32C of the bytes typed into every field but the checksum, as the four bytes the field takes; nullopt while one
/// of them is incomplete.
[[nodiscard]] std::optional<QByteArray> typedChecksum(const QList<HexPart>& parts, const Answer& answer);

} // namespace rustcask::ui
