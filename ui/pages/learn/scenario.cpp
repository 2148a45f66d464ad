// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/scenario.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringDecoder>

#include <array>
#include <cmath>

#include "pages/learn/text.h"

namespace rustcask::ui {

namespace {

constexpr std::array operationNames{"put", "get", "delete", "rotate", "sync", "reopen"};
constexpr std::array strategyNames{"mapped", "keepOpen", "openPerRead"};
constexpr int scenarioVersion = 1;

/// A byte string as JSON: text where that is lossless, else an object with the bytes in hex.
QJsonValue bytesToJson(const QByteArray& bytes) {
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    if (!decoder.hasError() && text.toUtf8() == bytes) {
        return text;
    }
    return QJsonObject{{QStringLiteral("hex"), QString::fromLatin1(bytes.toHex())}};
}

std::optional<QByteArray> bytesFromJson(const QJsonValue& value) {
    if (value.isString()) {
        return value.toString().toUtf8();
    }
    const QJsonValue hex = value.toObject().value(QStringLiteral("hex"));
    if (!hex.isString()) {
        return std::nullopt;
    }
    const QByteArray digits = hex.toString().toLatin1().toLower();
    QByteArray bytes = QByteArray::fromHex(digits);
    // fromHex skips what is no hex digit; what does not survive the way back was never hex.
    return bytes.toHex() == digits ? std::optional(bytes) : std::nullopt;
}

bool takesKey(OperationKind kind) {
    return kind == OperationKind::put || kind == OperationKind::get || kind == OperationKind::remove;
}

/// An integer that a double carries exactly; nullopt for anything else.
std::optional<std::int64_t> integerFromJson(const QJsonValue& value) {
    const double number = value.toDouble(std::nan(""));
    if (!(std::abs(number) <= 9.0e15) || number != std::floor(number)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
}

std::optional<ReadStrategy> strategyFromName(const QString& name) {
    for (std::size_t i = 0; i < strategyNames.size(); ++i) {
        if (name == QLatin1String(strategyNames[i])) {
            return static_cast<ReadStrategy>(i);
        }
    }
    return std::nullopt;
}

std::optional<Operation> operationFromObject(const QJsonObject& object, QString* problem) {
    const QString name = object.value(QStringLiteral("op")).toString();
    Operation operation;
    bool known = false;
    for (std::size_t i = 0; i < operationNames.size(); ++i) {
        if (name == QLatin1String(operationNames[i])) {
            operation.kind = static_cast<OperationKind>(i);
            known = true;
        }
    }
    if (!known) {
        *problem = LearnText::tr("“%1” is no operation; put, get, delete, rotate, sync and reopen are.").arg(name);
        return std::nullopt;
    }
    if (takesKey(operation.kind)) {
        const auto key = bytesFromJson(object.value(QStringLiteral("key")));
        if (!key) {
            *problem = LearnText::tr("The key is neither a text nor {\"hex\": …}.");
            return std::nullopt;
        }
        operation.key = *key;
    }
    if (operation.kind == OperationKind::put) {
        const auto value = bytesFromJson(object.value(QStringLiteral("value")));
        if (!value) {
            *problem = LearnText::tr("The value is neither a text nor {\"hex\": …}.");
            return std::nullopt;
        }
        operation.value = *value;
    }
    if (operation.kind == OperationKind::reopen) {
        const auto strategy = strategyFromName(object.value(QStringLiteral("readStrategy")).toString());
        if (!strategy) {
            *problem = LearnText::tr("The read strategy is none of mapped, keepOpen and openPerRead.");
            return std::nullopt;
        }
        operation.readStrategy = *strategy;
    }
    *problem = operationProblem(operation);
    return problem->isEmpty() ? std::optional(operation) : std::nullopt;
}

bool optionsFromObject(const QJsonObject& object, ScenarioOptions* options, QString* problem) {
    if (const QJsonValue bytes = object.value(QStringLiteral("maxFileBytes")); !bytes.isUndefined()) {
        const auto number = integerFromJson(bytes);
        if (!number || *number < 64 || *number > (std::int64_t{1} << 40)) {
            *problem = LearnText::tr("maxFileBytes is not a whole number from 64 to 1099511627776.");
            return false;
        }
        options->maxFileBytes = static_cast<std::uint64_t>(*number);
    }
    if (const QJsonValue sync = object.value(QStringLiteral("sync")); !sync.isUndefined()) {
        if (sync.toString() == QLatin1String("everyWrite")) {
            options->sync = SyncMode::everyWrite;
        } else if (sync.toString() != QLatin1String("none")) {
            *problem = LearnText::tr("sync is neither “none” nor “everyWrite”.");
            return false;
        }
    }
    if (const QJsonValue name = object.value(QStringLiteral("readStrategy")); !name.isUndefined()) {
        const auto strategy = strategyFromName(name.toString());
        if (!strategy) {
            *problem = LearnText::tr("The read strategy is none of mapped, keepOpen and openPerRead.");
            return false;
        }
        options->readStrategy = *strategy;
    }
    return true;
}

} // namespace

Timestamp Scenario::timeOf(qsizetype operation) const {
    return Timestamp(std::chrono::milliseconds(clockStartMs + operation * clockStepMs));
}

QString operationName(OperationKind kind) {
    return QString::fromLatin1(operationNames[static_cast<std::size_t>(kind)]);
}

QString readStrategyName(ReadStrategy strategy) {
    return QString::fromLatin1(strategyNames[static_cast<std::size_t>(strategy)]);
}

QString operationText(const Operation& operation) {
    const QString name = operationName(operation.kind);
    switch (operation.kind) {
    case OperationKind::put:
        return operation.value.isEmpty()
                   ? LearnText::tr("put %1 = (empty)").arg(bytesText(operation.key))
                   : QStringLiteral("put %1 = %2").arg(bytesText(operation.key), bytesText(operation.value));
    case OperationKind::get:
    case OperationKind::remove:
        return QStringLiteral("%1 %2").arg(name, bytesText(operation.key));
    case OperationKind::reopen:
        return operation.readStrategy == ReadStrategy::openPerRead ? LearnText::tr("reopen, open per read")
               : operation.readStrategy == ReadStrategy::mapped    ? LearnText::tr("reopen, map files")
                                                                   : LearnText::tr("reopen, keep files open");
    case OperationKind::rotate:
    case OperationKind::sync:
        break;
    }
    return name;
}

QString operationProblem(const Operation& operation) {
    if (takesKey(operation.kind) && operation.key.isEmpty()) {
        return LearnText::tr("A key has at least one byte.");
    }
    if (operation.key.size() > static_cast<qsizetype>(maxKeyBytes)) {
        return LearnText::tr("A key has at most 65,535 bytes.");
    }
    if (operation.value.size() > Scenario::maxValueBytesInSandbox) {
        return LearnText::tr("In the sandbox a value has at most 64 KiB, so that every byte can be shown.");
    }
    return {};
}

QByteArray scenarioToJson(const Scenario& scenario) {
    QJsonArray operations;
    for (const Operation& operation : scenario.operations) {
        QJsonObject object{{QStringLiteral("op"), operationName(operation.kind)}};
        if (takesKey(operation.kind)) {
            object.insert(QStringLiteral("key"), bytesToJson(operation.key));
        }
        if (operation.kind == OperationKind::put) {
            object.insert(QStringLiteral("value"), bytesToJson(operation.value));
        }
        if (operation.kind == OperationKind::reopen) {
            object.insert(QStringLiteral("readStrategy"), readStrategyName(operation.readStrategy));
        }
        operations.append(object);
    }
    const bool synced = scenario.options.sync == SyncMode::everyWrite;
    const QJsonObject options{{QStringLiteral("maxFileBytes"), static_cast<qint64>(scenario.options.maxFileBytes)},
                              {QStringLiteral("sync"), synced ? QStringLiteral("everyWrite") : QStringLiteral("none")},
                              {QStringLiteral("readStrategy"), readStrategyName(scenario.options.readStrategy)}};
    const QJsonObject root{{QStringLiteral("scenario"), scenarioVersion},
                           {QStringLiteral("title"), scenario.title},
                           {QStringLiteral("clockStartMs"), static_cast<qint64>(scenario.clockStartMs)},
                           {QStringLiteral("clockStepMs"), static_cast<qint64>(scenario.clockStepMs)},
                           {QStringLiteral("options"), options},
                           {QStringLiteral("operations"), operations}};
    return QJsonDocument(root).toJson(QJsonDocument::Indented);
}

std::optional<Scenario> scenarioFromObject(const QJsonObject& object, QString* problem) {
    if (object.value(QStringLiteral("scenario")).toInt() != scenarioVersion) {
        *problem = LearnText::tr("This is no scenario of version %1.").arg(scenarioVersion);
        return std::nullopt;
    }
    Scenario scenario;
    scenario.title = object.value(QStringLiteral("title")).toString();
    const auto readClock = [&](const QString& name, std::int64_t* target) {
        const QJsonValue value = object.value(name);
        if (value.isUndefined()) {
            return true;
        }
        // Wide enough for every date until the year 5138, and small enough that a thousand steps cannot overflow.
        const auto number = integerFromJson(value);
        if (!number || *number < 0 || *number > 100'000'000'000'000) {
            *problem = LearnText::tr("%1 is no time in milliseconds.").arg(name);
            return false;
        }
        *target = *number;
        return true;
    };
    if (!readClock(QStringLiteral("clockStartMs"), &scenario.clockStartMs) ||
        !readClock(QStringLiteral("clockStepMs"), &scenario.clockStepMs) ||
        !optionsFromObject(object.value(QStringLiteral("options")).toObject(), &scenario.options, problem)) {
        return std::nullopt;
    }
    const QJsonArray operations = object.value(QStringLiteral("operations")).toArray();
    if (operations.size() > Scenario::maxOperations) {
        *problem = LearnText::tr("A scenario has at most %1 operations; this one has %2.")
                       .arg(Scenario::maxOperations)
                       .arg(operations.size());
        return std::nullopt;
    }
    for (qsizetype i = 0; i < operations.size(); ++i) {
        QString why;
        const auto operation = operationFromObject(operations.at(i).toObject(), &why);
        if (!operation) {
            *problem = LearnText::tr("Operation %1: %2").arg(i + 1).arg(why);
            return std::nullopt;
        }
        scenario.operations.append(*operation);
    }
    return scenario;
}

std::optional<Scenario> scenarioFromJson(const QByteArray& json, QString* problem) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError) {
        *problem = LearnText::tr("This is no JSON: %1, at byte %2.").arg(error.errorString()).arg(error.offset);
        return std::nullopt;
    }
    return scenarioFromObject(document.object(), problem);
}

} // namespace rustcask::ui
