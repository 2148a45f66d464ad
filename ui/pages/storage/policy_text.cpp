// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/policy_text.h"

#include <QCryptographicHash>
#include <QJsonDocument>
#include <QJsonObject>

namespace rustcask::ui {
namespace {

// Doubles hold whole numbers up to 2^53 exactly: more bytes than any file has.
double number(std::uint64_t value) {
    return static_cast<double>(value);
}

std::uint64_t bytesIn(const QJsonObject& object, const char* name, std::uint64_t fallback) {
    const double value = object.value(QLatin1String(name)).toDouble(number(fallback));
    return value >= 0 && value < 9e15 ? static_cast<std::uint64_t>(value) : fallback;
}

} // namespace

QString policySettingName(const QString& directory) {
    // Directories hold characters that settings names may not.
    const QByteArray digest = QCryptographicHash::hash(directory.toUtf8(), QCryptographicHash::Sha1).toHex();
    return QStringLiteral("storage/policies/%1").arg(QString::fromLatin1(digest.left(16)));
}

QString policyText(const rustcask::MergePolicy& policy) {
    const QJsonObject object{{QStringLiteral("mode"), static_cast<int>(policy.mode)},
                             {QStringLiteral("deadFractionTrigger"), policy.deadFractionTrigger},
                             {QStringLiteral("deadBytesTrigger"), number(policy.deadBytesTrigger)},
                             {QStringLiteral("deadFractionThreshold"), policy.deadFractionThreshold},
                             {QStringLiteral("deadBytesThreshold"), number(policy.deadBytesThreshold)},
                             {QStringLiteral("smallFileThreshold"), number(policy.smallFileThreshold)},
                             {QStringLiteral("windowBeginHour"), policy.windowBeginHour},
                             {QStringLiteral("windowEndHour"), policy.windowEndHour},
                             {QStringLiteral("maxBytesPerSecond"), number(policy.maxBytesPerSecond)}};
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

std::optional<rustcask::MergePolicy> policyFromText(const QString& text) {
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
    if (!document.isObject()) {
        return std::nullopt;
    }
    const QJsonObject object = document.object();
    rustcask::MergePolicy policy;
    const int mode = object.value(QLatin1String("mode")).toInt(0);
    if (mode < 0 || mode > static_cast<int>(rustcask::MergeMode::everyRotation)) {
        return std::nullopt;
    }
    policy.mode = static_cast<rustcask::MergeMode>(mode);
    policy.deadFractionTrigger =
        object.value(QLatin1String("deadFractionTrigger")).toDouble(policy.deadFractionTrigger);
    policy.deadBytesTrigger = bytesIn(object, "deadBytesTrigger", policy.deadBytesTrigger);
    policy.deadFractionThreshold =
        object.value(QLatin1String("deadFractionThreshold")).toDouble(policy.deadFractionThreshold);
    policy.deadBytesThreshold = bytesIn(object, "deadBytesThreshold", policy.deadBytesThreshold);
    policy.smallFileThreshold = bytesIn(object, "smallFileThreshold", policy.smallFileThreshold);
    policy.windowBeginHour = object.value(QLatin1String("windowBeginHour")).toInt(policy.windowBeginHour);
    policy.windowEndHour = object.value(QLatin1String("windowEndHour")).toInt(policy.windowEndHour);
    policy.maxBytesPerSecond = bytesIn(object, "maxBytesPerSecond", policy.maxBytesPerSecond);
    return policy;
}

} // namespace rustcask::ui
