// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <cstdint>
#include <optional>

#include <rustcask/options.h>
#include <rustcask/types.h>

class QJsonObject;

/// What a lesson or a learner's own play does to a sandbox: a value that can be saved, shared and run again to the same
/// bytes.
namespace rustcask::ui {

enum class OperationKind : std::uint8_t { put, get, remove, rotate, sync, reopen };

/// One operation. `key` is set for put, get and remove, `value` for put, `readStrategy` for reopen.
struct Operation {
    OperationKind kind = OperationKind::put;
    QByteArray key{};
    QByteArray value{};
    ReadStrategy readStrategy = ReadStrategy::keepOpen;

    friend bool operator==(const Operation&, const Operation&) = default;
};

/// The options a scenario may choose. Records are always written with `WritePath::direct`, because one call per record
/// is what the stage shows.
struct ScenarioOptions {
    std::uint64_t maxFileBytes = std::uint64_t{1} << 20; ///< 64 B to 1 TiB, as `Options::maxFileBytes`
    SyncMode sync = SyncMode::none;                      ///< `none` or `everyWrite`
    ReadStrategy readStrategy = ReadStrategy::keepOpen;

    friend bool operator==(const ScenarioOptions&, const ScenarioOptions&) = default;
};

/// A list of operations, the options they run under and the clock they see. Operation n (from 0) runs at
/// `clockStart + n * clockStep`, so that running a scenario again gives the same bytes.
struct Scenario {
    QString title{};
    QList<Operation> operations{};
    ScenarioOptions options{};
    std::int64_t clockStartMs = 1'767'258'060'000; ///< Unix time; 2026-01-01 09:01 UTC unless told otherwise
    std::int64_t clockStepMs = 1'000;

    [[nodiscard]] Timestamp timeOf(qsizetype operation) const;

    friend bool operator==(const Scenario&, const Scenario&) = default;

    /// The most operations a scenario file may hold, and the longest value in bytes: each state is kept in memory.
    static constexpr qsizetype maxOperations = 1'000;
    static constexpr qsizetype maxValueBytesInSandbox = 64 * 1024;
};

/// Short text of an operation for people: "put apple = red".
[[nodiscard]] QString operationText(const Operation& operation);
/// Stable lower-case name of an operation kind ("put").
[[nodiscard]] QString operationName(OperationKind kind);
[[nodiscard]] QString readStrategyName(ReadStrategy strategy);

[[nodiscard]] QByteArray scenarioToJson(const Scenario& scenario);
/// The scenario in `json`, or nullopt and one sentence in `*problem` that says what is wrong and where.
[[nodiscard]] std::optional<Scenario> scenarioFromJson(const QByteArray& json, QString* problem);
/// The same from an object that is part of a larger document, as in the lessons' files.
[[nodiscard]] std::optional<Scenario> scenarioFromObject(const QJsonObject& object, QString* problem);

/// What is wrong with an operation that somebody typed in; empty: nothing.
[[nodiscard]] QString operationProblem(const Operation& operation);

} // namespace rustcask::ui
