// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <QCoreApplication>
#include <QLocale>

namespace rustcask::ui {

namespace {

class Text {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::Text)
};

const QLocale& figures() {
    static const QLocale locale = [] {
        QLocale english(QLocale::English, QLocale::UnitedStates);
        english.setNumberOptions(QLocale::DefaultNumberOptions);
        return english;
    }();
    return locale;
}

/// Three significant digits below a hundred, none of them after the point above it.
QString shortNumber(double value) {
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    QString text = figures().toString(value, 'f', decimals);
    if (decimals > 0) {
        while (text.endsWith(QLatin1Char('0'))) {
            text.chop(1);
        }
        if (text.endsWith(QLatin1Char('.'))) {
            text.chop(1);
        }
    }
    return text;
}

QDateTime toQt(Timestamp time) {
    return QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count());
}

void appendEscaped(QString& text, char byte) {
    static constexpr char digits[] = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    text += QLatin1String("\\x");
    text += QLatin1Char(digits[value >> 4]);
    text += QLatin1Char(digits[value & 15]);
}

/// Length of the well-formed UTF-8 sequence at `at`, and its code point; 0 when there is none.
int decodeUtf8(QByteArrayView bytes, qsizetype at, char32_t& codePoint) {
    const auto byte = [&](qsizetype i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = byte(at);
    const int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > bytes.size()) {
        return 0;
    }
    if (length == 1) {
        codePoint = lead;
        return 1;
    }
    char32_t value = lead & (0x7Fu >> length);
    for (int i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            return 0;
        }
        value = (value << 6) | (byte(at + i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    codePoint = value;
    return length;
}

bool isPlainlyVisible(char32_t c) {
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // zero-width and bidirectional controls
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    case QChar::Separator_Space:
        return c == U' ';
    default:
        break;
    }
    // Default-ignorable code points outside the format category: fillers and variation selectors draw nothing.
    return !(c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || (c >= 0xFE00 && c <= 0xFE0F) ||
             (c >= 0xE0100 && c <= 0xE01EF) || c == 0xFFFD);
}

bool isMark(char32_t c) {
    const auto category = QChar::category(c);
    return category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing;
}

QString displayUtf8(QByteArrayView key, bool escapeMarks) {
    QString text;
    text.reserve(key.size());
    for (qsizetype at = 0; at < key.size();) {
        char32_t c = 0;
        const int length = decodeUtf8(key, at, c);
        if (length == 0) {
            appendEscaped(text, key[at]);
            ++at;
            continue;
        }
        if (c == U'\\') {
            text += QLatin1String("\\\\");
        } else if (!isPlainlyVisible(c) || (isMark(c) && (escapeMarks || text.isEmpty()))) {
            for (int i = 0; i < length; ++i) {
                appendEscaped(text, key[at + i]);
            }
        } else {
            text += QStringView(QChar::fromUcs4(c));
        }
        at += length;
    }
    return text;
}

} // namespace

QString formatCount(quint64 count) {
    return figures().toString(static_cast<qulonglong>(count));
}

QString formatKeys(quint64 count) {
    return count == 1 ? Text::tr("1 key") : Text::tr("%1 keys").arg(formatCount(count));
}

QString formatRecords(quint64 count) {
    return count == 1 ? Text::tr("1 record") : Text::tr("%1 records").arg(formatCount(count));
}

QString formatFiles(quint64 count) {
    return count == 1 ? Text::tr("1 file") : Text::tr("%1 files").arg(formatCount(count));
}

QString formatBytesExactly(quint64 bytes) {
    return formatCount(bytes) + QStringLiteral(" B");
}

QString formatBytes(quint64 bytes) {
    if (bytes < 1024) {
        return formatBytesExactly(bytes);
    }
    static constexpr std::array units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(bytes) / 1024.0;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1024.0;
        ++unit;
    }
    const int decimals = value < 99.95 ? 1 : 0;
    return figures().toString(value, 'f', decimals) + QLatin1Char(' ') + QLatin1String(units[unit]);
}

QString formatRate(double bytesPerSecond) {
    const double sane = std::isfinite(bytesPerSecond) && bytesPerSecond > 0 ? bytesPerSecond : 0;
    return Text::tr("%1/s").arg(formatBytes(static_cast<quint64>(std::min(sane, 1e18))));
}

QString formatPercent(double fraction) {
    if (!std::isfinite(fraction) || fraction <= 0) {
        return QStringLiteral("0 %");
    }
    if (fraction < 0.01) {
        return QStringLiteral("< 1 %");
    }
    if (fraction < 1 && fraction > 0.99) {
        return QStringLiteral("> 99 %");
    }
    return QString::number(std::lround(fraction * 100)) + QStringLiteral(" %");
}

QString formatDuration(qint64 nanoseconds) {
    const double ns = static_cast<double>(std::max<qint64>(nanoseconds, 0));
    if (ns < 1e3) {
        return QString::number(nanoseconds) + QStringLiteral(" ns");
    }
    if (ns < 999.5e3) {
        return shortNumber(ns / 1e3) + QStringLiteral(" µs");
    }
    if (ns < 999.5e6) {
        return shortNumber(ns / 1e6) + QStringLiteral(" ms");
    }
    if (ns < 60e9) {
        return shortNumber(ns / 1e9) + QStringLiteral(" s");
    }
    const auto seconds = static_cast<qint64>(std::llround(ns / 1e9));
    if (seconds < 3600) {
        return Text::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    }
    return Text::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds % 3600 / 60);
}

QString formatTime(Timestamp time) {
    return formatTime(time, QDateTime::currentDateTime());
}

QString formatTime(Timestamp time, const QDateTime& now) {
    const QDateTime local = toQt(time);
    const QString clock = local.toString(QStringLiteral("HH:mm:ss"));
    if (local.date() == now.date()) {
        return Text::tr("today %1").arg(clock);
    }
    if (local.date().addDays(1) == now.date()) {
        return Text::tr("yesterday %1").arg(clock);
    }
    return local.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString formatTimeExactly(Timestamp time) {
    return toQt(time).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
}

QString formatOffset(quint64 offset) {
    return formatCount(offset);
}

QString formatLocation(const RecordLocation& location) {
    return formatCount(location.generation.value) + QStringLiteral(" @ ") + formatOffset(location.offset);
}

QString displayKey(QByteArrayView key, qsizetype maxBytes) {
    QByteArrayView shown = key;
    if (maxBytes >= 0 && key.size() > maxBytes) {
        shown = key.first(maxBytes);
    }
    const bool plain =
        std::all_of(shown.begin(), shown.end(), [](char c) { return c >= ' ' && c < 0x7F && c != '\\'; });
    QString text = plain ? QString::fromLatin1(shown) : displayUtf8(shown, false);
    if (!plain && text.normalized(QString::NormalizationForm_C) != text) {
        text = displayUtf8(shown, true); // would render like its composed form, which is another key
    }
    if (shown.size() < key.size()) {
        text += Text::tr("… (+%1 bytes)").arg(formatCount(static_cast<quint64>(key.size() - shown.size())));
    }
    return text;
}

namespace {

QString causeText(const Error& error) {
    const QString detail = QString::fromStdString(error.detail);
    switch (error.code) {
    case ErrorCode::invalidArgument:
        return Text::tr("A value is outside its range: %1.").arg(detail);
    case ErrorCode::ioError:
        return Text::tr("The operating system refused it.");
    case ErrorCode::corruption:
        return Text::tr("The bytes on disk are not what was written.");
    case ErrorCode::locked:
        return error.holderPid
                   ? Text::tr("Another process (number %1) has the database open for writing.").arg(*error.holderPid)
                   : Text::tr("Another process has the database open for writing.");
    case ErrorCode::cancelled:
        return Text::tr("It was cancelled.");
    case ErrorCode::readOnly:
        return Text::tr("The database is open read-only.");
    case ErrorCode::noSpace:
        return Text::tr("The disk, or your share of it, is full.");
    case ErrorCode::notADatabase:
        return Text::tr("The directory holds no Rustcask database.");
    case ErrorCode::unsupported:
        return Text::tr("It was written in a way that this version does not know.");
    case ErrorCode::closed:
        return Text::tr("The database was closed meanwhile.");
    case ErrorCode::internal:
        return Text::tr("This is an error in the program itself.");
    }
    return {};
}

QString adviceText(const Error& error) {
    switch (error.code) {
    case ErrorCode::locked:
        return Text::tr("Open it read-only to look at it meanwhile, or end the other process.");
    case ErrorCode::readOnly:
        return Text::tr("Open it again for writing to change it.");
    case ErrorCode::noSpace:
        return Text::tr("Free some space and try again; nothing was changed.");
    case ErrorCode::corruption:
        return Text::tr("Run Verify on the Storage page to see what is damaged.");
    default:
        return QString::fromStdString(error.advice);
    }
}

} // namespace

QString errorTitle(const Error& error) {
    const QString operation = QString::fromStdString(error.operation);
    return operation.isEmpty() ? Text::tr("That did not work") : Text::tr("Could not %1").arg(operation);
}

QString errorText(const Error& error) {
    QStringList sentences{errorTitle(error) + QLatin1Char('.'), causeText(error)};
    if (error.code != ErrorCode::invalidArgument && !error.detail.empty()) {
        QString detail = QString::fromStdString(error.detail);
        detail[0] = detail[0].toUpper();
        sentences << (detail.endsWith(QLatin1Char('.')) ? detail : detail + QLatin1Char('.'));
    }
    if (error.systemError != 0) {
        sentences << Text::tr("System: %1.").arg(QString::fromLocal8Bit(std::strerror(error.systemError)));
    }
    if (!error.file.empty()) {
        const QString file = QString::fromStdString(error.file.string());
        sentences << (error.offset ? Text::tr("Place: %1, byte %2.").arg(file, formatOffset(*error.offset))
                                   : Text::tr("Place: %1.").arg(file));
    }
    if (const QString advice = adviceText(error); !advice.isEmpty()) {
        sentences << (advice.endsWith(QLatin1Char('.')) ? advice : advice + QLatin1Char('.'));
    }
    sentences.removeAll(QString());
    return sentences.join(QLatin1Char(' '));
}

} // namespace rustcask::ui
