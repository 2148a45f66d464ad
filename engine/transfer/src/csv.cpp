// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "text_formats.h"

/// RFC 4180. Quoted fields may hold line ends, so a record is not always a line.
namespace rustcask::transfer {

namespace {

constexpr int endOfInput = -1;

class CsvReader final : public RecordReader {
public:
    CsvReader(ByteSource& source, TextOptions options) : m_source(source), m_options(options) {}

    Result<bool> next(std::string& key, std::string& value) override {
        while (true) {
            // A record that could not be told apart goes as far as its line.
            if (std::exchange(m_inMalformed, false)) {
                if (auto behind = skipLine(); !behind)
                    return failure(std::move(behind.error()));
            }
            m_recordLine = m_line;
            const auto fields = readRecord();
            if (!fields) {
                m_inMalformed = m_last != '\n' && m_last != endOfInput;
                return failure(fields.error());
            }
            if (*fields == 0)
                return false;
            const bool blank = *fields == 1 && m_fields[0].empty() && !m_quoted;
            if (blank || std::exchange(m_skipHeader, false))
                continue;
            if (*fields != 2)
                return failure(malformedLine(m_source, m_recordLine,
                                             std::to_string(*fields) + " fields instead of two, key and value"));
            if (auto done = decodeCell(m_source, m_recordLine, "key", m_fields[0], m_options.encoding, key); !done)
                return failure(std::move(done.error()));
            if (key.empty())
                return failure(malformedLine(m_source, m_recordLine, "the key is empty"));
            if (auto done = decodeCell(m_source, m_recordLine, "value", m_fields[1], m_options.encoding, value); !done)
                return failure(std::move(done.error()));
            return true;
        }
    }

    std::uint64_t bytesRead() const override { return m_bytesRead - (m_end - m_position); }

private:
    // Fills m_fields with the next record and returns how many fields it has, of which only the first two are kept; 0:
    // the end of the input.
    Result<std::size_t> readRecord() {
        m_quoted = false;
        for (std::string& field : m_fields)
            field.clear();
        auto c = get();
        if (!c || *c == endOfInput)
            return c ? Result<std::size_t>(0) : failure(c.error());
        for (std::size_t field = 0;; ++field) {
            std::string& text = m_fields[std::min<std::size_t>(field, 2)];
            if (field >= 2)
                text.clear();
            const auto after = *c == '"' ? readQuoted(text) : readPlain(*c, text);
            if (!after)
                return failure(after.error());
            if (*after != ',')
                return field + 1;
            c = get();
            if (!c)
                return failure(c.error());
        }
    }

    // Both return what stands behind the field: ',', '\n' or the end of the input.
    Result<int> readPlain(int first, std::string& text) {
        Result<int> c = first;
        while (c && *c != ',' && *c != '\n' && *c != endOfInput) {
            if (*c == '"')
                return failure(
                    malformedLine(m_source, m_line, "a quotation mark inside a field that began without one"));
            text += static_cast<char>(*c);
            c = get();
        }
        if (c && *c != ',' && text.ends_with('\r'))
            text.pop_back();
        return c;
    }

    Result<int> readQuoted(std::string& text) {
        const std::uint64_t begin = m_line;
        m_quoted = true;
        while (true) {
            auto c = get();
            if (!c)
                return c;
            if (*c == endOfInput)
                return failure(malformedLine(m_source, begin, "a quotation that never ends"));
            if (*c != '"') {
                text += static_cast<char>(*c);
                continue;
            }
            c = get();
            if (!c)
                return c;
            if (*c == '"') {
                text += '"';
                continue;
            }
            if (*c == '\r')
                c = get();
            if (c && *c != ',' && *c != '\n' && *c != endOfInput)
                return failure(malformedLine(m_source, m_line, "text behind a closing quotation mark"));
            return c;
        }
    }

    Result<void> skipLine() {
        while (m_last != '\n' && m_last != endOfInput) {
            if (const auto c = get(); !c)
                return failure(c.error());
        }
        return {};
    }

    Result<int> get() {
        const auto c = readByte();
        m_last = c.value_or(endOfInput);
        return c;
    }

    Result<int> readByte() {
        if (m_position == m_end) {
            const auto got = m_source.read(m_buffer.data(), m_buffer.size());
            if (!got)
                return failure(got.error());
            m_position = 0;
            m_end = *got;
            if (m_bytesRead == 0 && std::string_view(m_buffer.data(), m_end).starts_with(byteOrderMark))
                m_position = byteOrderMark.size();
            m_bytesRead += *got;
            if (m_position == m_end)
                return endOfInput;
        }
        const char c = m_buffer[m_position++];
        if (c == '\n')
            ++m_line;
        return static_cast<unsigned char>(c);
    }

    ByteSource& m_source;
    TextOptions m_options;
    bool m_skipHeader = m_options.header;
    bool m_quoted = false;
    bool m_inMalformed = false;
    int m_last = endOfInput; // what `get` returned last
    std::array<std::string, 3> m_fields{};
    std::vector<char> m_buffer = std::vector<char>(std::size_t{64} * 1024);
    std::size_t m_position = 0;
    std::size_t m_end = 0;
    std::uint64_t m_bytesRead = 0;
    std::uint64_t m_line = 1;
    std::uint64_t m_recordLine = 1;
};

class CsvWriter final : public RecordWriter {
public:
    CsvWriter(ByteSink& sink, TextOptions options) : m_sink(sink), m_options(options), m_atStart(options.header) {}

    Result<void> write(std::string_view key, std::string_view value) override {
        m_line = std::exchange(m_atStart, false) ? "key,value\r\n" : "";
        appendField(key);
        m_line += ',';
        appendField(value);
        m_line += "\r\n";
        return m_sink.write(m_line);
    }

    Result<void> finish() override {
        if (m_atStart) {
            if (auto done = m_sink.write("key,value\r\n"); !done)
                return done;
        }
        return m_sink.flush();
    }

private:
    void appendField(std::string_view bytes) {
        m_cell.clear();
        appendCell(m_cell, bytes, m_options.encoding);
        if (m_cell.find_first_of(",\"\r\n") == std::string::npos) {
            m_line += m_cell;
            return;
        }
        m_line += '"';
        for (const char c : m_cell) {
            if (c == '"')
                m_line += '"';
            m_line += c;
        }
        m_line += '"';
    }

    ByteSink& m_sink;
    TextOptions m_options;
    bool m_atStart;
    std::string m_line{};
    std::string m_cell{};
};

} // namespace

std::unique_ptr<RecordReader> makeCsvReader(ByteSource& source, TextOptions options) {
    return std::make_unique<CsvReader>(source, options);
}

std::unique_ptr<RecordWriter> makeCsvWriter(ByteSink& sink, TextOptions options) {
    return std::make_unique<CsvWriter>(sink, options);
}

} // namespace rustcask::transfer
