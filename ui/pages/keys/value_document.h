// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QByteArray>
#include <QString>

#include <rustcask/database.h>

#include "pages/keys/value_text.h"

namespace rustcask::ui {

/// A value with everything that has to be found out about it before it can be shown: made on a worker.
struct ValueDocument {
    QByteArray key{};
    QByteArray bytes{};
    rustcask::KeyInfo info{};
    ValueKind kind = ValueKind::empty;
    QString whyNotText{};          ///< empty: it can be edited as text
    QString text{};                ///< when it can
    std::optional<QString> json{}; ///< laid out, when it is JSON of at most `maxFormattedBytes`
    QString whyNotJson{};          ///< a sentence, when `json` is not there
};

/// What `bytes` look like. Takes time proportional to them.
[[nodiscard]] ValueDocument describeValue(const QByteArray& key, const QByteArray& bytes,
                                          const rustcask::KeyInfo& info);
/// JSON laid out, or the sentence that says why not.
[[nodiscard]] tl::expected<QString, QString> formattedJson(const QByteArray& bytes);

/// Reads and describes the value of a key; nullopt: it is absent. Errors: ioError, corruption.
[[nodiscard]] rustcask::Result<std::optional<ValueDocument>> readDocument(const rustcask::Database& database,
                                                                          const QByteArray& key);

/// What somebody has typed and not saved.
struct Draft {
    QByteArray key{};
    QByteArray bytes{};                       ///< to be stored
    QString hex{};                            ///< of the hex editor, when it is no valid hex: kept as typed
    std::optional<rustcask::Sequence> base{}; ///< record that the typing began from; nullopt: the key was absent
    int tab = 0;                              ///< where the editor was
};

} // namespace rustcask::ui
