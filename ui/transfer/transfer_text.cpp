// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/transfer_text.h"

#include <QComboBox>
#include <QCoreApplication>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

using rustcask::transfer::Encoding;
using rustcask::transfer::Format;

class TransferText {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::TransferText)
};

} // namespace

QString formatTitle(Format format) {
    switch (format) {
    case Format::jsonl:
        return TransferText::tr("JSON Lines");
    case Format::csv:
        return TransferText::tr("CSV");
    case Format::tsv:
        return TransferText::tr("TSV");
    case Format::folder:
        return TransferText::tr("Folder of files");
    case Format::resp:
        return TransferText::tr("Redis protocol");
    }
    return {};
}

QString formatSentence(Format format) {
    switch (format) {
    case Format::jsonl:
        return TransferText::tr("One JSON object a line, with \"key\" and \"value\": for scripts and most tools.");
    case Format::csv:
        return TransferText::tr("Two columns for spreadsheets. No cell is a formula to them, whatever it holds.");
    case Format::tsv:
        return TransferText::tr("One line a record, key and value with a tab between: for sort, cut and awk.");
    case Format::folder:
        return TransferText::tr("One file a record: the key is its path in the folder, the value its contents.");
    case Format::resp:
        return TransferText::tr(
            "SET commands as redis-cli --pipe loads them into Redis, Valkey or Kvrocks, clusters included.");
    }
    return {};
}

QString formatEnding(Format format) {
    return format == Format::folder
               ? QString()
               : QLatin1Char('.') + QString::fromStdString(std::string(rustcask::transfer::formatName(format)));
}

QString encodingTitle(Encoding encoding) {
    switch (encoding) {
    case Encoding::text:
        return TransferText::tr("Text, other bytes escaped");
    case Encoding::hex:
        return TransferText::tr("Hexadecimal");
    case Encoding::base64:
        return TransferText::tr("Base64");
    }
    return {};
}

void fillFormats(QComboBox* box) {
    for (const Format format : rustcask::transfer::allFormats) {
        box->addItem(formatTitle(format), static_cast<int>(format));
    }
}

void fillEncodings(QComboBox* box) {
    for (const Encoding encoding : {Encoding::text, Encoding::hex, Encoding::base64}) {
        box->addItem(encodingTitle(encoding), static_cast<int>(encoding));
    }
}

Format formatOf(const QComboBox* box) {
    return static_cast<Format>(box->currentData().toInt());
}

Encoding encodingOf(const QComboBox* box) {
    return static_cast<Encoding>(box->currentData().toInt());
}

void choose(QComboBox* box, Format format) {
    box->setCurrentIndex(box->findData(static_cast<int>(format)));
}

void choose(QComboBox* box, Encoding encoding) {
    box->setCurrentIndex(box->findData(static_cast<int>(encoding)));
}

QString noticeText(const rustcask::transfer::Notice& notice) {
    using Kind = rustcask::transfer::Notice::Kind;
    const QString path = displayKey(QByteArrayView(notice.path.data(), qsizetype(notice.path.size())), 200);
    switch (notice.kind) {
    case Kind::symbolicLink:
        return TransferText::tr("%1: a symbolic link, not followed and left out").arg(path);
    case Kind::specialFile:
        return TransferText::tr("%1: a device, socket or pipe, left out").arg(path);
    case Kind::emptyFolder:
        return TransferText::tr("%1: an empty folder, left out").arg(path);
    case Kind::escapedKey:
        return TransferText::tr("%1: no safe file name, written as %2; an import brings the key back")
            .arg(displayKey(QByteArrayView(notice.key.data(), qsizetype(notice.key.size())), 200), path);
    }
    return {};
}

QString importTally(const rustcask::transfer::TransferReport& report) {
    QString text = TransferText::tr("%1 imported (%2)").arg(formatRecords(report.records), formatBytes(report.bytes));
    if (report.replaced > 0) {
        text += TransferText::tr(", %1 of them over a value").arg(formatCount(report.replaced));
    }
    text += QLatin1Char('.');
    if (report.kept > 0) {
        text += QLatin1Char(' ') +
                TransferText::tr("%1 left out because their key has a value.").arg(formatCount(report.kept));
    }
    if (report.malformed > 0) {
        text += QLatin1Char(' ') + TransferText::tr("%1 left out as malformed.").arg(formatCount(report.malformed));
    }
    return text;
}

QString exportTally(const rustcask::transfer::TransferReport& report, const QString& absentText) {
    QString text = TransferText::tr("%1 exported (%2).").arg(formatRecords(report.records), formatBytes(report.bytes));
    if (report.absent > 0) {
        const QString why =
            absentText.isEmpty() ? TransferText::tr("%1 of the keys had been deleted meanwhile.") : absentText;
        text += QLatin1Char(' ') + why.arg(formatCount(report.absent));
    }
    return text;
}

QString prefixText(const QByteArray& prefix) {
    return QString::fromStdString(
        rustcask::transfer::encode(std::string_view(prefix.constData(), std::size_t(prefix.size())), Encoding::text));
}

rustcask::Result<std::string> prefixBytes(const QString& text) {
    return rustcask::transfer::decode(text.toStdString(), Encoding::text);
}

} // namespace rustcask::ui
