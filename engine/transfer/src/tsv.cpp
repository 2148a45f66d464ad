// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "text_formats.h"

namespace rustcask::transfer {

namespace {

class TsvReader final : public RecordReader {
public:
    TsvReader(ByteSource& source, TextOptions options) : m_source(source), m_lines(source), m_options(options) {}

    Result<bool> next(std::string& key, std::string& value) override {
        while (true) {
            const auto read = m_lines.next();
            if (!read)
                return failure(read.error());
            if (!*read)
                return false;
            std::string_view line = **read;
            const std::uint64_t number = m_lines.lineNumber();
            if (number == 1 && line.starts_with(byteOrderMark))
                line.remove_prefix(byteOrderMark.size());
            if (line.ends_with('\r')) // a CR of the data is always escaped
                line.remove_suffix(1);
            if (line.empty() || (number == 1 && m_options.header))
                continue;
            const std::size_t tab = line.find('\t');
            if (tab == std::string_view::npos)
                return failure(malformedLine(m_source, number, "no tab between key and value"));
            if (line.find('\t', tab + 1) != std::string_view::npos)
                return failure(
                    malformedLine(m_source, number, "more than one tab", "Write a tab of the data as \\x09."));
            if (auto done = decodeCell(m_source, number, "key", line.substr(0, tab), m_options.encoding, key); !done)
                return failure(std::move(done.error()));
            if (key.empty())
                return failure(malformedLine(m_source, number, "the key is empty"));
            if (auto done = decodeCell(m_source, number, "value", line.substr(tab + 1), m_options.encoding, value);
                !done)
                return failure(std::move(done.error()));
            return true;
        }
    }

    std::uint64_t bytesRead() const override { return m_lines.bytesRead(); }

private:
    ByteSource& m_source;
    LineReader m_lines;
    TextOptions m_options;
};

class TsvWriter final : public RecordWriter {
public:
    TsvWriter(ByteSink& sink, TextOptions options) : m_sink(sink), m_options(options), m_atStart(options.header) {}

    Result<void> write(std::string_view key, std::string_view value) override {
        m_line = std::exchange(m_atStart, false) ? "key\tvalue\n" : "";
        appendCell(m_line, key, m_options.encoding);
        m_line += '\t';
        appendCell(m_line, value, m_options.encoding);
        m_line += '\n';
        return m_sink.write(m_line);
    }

    Result<void> finish() override {
        if (m_atStart) {
            if (auto done = m_sink.write("key\tvalue\n"); !done)
                return done;
        }
        return m_sink.flush();
    }

private:
    ByteSink& m_sink;
    TextOptions m_options;
    bool m_atStart;
    std::string m_line{};
};

} // namespace

std::unique_ptr<RecordReader> makeTsvReader(ByteSource& source, TextOptions options) {
    return std::make_unique<TsvReader>(source, options);
}

std::unique_ptr<RecordWriter> makeTsvWriter(ByteSink& sink, TextOptions options) {
    return std::make_unique<TsvWriter>(sink, options);
}

} // namespace rustcask::transfer
