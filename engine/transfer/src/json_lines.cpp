// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "text_formats.h"

namespace rustcask::transfer {

namespace {

using nlohmann::json;

class JsonLinesReader final : public RecordReader {
public:
    JsonLinesReader(ByteSource& source, TextOptions options)
        : m_source(source), m_lines(source), m_encoding(options.encoding) {}

    Result<bool> next(std::string& key, std::string& value) override {
        while (true) {
            const auto read = m_lines.next();
            if (!read)
                return failure(read.error());
            if (!*read)
                return false;
            std::string_view line = **read;
            if (m_lines.lineNumber() == 1 && line.starts_with(byteOrderMark))
                line.remove_prefix(byteOrderMark.size());
            if (line.find_first_not_of(" \t\r") == std::string_view::npos)
                continue;
            if (auto done = readObject(line, key, value); !done)
                return failure(std::move(done.error()));
            return true;
        }
    }

    std::uint64_t bytesRead() const override { return m_lines.bytesRead(); }

private:
    Error malformed(std::string detail) const {
        return malformedLine(m_source, m_lines.lineNumber(), std::move(detail));
    }

    Result<void> readObject(std::string_view line, std::string& key, std::string& value) {
        json object;
        try {
            object = json::parse(line);
        } catch (const json::parse_error& error) {
            return failure(malformed("no valid JSON at byte " + std::to_string(error.byte)));
        } catch (
            const json::exception&) { // 406, the only other one: syntactically a number, but beyond what a double holds
            return failure(malformed("a number there is too large"));
        }
        if (!object.is_object())
            return failure(malformed("no JSON object"));
        for (const auto& member : object.items()) {
            if (member.key() != "key" && member.key() != "value")
                return failure(
                    malformed("an unknown member besides \"key\" and \"value\": " + json(member.key()).dump()));
        }
        if (auto done = readMember(object, "key", key); !done)
            return done;
        if (key.empty())
            return failure(malformed("the key is empty"));
        return readMember(object, "value", value);
    }

    Result<void> readMember(json& object, const char* name, std::string& bytes) {
        const auto member = object.find(name);
        if (member == object.end())
            return failure(malformed("there is no \"" + std::string(name) + "\""));
        if (member->is_string() && m_encoding == Encoding::text) {
            bytes = std::move(member->get_ref<std::string&>());
            return {};
        }
        Encoding encoding = m_encoding;
        const json* text = &*member;
        if (member->is_object() && m_encoding == Encoding::text && member->size() == 1) {
            const std::string form = member->begin().key();
            if (form == "base64" || form == "hex") {
                encoding = form == "hex" ? Encoding::hex : Encoding::base64;
                text = &member->front();
            }
        }
        // A number or array could not come back as the bytes it was, and is no value for that reason.
        if (!text->is_string())
            return failure(malformed("\"" + std::string(name) + "\" is no string"));
        return decodeField(m_source, m_lines.lineNumber(), name, text->get_ref<const std::string&>(), encoding, bytes);
    }

    ByteSource& m_source;
    LineReader m_lines;
    Encoding m_encoding;
};

class JsonLinesWriter final : public RecordWriter {
public:
    JsonLinesWriter(ByteSink& sink, TextOptions options) : m_sink(sink), m_encoding(options.encoding) {}

    Result<void> write(std::string_view key, std::string_view value) override {
        m_line = "{\"key\":";
        appendMember(key);
        m_line += ",\"value\":";
        appendMember(value);
        m_line += "}\n";
        return m_sink.write(m_line);
    }

    Result<void> finish() override { return m_sink.flush(); }

private:
    void appendMember(std::string_view bytes) {
        if (m_encoding == Encoding::text && isValidUtf8(bytes)) {
            m_line += json(bytes).dump();
            return;
        }
        const bool wrapped = m_encoding == Encoding::text;
        m_line += wrapped ? "{\"base64\":\"" : "\"";
        appendEncoded(m_line, bytes, wrapped ? Encoding::base64 : m_encoding);
        m_line += wrapped ? "\"}" : "\"";
    }

    ByteSink& m_sink;
    Encoding m_encoding;
    std::string m_line{};
};

} // namespace

std::unique_ptr<RecordReader> makeJsonLinesReader(ByteSource& source, TextOptions options) {
    return std::make_unique<JsonLinesReader>(source, options);
}

std::unique_ptr<RecordWriter> makeJsonLinesWriter(ByteSink& sink, TextOptions options) {
    return std::make_unique<JsonLinesWriter>(sink, options);
}

} // namespace rustcask::transfer
