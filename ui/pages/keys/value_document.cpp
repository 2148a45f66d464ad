// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_document.h"

#include <algorithm>

#include <QCoreApplication>
#include <QSaveFile>

#include "pages/keys/json_format.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr qint64 pieceBytes = qint64{1} << 20;
constexpr quint64 maxParsedAnyway = quint64{512} << 20;

QString tr(const char* text) {
    return QCoreApplication::translate("ValueDocument", text);
}

/// The value and what is known of it belong to one record: the reader is opened on it.
rustcask::Result<std::optional<ValueDocument>> read(const rustcask::Database& database, const QByteArray& key,
                                                    quint64 maxBytes) {
    auto reader = database.openValue(bytesOf(key));
    if (!reader) {
        return rustcask::failure(reader.error());
    }
    if (*reader == nullptr) {
        return std::optional<ValueDocument>();
    }
    ValueDocument document;
    document.key = key;
    document.info = (*reader)->info();
    document.size = (*reader)->size();
    const bool whole = document.size <= maxBytes;
    document.bytes.resize(whole ? static_cast<qsizetype>(document.size) : textPageBytes);
    const auto got = (*reader)->read(0, document.bytes.data(), static_cast<std::size_t>(document.bytes.size()));
    if (!got) {
        return rustcask::failure(got.error());
    }
    document.bytes.truncate(static_cast<qsizetype>(*got));
    if (whole) {
        rustcask::Progress progress;
        if (auto sound = (*reader)->verify(progress); !sound) {
            return rustcask::failure(sound.error());
        }
    } else {
        document.reader = std::move(*reader);
    }
    return std::optional(std::move(document));
}

qsizetype longestLine(QByteArrayView bytes) {
    qsizetype longest = 0;
    qsizetype line = 0;
    for (const char c : bytes) {
        line = c == '\n' ? 0 : line + 1;
        longest = std::max(longest, line);
    }
    return longest;
}

void prepareText(PreparedValue& value, const PrepareRequest& request) {
    if (!value.whole || value.bytes.size() > maxTextBytes) {
        value.whyNotText = tr("Values above %1 are not edited as text.").arg(formatBytes(maxTextBytes));
    } else if (value.bytes.size() > maxUnaskedTextBytes && !request.oneText) {
        value.whyNotText = tr("It has more than %1.").arg(formatBytes(maxUnaskedTextBytes));
    } else if (value.bytes.size() > maxLineBytes && !request.oneText && longestLine(value.bytes) > maxLineBytes) {
        value.whyNotText = tr("It has a line above %1.").arg(formatBytes(maxLineBytes));
    } else {
        value.text = editableText(value.bytes, value.encoding);
    }
}

rustcask::Result<void> prepareTree(PreparedValue& value, const PrepareRequest& request, rustcask::Progress& progress) {
    if (value.bytes.isEmpty()) {
        value.whyNoTree = tr("The value is empty.");
        return {};
    }
    const auto format = request.choice.treeFormat ? request.choice.treeFormat : value.content.treeFormat;
    if (!format) {
        value.whyNoTree = value.content.encoding
                              ? tr("It is no JSON. Choose a format to decode it all the same.")
                              : tr("It is neither MessagePack nor CBOR. Choose a format to decode it all the same.");
        return {};
    }
    auto tree = parseTree(value.bytes, *format, progress);
    if (tree) {
        value.tree = std::make_shared<const ValueTree>(std::move(*tree));
    } else if (tree.error().code == rustcask::ErrorCode::corruption) {
        value.whyNoTree = tr("It is no %1: at byte %2, %3")
                              .arg(treeFormatName(*format), formatOffset(tree.error().offset.value_or(0)),
                                   QString::fromStdString(tree.error().detail));
    } else {
        return rustcask::failure(tree.error());
    }
    return {};
}

void prepareJson(PreparedValue& value) {
    if (value.tree && value.tree->format != TreeFormat::json) {
        value.whyNotJson = tr("It is %1: see the tree.").arg(treeFormatName(value.tree->format));
        return;
    }
    auto formatted = formattedJson(value.bytes);
    if (formatted) {
        value.json = std::move(*formatted);
    } else {
        value.whyNotJson = formatted.error().sentence;
        value.jsonErrorAt = formatted.error().offset;
    }
}

} // namespace

tl::expected<QString, JsonProblem> formattedJson(const QByteArray& bytes) {
    if (bytes.isEmpty()) {
        return tl::unexpected(JsonProblem{0, tr("The value is empty.")});
    }
    auto formatted = formatJson(bytesOf(bytes));
    if (!formatted) {
        const TextPlace place = placeOf(bytesOf(bytes), formatted.error().offset);
        return tl::unexpected(
            JsonProblem{formatted.error().offset, tr("This value is no JSON: in line %1, column %2, %3 was expected.")
                                                      .arg(formatCount(place.line), formatCount(place.column),
                                                           QString::fromLatin1(formatted.error().expected))});
    }
    // Control characters and the like are escapes in JSON, or else must not steer the display.
    return textForReading(QByteArrayView(formatted->data(), static_cast<qsizetype>(formatted->size())),
                          TextEncoding::utf8);
}

ValueDocument makeDocument(const QByteArray& key, const QByteArray& bytes, const rustcask::KeyInfo& info) {
    ValueDocument document;
    document.key = key;
    document.info = info;
    document.bytes = bytes;
    document.size = static_cast<quint64>(bytes.size());
    return document;
}

rustcask::Result<std::optional<ValueDocument>> openDocument(const rustcask::Database& database, const QByteArray& key,
                                                            const PrepareRequest& request,
                                                            rustcask::Progress& progress) {
    auto document = read(database, key, maxWholeBytes);
    if (document && *document) {
        auto prepared = prepareValue(**document, request, progress);
        if (!prepared) {
            return rustcask::failure(prepared.error());
        }
        (*document)->prepared = std::make_shared<const PreparedValue>(std::move(*prepared));
    }
    return document;
}

rustcask::Result<std::optional<ValueDocument>> readDocument(const rustcask::Database& database, const QByteArray& key) {
    return read(database, key, rustcask::maxValueBytes);
}

rustcask::Result<ValueDocument> openVersionDocument(const QString& directory, const QByteArray& key,
                                                    const rustcask::Version& version) {
    rustcask::KeyInfo info;
    info.location = version.location;
    info.sequence = version.sequence;
    info.time = version.time;
    info.valueBytes = version.valueBytes;
    const std::filesystem::path path = directory.toStdString();
    if (version.valueBytes <= maxWholeBytes) {
        const auto value = rustcask::readVersion(path, version);
        if (!value) {
            return rustcask::failure(value.error());
        }
        return makeDocument(key, QByteArray(value->data(), static_cast<qsizetype>(value->size())), info);
    }
    auto reader = rustcask::openVersion(path, version);
    if (!reader) {
        return rustcask::failure(reader.error());
    }
    ValueDocument document;
    document.key = key;
    document.info = info;
    document.size = (*reader)->size();
    document.bytes.resize(textPageBytes);
    const auto got = (*reader)->read(0, document.bytes.data(), static_cast<std::size_t>(document.bytes.size()));
    if (!got) {
        return rustcask::failure(got.error());
    }
    document.bytes.truncate(static_cast<qsizetype>(*got));
    document.reader = std::move(*reader);
    return document;
}

ByteReader readerOf(const ValueDocument& document) {
    if (!document.isPaged()) {
        return readerOf(document.bytes);
    }
    return [reader = document.reader](quint64 offset, qint64 maxBytes) -> rustcask::Result<QByteArray> {
        const quint64 left = offset < reader->size() ? reader->size() - offset : 0;
        QByteArray bytes(static_cast<qsizetype>(std::min<quint64>(left, static_cast<quint64>(maxBytes))),
                         Qt::Uninitialized);
        const auto got = reader->read(offset, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (!got) {
            return rustcask::failure(got.error());
        }
        bytes.truncate(static_cast<qsizetype>(*got));
        return bytes;
    };
}

rustcask::Result<QByteArray> allBytes(const ValueDocument& document, quint64 maxBytes, rustcask::Progress& progress) {
    if (!document.isPaged()) {
        return document.bytes;
    }
    if (document.size > maxBytes) {
        rustcask::Error error;
        error.code = rustcask::ErrorCode::noSpace;
        error.operation = "read the value into memory";
        error.detail = tr("It has %1, more than the %2 that are held.")
                           .arg(formatBytes(document.size), formatBytes(maxBytes))
                           .toStdString();
        return rustcask::failure(std::move(error));
    }
    progress.setTotals(0, 0, document.size);
    QByteArray bytes(static_cast<qsizetype>(document.size), Qt::Uninitialized);
    for (quint64 done = 0; done < document.size;) {
        if (auto go = progress.checkpoint("read a value"); !go) {
            return rustcask::failure(go.error());
        }
        const auto got = document.reader->read(
            done, bytes.data() + done, static_cast<std::size_t>(std::min<quint64>(pieceBytes, document.size - done)));
        if (!got) {
            return rustcask::failure(got.error());
        }
        done += *got;
        progress.addBytes(*got);
    }
    return bytes;
}

rustcask::Result<quint64> writeDocument(const ValueDocument& document, const QString& path,
                                        rustcask::Progress& progress) {
    progress.setTotals(0, 0, document.size);
    const auto failed = [&](const QString& problem) {
        rustcask::Error error;
        error.code = rustcask::ErrorCode::ioError;
        error.operation = tr("write the file").toStdString();
        error.file = path.toStdString();
        error.detail = problem.toStdString();
        return rustcask::failure(std::move(error));
    };
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        return failed(file.errorString());
    }
    // What is written is what was stored, or nothing: the file takes its name only when the checksum matched.
    if (document.isPaged()) {
        rustcask::Progress checking;
        if (auto sound = document.reader->verify(checking); !sound) {
            return rustcask::failure(sound.error());
        }
    }
    const ByteReader reader = readerOf(document);
    for (quint64 done = 0; done < document.size;) {
        if (auto go = progress.checkpoint("write the file"); !go) {
            return rustcask::failure(go.error());
        }
        const auto piece = reader(done, pieceBytes);
        if (!piece) {
            return rustcask::failure(piece.error());
        }
        if (piece->isEmpty() || file.write(*piece) != piece->size()) {
            return failed(file.errorString());
        }
        done += static_cast<quint64>(piece->size());
        progress.addBytes(static_cast<std::uint64_t>(piece->size()));
    }
    if (!file.commit()) {
        return failed(file.errorString());
    }
    return document.size;
}

rustcask::Result<PreparedValue> prepareValue(const ValueDocument& document, const PrepareRequest& request,
                                             rustcask::Progress& progress) {
    PreparedValue value;
    value.packing = request.choice.packing.value_or(detectPacking(document.bytes));
    if (value.packing != Packing::none) {
        auto unpacked = unpack(readerOf(document), value.packing, request.maxUnpacked, progress);
        if (!unpacked) {
            return rustcask::failure(unpacked.error());
        }
        // zlib is guessed from two bytes, and a guess that gives nothing was wrong.
        if (!unpacked->problem.isEmpty() && unpacked->bytes.isEmpty() && !request.choice.packing) {
            value.packing = Packing::none;
        } else {
            value.bytes = unpacked->bytes;
            value.unpackCut = unpacked->cut;
            value.unpackProblem = unpacked->problem;
            value.size = static_cast<quint64>(value.bytes.size());
        }
    }
    if (value.packing == Packing::none) {
        value.bytes = document.bytes;
        value.size = document.size;
        value.whole = !document.isPaged();
        if (!value.whole && request.parseAll) {
            auto all = allBytes(document, maxParsedAnyway, progress);
            if (!all) {
                return rustcask::failure(all.error());
            }
            value.bytes = std::move(*all);
            value.whole = true;
        }
    }
    value.content = detectContent(value.bytes, value.whole && !value.unpackCut, progress);
    value.encoding = request.choice.encoding.value_or(value.content.encoding.value_or(TextEncoding::utf8));
    prepareText(value, request);
    if ((!value.whole || value.bytes.size() > maxParsedBytes) && !request.parseAll) {
        value.parseOffered = value.content.kind != ContentKind::image;
        value.whyNoTree = value.whyNotJson =
            tr("Values above %1 are not parsed without being asked.").arg(formatBytes(maxParsedBytes));
        return value;
    }
    if (request.parseAll && !value.content.treeFormat && !request.choice.treeFormat) {
        // Too large to have been looked at: JSON if it is text.
        value.content.treeFormat = value.content.encoding ? TreeFormat::json : TreeFormat::messagePack;
    }
    if (auto done = prepareTree(value, request, progress); !done) {
        return rustcask::failure(done.error());
    }
    if (value.bytes.size() <= 4 * maxParsedBytes) {
        prepareJson(value);
    } else {
        value.whyNotJson = value.tree ? tr("It is too large to be laid out as text: see the tree.") : value.whyNoTree;
    }
    return value;
}

} // namespace rustcask::ui
