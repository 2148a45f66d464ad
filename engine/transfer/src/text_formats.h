// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <rustcask/transfer/records.h>

/// The text formats behind `RecordReader` and `RecordWriter`, and what they share.
namespace rustcask::transfer {

[[nodiscard]] std::unique_ptr<RecordReader> makeCsvReader(ByteSource& source, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordWriter> makeCsvWriter(ByteSink& sink, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordReader> makeTsvReader(ByteSource& source, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordWriter> makeTsvWriter(ByteSink& sink, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordReader> makeJsonLinesReader(ByteSource& source, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordWriter> makeJsonLinesWriter(ByteSink& sink, TextOptions options);
[[nodiscard]] std::unique_ptr<RecordReader> makeRespReader(ByteSource& source);
[[nodiscard]] std::unique_ptr<RecordWriter> makeRespWriter(ByteSink& sink);

/// What starts some UTF-8 files and belongs to no record.
inline constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

[[nodiscard]] Error malformedLine(const ByteSource& source, std::uint64_t line, std::string detail,
                                  std::string advice = {});
/// Decodes one field into `bytes`; an error names source, line and `what`.
[[nodiscard]] Result<void> decodeField(const ByteSource& source, std::uint64_t line, std::string_view what,
                                       std::string_view text, Encoding encoding, std::string& bytes);
/// The same for a field of csv or tsv that `appendCell` may have written.
[[nodiscard]] Result<void> decodeCell(const ByteSource& source, std::uint64_t line, std::string_view what,
                                      std::string_view text, Encoding encoding, std::string& bytes);
/// Encodes a field of csv or tsv so that no spreadsheet takes it for a formula.
void appendCell(std::string& out, std::string_view bytes, Encoding encoding);

} // namespace rustcask::transfer
