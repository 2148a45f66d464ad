// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/result.h>
#include <rustcask/transfer/encoding.h>
#include <rustcask/transfer/streams.h>

namespace rustcask::transfer {

/// The forms in which keys and values leave and enter a database.
///
/// - `tsv`: one line a record, `key TAB value LF`.
/// - `csv`: RFC 4180, two fields a record, CRLF; LF alone is read, too.
/// - `jsonl`: one object a line, `{"key": …, "value": …}`. With `Encoding::text` a member is a string where the bytes
/// are
///   UTF-8 (JSON's own escapes, none of ours) and `{"base64": "…"}` otherwise; `{"hex": "…"}` is read, too. With `hex`
///   and `base64` each is a string in that encoding.
/// - `folder`: one file a record, see folder.h. Contents are the bytes themselves.
/// - `resp`: the commands of the Redis protocol, `SET key value` as arrays of bulk strings, for `redis-cli --pipe`;
///   `MSET` and the `SELECT 0` of append-only files are read, too. Keys and values are the bytes themselves.
///
/// In `csv` and `tsv` no cell is a formula to a spreadsheet: with `Encoding::text`, `=`, `+`, `-` and `@` (and their
/// fullwidth forms) at the beginning and behind a semicolon are escaped as `\xNN` as well; with `base64`, a text that
/// begins with `+` gets an apostrophe before it, which is taken off in reading. Writing and reading back gives the same
/// bytes, whatever they are.
enum class Format : std::uint8_t { jsonl, csv, tsv, folder, resp };

inline constexpr std::array allFormats{Format::jsonl, Format::csv, Format::tsv, Format::folder, Format::resp};

[[nodiscard]] std::string_view formatName(Format format) noexcept;
[[nodiscard]] std::optional<Format> formatFromName(std::string_view name) noexcept;
/// By the end of the name (".jsonl", ".ndjson", ".csv", ".tsv", ".resp", ".aof"); nullopt: no idea.
[[nodiscard]] std::optional<Format> formatOfFile(const std::filesystem::path& file);
/// Whether keys and values are written in an `Encoding`; not in `folder` and `resp`, which hold the bytes themselves.
[[nodiscard]] bool usesEncoding(Format format) noexcept;
/// Whether the first line can be a heading.
[[nodiscard]] bool usesHeader(Format format) noexcept;

/// Where records come from. Not thread-safe.
class RecordReader {
public:
    virtual ~RecordReader() = default;
    /// The next record, into `key` and `value`, whose capacity is reused; false: the end. Errors: those of the source;
    /// invalidArgument for a malformed record, naming source and line (of `resp` the command and its offset).
    [[nodiscard]] virtual Result<bool> next(std::string& key, std::string& value) = 0;
    /// After an invalidArgument: whether the next call of `next` goes on behind the malformed record.
    [[nodiscard]] virtual bool canContinue() const { return true; }
    /// Bytes of the source consumed so far, for progress.
    [[nodiscard]] virtual std::uint64_t bytesRead() const = 0;
};

/// Where records go. Not thread-safe.
class RecordWriter {
public:
    virtual ~RecordWriter() = default;
    /// Errors: those of the sink.
    [[nodiscard]] virtual Result<void> write(std::string_view key, std::string_view value) = 0;
    /// To be called once, after the last record.
    [[nodiscard]] virtual Result<void> finish() = 0;
};

struct TextOptions {
    Encoding encoding = Encoding::text;
    bool header = false; ///< csv and tsv: the first line is `key`, `value` and no record
};

/// Borrows `source`, which must outlive it. @pre format is not `folder`.
[[nodiscard]] std::unique_ptr<RecordReader> makeRecordReader(Format format, ByteSource& source, TextOptions options);
/// Borrows `sink`, which must outlive it. @pre format is not `folder`.
[[nodiscard]] std::unique_ptr<RecordWriter> makeRecordWriter(Format format, ByteSink& sink, TextOptions options);

} // namespace rustcask::transfer
