// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QByteArray>
#include <QString>

#include "values/decompress.h"
#include "values/text_form.h"
#include "values/value_tree.h"

/// What a value holds, found by looking at it. Pure functions; safe on any thread.
namespace rustcask::ui {

enum class ImageFormat { none, png, jpeg, gif, bmp, webp, ico, tiff, ppm };
[[nodiscard]] ImageFormat detectImage(QByteArrayView head);
[[nodiscard]] QString imageFormatName(ImageFormat format);
/// As QImageReader is told: "png".
[[nodiscard]] QByteArray imageFormatId(ImageFormat format);

enum class ContentKind { empty, text, json, tree, image, binary };

/// What `bytes` are once unpacked.
struct Content {
    ContentKind kind = ContentKind::empty;
    std::optional<TextEncoding> encoding{}; ///< of text and JSON; nullopt: no text
    std::optional<TreeFormat> treeFormat{}; ///< of JSON and of what is taken for MessagePack or CBOR
    ImageFormat image = ImageFormat::none;
    /// "JSON", "MessagePack", "PNG image", "text, UTF-16 LE", "binary".
    [[nodiscard]] QString name() const;
};

/// Nothing larger is parsed without being asked for, in bytes.
inline constexpr qint64 maxParsedBytes = qint64{256} << 10;

/// Looks at all of `bytes`; `whole` false: they are the beginning of more, and only what a beginning shows is found.
/// JSON, MessagePack and CBOR are recognised in whole values of at most `maxParsedBytes`.
[[nodiscard]] Content detectContent(const QByteArray& bytes, bool whole, rustcask::Progress& progress);

} // namespace rustcask::ui
