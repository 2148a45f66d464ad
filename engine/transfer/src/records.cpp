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
    case Format::resp:
        return "resp";
    }
    return "jsonl";
}

std::optional<Format> formatFromName(std::string_view name) noexcept {
    for (const Format format : allFormats) {
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
    if (extension == ".resp" || extension == ".aof")
        return Format::resp;
    return std::nullopt;
}

bool usesEncoding(Format format) noexcept {
    return format != Format::folder && format != Format::resp;
}

bool usesHeader(Format format) noexcept {
    return format == Format::csv || format == Format::tsv;
}

std::unique_ptr<RecordReader> makeRecordReader(Format format, ByteSource& source, TextOptions options) {
    if (format == Format::csv)
        return makeCsvReader(source, options);
    if (format == Format::resp)
        return makeRespReader(source);
    return format == Format::tsv ? makeTsvReader(source, options) : makeJsonLinesReader(source, options);
}

std::unique_ptr<RecordWriter> makeRecordWriter(Format format, ByteSink& sink, TextOptions options) {
    if (format == Format::csv)
        return makeCsvWriter(sink, options);
    if (format == Format::resp)
        return makeRespWriter(sink);
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

Result<void> decodeCell(const ByteSource& source, std::uint64_t line, std::string_view what, std::string_view text,
                        Encoding encoding, std::string& bytes) {
    if (encoding == Encoding::base64 && text.starts_with('\''))
        text.remove_prefix(1);
    return decodeField(source, line, what, text, encoding, bytes);
}

namespace {

/// Length of the character at the start of `bytes` with which spreadsheets begin a formula; 0: it is none.
std::size_t formulaSignBytes(std::string_view bytes) noexcept {
    if (bytes.empty())
        return 0;
    if (std::string_view("=+-@").find(bytes.front()) != std::string_view::npos)
        return 1;
    // U+FF1D, U+FF0B, U+FF0D, U+FF20: in East Asian settings they count as = + - @
    for (const std::string_view wide : {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"}) {
        if (bytes.starts_with(wide))
            return wide.size();
    }
    return 0;
}

} // namespace

void appendCell(std::string& out, std::string_view bytes, Encoding encoding) {
    if (encoding != Encoding::text) {
        const std::size_t begin = out.size();
        appendEncoded(out, bytes, encoding);
        if (out.size() > begin && out[begin] == '+')
            out.insert(begin, 1, '\'');
        return;
    }
    // Where the list separator is a semicolon, what follows one begins a cell of its own.
    while (true) {
        std::size_t blank = 0;
        while (blank < bytes.size() && (bytes[blank] == ' ' || bytes[blank] == '"'))
            ++blank;
        appendEncoded(out, bytes.substr(0, blank), encoding);
        bytes.remove_prefix(blank);
        for (std::size_t sign = formulaSignBytes(bytes); sign > 0; --sign) {
            appendHexEscape(out, bytes.front());
            bytes.remove_prefix(1);
        }
        const std::size_t semicolon = bytes.find(';');
        if (semicolon == std::string_view::npos)
            break;
        appendEncoded(out, bytes.substr(0, semicolon + 1), encoding);
        bytes.remove_prefix(semicolon + 1);
    }
    appendEncoded(out, bytes, encoding);
}

} // namespace rustcask::transfer
