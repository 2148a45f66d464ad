// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/records.h>

#include <array>
#include <utility>

#include "text_formats.h"

namespace rustcask::transfer {

std::string_view formatName(Format format) noexcept {
    switch (format) {
    case Format::jsonl:
        return "jsonl";
    case Format::csv:
        return "csv";
    case Format::tsv:
        return "tsv";
    case Format::folder:
        return "folder";
    }
    return "jsonl";
}

std::optional<Format> formatFromName(std::string_view name) noexcept {
    for (const Format format : {Format::jsonl, Format::csv, Format::tsv, Format::folder}) {
        if (formatName(format) == name)
            return format;
    }
    return std::nullopt;
}

std::optional<Format> formatOfFile(const std::filesystem::path& file) {
    const std::string extension = file.extension().string();
    if (extension == ".jsonl" || extension == ".ndjson")
        return Format::jsonl;
    if (extension == ".csv")
        return Format::csv;
    if (extension == ".tsv")
        return Format::tsv;
    return std::nullopt;
}

std::unique_ptr<RecordReader> makeRecordReader(Format format, ByteSource& source, TextOptions options) {
    if (format == Format::csv)
        return makeCsvReader(source, options);
    return format == Format::tsv ? makeTsvReader(source, options) : makeJsonLinesReader(source, options);
}

std::unique_ptr<RecordWriter> makeRecordWriter(Format format, ByteSink& sink, TextOptions options) {
    if (format == Format::csv)
        return makeCsvWriter(sink, options);
    return format == Format::tsv ? makeTsvWriter(sink, options) : makeJsonLinesWriter(sink, options);
}

Error malformedLine(const ByteSource& source, std::uint64_t line, std::string detail, std::string advice) {
    return Error{.code = ErrorCode::invalidArgument,
                 .operation = "read the records",
                 .file = source.name(),
                 .detail = "line " + std::to_string(line) + ": " + std::move(detail),
                 .advice = std::move(advice)};
}

Result<void> decodeField(const ByteSource& source, std::uint64_t line, std::string_view what, std::string_view text,
                         Encoding encoding, std::string& bytes) {
    auto decoded = decode(text, encoding);
    if (!decoded)
        return failure(malformedLine(source, line, std::string(what) + ": " + decoded.error().detail,
                                     std::move(decoded.error().advice)));
    bytes = std::move(*decoded);
    return {};
}

void appendCell(std::string& out, std::string_view bytes, Encoding encoding) {
    const bool formula = encoding == Encoding::text && !bytes.empty() &&
                         std::string_view("=+-@").find(bytes.front()) != std::string_view::npos;
    if (formula) {
        appendHexEscape(out, bytes.front());
        bytes.remove_prefix(1);
    }
    appendEncoded(out, bytes, encoding);
}

} // namespace rustcask::transfer
