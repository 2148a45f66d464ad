// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_document.h"

#include <QCoreApplication>

#include "pages/keys/json_format.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ValueDocument", text);
}

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

} // namespace

tl::expected<QString, QString> formattedJson(const QByteArray& bytes) {
    if (bytes.size() > maxFormattedBytes) {
        return tl::unexpected(tr("Values above %1 are not laid out as JSON.").arg(formatBytes(maxFormattedBytes)));
    }
    auto formatted = formatJson(view(bytes));
    if (!formatted) {
        return tl::unexpected(
            tr("This value is no JSON: at byte %1, %2 was expected.")
                .arg(formatOffset(formatted.error().offset), QString::fromLatin1(formatted.error().expected)));
    }
    // Control characters and the like are escapes in JSON, or else must not steer the display.
    return textForReading(QByteArrayView(formatted->data(), static_cast<qsizetype>(formatted->size())));
}

ValueDocument describeValue(const QByteArray& key, const QByteArray& bytes, const rustcask::KeyInfo& info) {
    ValueDocument document;
    document.key = key;
    document.bytes = bytes;
    document.info = info;
    document.kind = detectKind(bytes);
    document.whyNotText = whyNotEditableAsText(bytes);
    if (document.whyNotText.isEmpty()) {
        document.text = QString::fromUtf8(bytes);
    }
    auto json = formattedJson(bytes);
    if (json) {
        document.json = std::move(*json);
    } else {
        document.whyNotJson = json.error();
    }
    return document;
}

rustcask::Result<std::optional<ValueDocument>> readDocument(const rustcask::Database& database, const QByteArray& key) {
    // Value and record must belong together: if the record changed in between, look again.
    for (int attempt = 0;; ++attempt) {
        const auto before = database.info(view(key));
        if (!before) {
            return rustcask::failure(before.error());
        }
        if (!*before) {
            return std::optional<ValueDocument>();
        }
        const auto value = database.get(view(key));
        if (!value) {
            return rustcask::failure(value.error());
        }
        const auto after = database.info(view(key));
        const bool same = after && *after && (*after)->sequence == (*before)->sequence;
        if (*value && (same || attempt == 10)) {
            const QByteArray bytes((*value)->data(), static_cast<qsizetype>((*value)->size()));
            return describeValue(key, bytes, **before);
        }
        if (!*value && attempt == 10) {
            return std::optional<ValueDocument>();
        }
    }
}

} // namespace rustcask::ui
