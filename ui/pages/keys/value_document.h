// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QByteArray>
#include <QString>

#include <rustcask/database.h>
#include <rustcask/value_reader.h>

#include "values/content.h"

namespace rustcask::ui {

/// Values up to this size are read whole; larger ones in pages, as they are looked at.
inline constexpr quint64 maxWholeBytes = quint64{8} << 20;
/// What is read of a larger value at once, and a page of its text.
inline constexpr qsizetype textPageBytes = qsizetype{64} << 10;
/// The most that is edited as one text, and the most that becomes one without being asked: laying out more would be
/// felt.
inline constexpr qsizetype maxTextBytes = qsizetype{1} << 20;
inline constexpr qsizetype maxUnaskedTextBytes = qsizetype{256} << 10;
/// A line longer than this holds up a text editor.
inline constexpr qsizetype maxLineBytes = qsizetype{64} << 10;

struct PreparedValue;

/// A value as it is stored.
struct ValueDocument {
    QByteArray key{};
    rustcask::KeyInfo info{};
    QByteArray bytes{};                                    ///< all of it; of a paged one the beginning
    quint64 size = 0;                                      ///< of all of it
    std::shared_ptr<const rustcask::ValueReader> reader{}; ///< of a paged one
    std::shared_ptr<const PreparedValue> prepared{};       ///< ready to be shown, where that was asked for
    [[nodiscard]] bool isPaged() const { return reader != nullptr; }
};

/// A value that is held in memory.
[[nodiscard]] ValueDocument makeDocument(const QByteArray& key, const QByteArray& bytes, const rustcask::KeyInfo& info);
/// The value of a key for looking at, prepared; nullopt: it is absent. Whole ones were checked against their checksum.
/// Errors: ioError, corruption, cancelled.
[[nodiscard]] rustcask::Result<std::optional<ValueDocument>> openDocument(const rustcask::Database& database,
                                                                          const QByteArray& key,
                                                                          const struct PrepareRequest& request,
                                                                          rustcask::Progress& progress);
/// The same with all of its bytes, however many, to be stored elsewhere.
[[nodiscard]] rustcask::Result<std::optional<ValueDocument>> readDocument(const rustcask::Database& database,
                                                                          const QByteArray& key);
/// One version of a key.
[[nodiscard]] rustcask::Result<ValueDocument> openVersionDocument(const QString& directory, const QByteArray& key,
                                                                  const rustcask::Version& version);
/// Reads any part of a document, on any thread.
[[nodiscard]] ByteReader readerOf(const ValueDocument& document);
/// All bytes of a document, at most `maxBytes`. Errors: ioError, corruption, cancelled; noSpace beyond the limit.
[[nodiscard]] rustcask::Result<QByteArray> allBytes(const ValueDocument& document, quint64 maxBytes,
                                                    rustcask::Progress& progress);
/// Writes a document to a file: under another name first, then renamed. Errors: ioError, corruption, cancelled.
[[nodiscard]] rustcask::Result<quint64> writeDocument(const ValueDocument& document, const QString& path,
                                                      rustcask::Progress& progress);

/// How the user wants values to be shown; what is not set is found by looking at the value.
struct ViewChoice {
    std::optional<int> tab{};
    std::optional<Packing> packing{};
    std::optional<TextEncoding> encoding{};
    std::optional<TreeFormat> treeFormat{};
    QString command{}; ///< name of an external decoder
    friend bool operator==(const ViewChoice&, const ViewChoice&) = default;
};

struct PrepareRequest {
    ViewChoice choice{};
    bool parseAll = false; ///< parse and lay out whatever the size
    bool oneText = false;  ///< a text editor in spite of its size or long lines, up to `maxTextBytes`
    qint64 maxUnpacked = maxUnpackedBytes;
};

/// A value made ready to be shown: on a worker, for it takes time in proportion to the value.
struct PreparedValue {
    Packing packing = Packing::none; ///< taken off
    QByteArray bytes{};              ///< what is shown; of a paged value the beginning
    bool whole = true;
    quint64 size = 0;       ///< of all that could be shown
    bool unpackCut = false; ///< more would come out of it
    QString unpackProblem{};
    Content content{};
    TextEncoding encoding = TextEncoding::utf8;
    std::optional<EditableText> text{}; ///< of what can be edited as one text
    QString whyNotText{};               ///< a sentence, when it is not there
    std::optional<QString> json{};      ///< laid out
    QString whyNotJson{};
    std::optional<quint64> jsonErrorAt{};
    std::shared_ptr<const ValueTree> tree{};
    QString whyNoTree{};
    bool parseOffered = false; ///< too large to be parsed without being asked
};

/// Errors: ioError, corruption, cancelled.
[[nodiscard]] rustcask::Result<PreparedValue> prepareValue(const ValueDocument& document, const PrepareRequest& request,
                                                           rustcask::Progress& progress);
/// JSON laid out, or the sentence that says why not.
struct JsonProblem {
    quint64 offset = 0;
    QString sentence{};
};
[[nodiscard]] tl::expected<QString, JsonProblem> formattedJson(const QByteArray& bytes);

/// What somebody has typed and not saved.
struct Draft {
    QByteArray key{};
    QByteArray bytes{};                       ///< to be stored
    QString typed{};                          ///< text that stands for no bytes yet: kept as typed
    TextForm form{};                          ///< of that
    std::optional<rustcask::Sequence> base{}; ///< record that the typing began from; nullopt: the key was absent
    int tab = 0;                              ///< where the editor was
};

} // namespace rustcask::ui
