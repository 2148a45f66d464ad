// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/content.h"

#include <algorithm>

#include <QCoreApplication>

#include "values/json_scanner.h"

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Content", text);
}

bool isJson(const QByteArray& bytes, rustcask::Progress& progress) {
    const auto* const first = std::find_if(bytes.begin(), bytes.end(),
                                           [](char c) { return c != ' ' && c != '\n' && c != '\t' && c != '\r'; });
    // A lone number or string is as well text.
    if (first == bytes.end() || (*first != '{' && *first != '[')) {
        return false;
    }
    JsonScanner scanner(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    for (std::size_t tokens = 1;; ++tokens) {
        if (tokens % 65536 == 0 && progress.isCancelled()) {
            return false;
        }
        const auto token = scanner.next();
        if (!token || !*token) {
            return token.has_value();
        }
    }
}

/// Whether bytes are one whole value of a binary format, and one that says something: any byte below 128 is an integer.
bool isTree(const QByteArray& bytes, TreeFormat format, rustcask::Progress& progress) {
    const auto first = static_cast<unsigned char>(bytes.front());
    const bool container = format == TreeFormat::cbor
                               ? (first >= 0x80 && first <= 0xBF) || first == 0xD9 || first == 0xD8
                               : (first >= 0x80 && first <= 0x9F) || (first >= 0xDC && first <= 0xDF);
    if (!container || bytes.size() < 2) {
        return false;
    }
    const auto tree = parseTree(bytes, format, progress);
    return tree && tree->rest.isEmpty() && tree->nodes.size() > 1;
}

} // namespace

ImageFormat detectImage(QByteArrayView head) {
    if (head.startsWith("\x89PNG\r\n\x1a\n")) {
        return ImageFormat::png;
    }
    if (head.startsWith("\xFF\xD8\xFF")) {
        return ImageFormat::jpeg;
    }
    if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
        return ImageFormat::gif;
    }
    if (head.size() >= 26 && head.startsWith("BM") && head[14] >= 12 && head[15] == 0) {
        return ImageFormat::bmp;
    }
    if (head.size() >= 12 && head.startsWith("RIFF") && head.sliced(8).startsWith("WEBP")) {
        return ImageFormat::webp;
    }
    if (head.size() >= 22 && head.startsWith(QByteArrayView("\0\0\1\0", 4)) && head[4] != 0 && head[5] == 0 &&
        head[9] == 0) {
        return ImageFormat::ico;
    }
    if (head.startsWith(QByteArrayView("II*\0", 4)) || head.startsWith(QByteArrayView("MM\0*", 4))) {
        return ImageFormat::tiff;
    }
    if (head.size() >= 8 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' && (head[2] == '\n' || head[2] == ' ') &&
        ((head[3] >= '0' && head[3] <= '9') || head[3] == '#')) {
        return ImageFormat::ppm;
    }
    return ImageFormat::none;
}

QString imageFormatName(ImageFormat format) {
    switch (format) {
    case ImageFormat::none:
        return {};
    case ImageFormat::png:
        return QStringLiteral("PNG");
    case ImageFormat::jpeg:
        return QStringLiteral("JPEG");
    case ImageFormat::gif:
        return QStringLiteral("GIF");
    case ImageFormat::bmp:
        return QStringLiteral("BMP");
    case ImageFormat::webp:
        return QStringLiteral("WebP");
    case ImageFormat::ico:
        return QStringLiteral("ICO");
    case ImageFormat::tiff:
        return QStringLiteral("TIFF");
    case ImageFormat::ppm:
        return QStringLiteral("PNM");
    }
    return {};
}

QByteArray imageFormatId(ImageFormat format) {
    return format == ImageFormat::ppm ? QByteArrayLiteral("ppm") : imageFormatName(format).toLower().toLatin1();
}

QString Content::name() const {
    switch (kind) {
    case ContentKind::empty:
        return tr("empty");
    case ContentKind::json:
        return QStringLiteral("JSON");
    case ContentKind::text:
        return encoding == TextEncoding::utf8 ? tr("text")
                                              : tr("text, %1").arg(encodingName(encoding.value_or(TextEncoding::utf8)));
    case ContentKind::tree:
        return treeFormatName(treeFormat.value_or(TreeFormat::json));
    case ContentKind::image:
        return tr("%1 image").arg(imageFormatName(image));
    case ContentKind::binary:
        return tr("binary");
    }
    return {};
}

Content detectContent(const QByteArray& bytes, bool whole, rustcask::Progress& progress) {
    Content content;
    if (bytes.isEmpty()) {
        return content;
    }
    content.image = detectImage(bytes);
    if (content.image != ImageFormat::none) {
        content.kind = ContentKind::image;
        return content;
    }
    content.encoding = detectEncoding(bytes);
    const bool small = whole && bytes.size() <= maxParsedBytes;
    // Windows-1252 is a guess that most bytes fit; a whole value of a binary format is none.
    if (!content.encoding || content.encoding == TextEncoding::windows1252) {
        for (const TreeFormat format : {TreeFormat::messagePack, TreeFormat::cbor}) {
            if (small && isTree(bytes, format, progress)) {
                content.kind = ContentKind::tree;
                content.treeFormat = format;
                content.encoding.reset();
                return content;
            }
        }
    }
    if (!content.encoding) {
        content.kind = ContentKind::binary;
        return content;
    }
    const bool json = small && content.encoding == TextEncoding::utf8 && isJson(bytes, progress);
    content.kind = json ? ContentKind::json : ContentKind::text;
    if (json) {
        content.treeFormat = TreeFormat::json;
    }
    return content;
}

} // namespace rustcask::ui
