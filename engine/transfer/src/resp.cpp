// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include <rustcask/types.h>

#include "text_formats.h"

/// The commands of the Redis protocol (RESP 2), as `redis-cli --pipe` sends and append-only files hold them: an array
/// of bulk strings each, `*3 CRLF $3 CRLF SET CRLF $<bytes> CRLF key CRLF $<bytes> CRLF value CRLF`.
namespace rustcask::transfer {

namespace {

constexpr std::string_view lineEnd = "\r\n";
constexpr std::uint64_t maxArguments = 1'048'577; // of MSET: what Redis itself accepts, 1,024 × 1,024, and the name
constexpr std::uint64_t maxNameBytes = 64;
constexpr std::size_t bufferBytes = std::size_t{64} * 1024;

bool sameName(std::string_view a, std::string_view upper) noexcept {
    return std::equal(a.begin(), a.end(), upper.begin(), upper.end(), [](char x, char y) {
        return (x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x) == y;
    });
}

class RespReader final : public RecordReader {
public:
    explicit RespReader(ByteSource& source) : m_source(source) {}

    Result<bool> next(std::string& key, std::string& value) override {
        while (m_pairsLeft == 0) {
            const auto begun = beginCommand();
            if (!begun || !*begun)
                return begun;
        }
        --m_pairsLeft;
        auto done = readString(key, maxValueBytes, "the key");
        if (done)
            done = readString(value, maxValueBytes, "the value");
        if (!done)
            return failure(std::move(done.error()));
        if (key.empty())
            return failure(refused("the key is empty"));
        if (key.size() > maxKeyBytes)
            return failure(refused("a key of " + std::to_string(key.size()) + " bytes, over the " +
                                   std::to_string(maxKeyBytes) + " possible"));
        return true;
    }

    std::uint64_t bytesRead() const override { return m_bytesRead - (m_end - m_position); }
    bool canContinue() const override { return !m_lost; }

private:
    // Behind it the next command begins: nothing is lost but the command.
    Error refused(std::string detail, std::string advice = {}) const {
        return Error{.code = ErrorCode::invalidArgument,
                     .operation = "read the records",
                     .file = m_source.name(),
                     .offset = m_commandOffset,
                     .detail = "command " + std::to_string(m_commands) + ": " + std::move(detail),
                     .advice = std::move(advice)};
    }

    // Lengths are the only thing that says where commands begin; once one is wrong nothing more can be read.
    Error broken(std::string detail) {
        m_lost = true;
        m_pairsLeft = 0;
        return refused(std::move(detail));
    }

    // Reads up to the first key; false: the end of the source.
    Result<bool> beginCommand() {
        if (m_lost)
            return false;
        m_commandOffset = bytesRead();
        const auto more = fill();
        if (!more)
            return failure(more.error());
        if (!*more)
            return false;
        ++m_commands;
        if (m_buffer[m_position] != '*')
            return failure(broken("it does not begin with '*': these are no commands as arrays of bulk strings"));
        const auto arguments = readNumber('*', maxArguments);
        if (!arguments)
            return failure(arguments.error());
        if (*arguments == 0)
            return failure(broken("it is empty"));
        std::string name;
        if (auto done = readString(name, maxNameBytes, "the command's name"); !done)
            return failure(std::move(done.error()));
        if (sameName(name, "SET") && *arguments == 3) {
            m_pairsLeft = 1;
            return true;
        }
        if (sameName(name, "MSET") && *arguments >= 3 && *arguments % 2 == 1) {
            m_pairsLeft = (*arguments - 1) / 2;
            return true;
        }
        return otherCommand(name, *arguments - 1);
    }

    // SELECT 0 stands at the head of append-only files. Of everything else it is not certain that a put is meant.
    Result<bool> otherCommand(const std::string& name, std::uint64_t arguments) {
        const bool select = sameName(name, "SELECT") && arguments == 1;
        if (select) {
            std::string number;
            if (auto done = readString(number, maxNameBytes, "the number"); !done)
                return failure(std::move(done.error()));
            if (number == "0")
                return true;
            return failure(
                refused("SELECT " + encode(number, Encoding::text) + ": keys of several databases would fall together",
                        "Export the databases one by one."));
        }
        for (std::uint64_t i = 0; i < arguments; ++i) {
            if (auto done = readString(m_skipped, maxValueBytes, "an argument"); !done)
                return failure(std::move(done.error()));
        }
        m_skipped = std::string(); // it may have been large
        const bool set = sameName(name, "SET");
        return failure(refused(encode(name, Encoding::text) + (set ? " with other arguments than a key and a value"
                                                                   : " stores no plain value under a key"),
                               "Only SET key value and MSET key value … can be imported."));
    }

    Result<void> readString(std::string& bytes, std::uint64_t maxBytes, std::string_view what) {
        const auto length = readNumber('$', maxBytes);
        if (!length)
            return failure(length.error());
        bytes.clear();
        std::uint64_t left = *length;
        // Grown by what really comes: a length is a claim.
        while (left > 0) {
            const auto more = fill();
            if (!more)
                return failure(more.error());
            if (!*more)
                return failure(broken("it ends within " + std::string(what)));
            const std::size_t n = std::min<std::uint64_t>(left, m_end - m_position);
            bytes.append(m_buffer.data() + m_position, n);
            m_position += n;
            left -= n;
        }
        for (const char expected : lineEnd) {
            const auto more = fill();
            if (!more)
                return failure(more.error());
            if (!*more || m_buffer[m_position] != expected)
                return failure(
                    broken("no CR LF behind " + std::string(what) + " of " + std::to_string(*length) + " bytes"));
            ++m_position;
        }
        return {};
    }

    // "<mark><digits> CR LF"
    Result<std::uint64_t> readNumber(char mark, std::uint64_t max) {
        std::string line;
        while (!line.ends_with('\n')) {
            const auto more = fill();
            if (!more)
                return failure(more.error());
            if (!*more)
                return failure(broken("it ends within a length"));
            if (line.size() > 24)
                return failure(broken("a length of more than twenty digits"));
            line += m_buffer[m_position++];
        }
        std::uint64_t number = 0;
        const char* const end = line.data() + line.size() - lineEnd.size();
        const bool framed = line.size() > 3 && line.front() == mark && line.ends_with(lineEnd);
        const auto [parsed, problem] = std::from_chars(line.data() + 1, end, number);
        if (!framed || parsed != end || problem != std::errc())
            return failure(broken("where '" + std::string(1, mark) + "' and a length are expected there is '" +
                                  encode(line.substr(0, line.find_first_of(lineEnd)), Encoding::text) + "'"));
        if (number > max)
            return failure(broken("a length of " + std::to_string(number) + ", over the " + std::to_string(max) +
                                  " possible here"));
        return number;
    }

    // Whether there is another byte at m_position.
    Result<bool> fill() {
        if (m_position < m_end)
            return true;
        const auto got = m_source.read(m_buffer.data(), m_buffer.size());
        if (!got)
            return failure(got.error());
        m_position = 0;
        m_end = *got;
        m_bytesRead += *got;
        return m_end > 0;
    }

    ByteSource& m_source;
    std::vector<char> m_buffer = std::vector<char>(bufferBytes);
    std::size_t m_position = 0;
    std::size_t m_end = 0;
    std::uint64_t m_bytesRead = 0;
    std::uint64_t m_commands = 0;
    std::uint64_t m_commandOffset = 0;
    std::uint64_t m_pairsLeft = 0; // of the command that is being read
    bool m_lost = false;
    std::string m_skipped{};
};

class RespWriter final : public RecordWriter {
public:
    explicit RespWriter(ByteSink& sink) : m_sink(sink) {}

    Result<void> write(std::string_view key, std::string_view value) override {
        m_head = "*3\r\n$3\r\nSET\r\n$";
        m_head += std::to_string(key.size());
        m_head += lineEnd;
        m_head += key;
        m_head += "\r\n$";
        m_head += std::to_string(value.size());
        m_head += lineEnd;
        // In three parts: the value may be gigabytes and need not be copied.
        for (const std::string_view part : {std::string_view(m_head), value, lineEnd}) {
            if (auto done = m_sink.write(part); !done)
                return done;
        }
        return {};
    }

    Result<void> finish() override { return m_sink.flush(); }

private:
    ByteSink& m_sink;
    std::string m_head{};
};

} // namespace

std::unique_ptr<RecordReader> makeRespReader(ByteSource& source) {
    return std::make_unique<RespReader>(source);
}

std::unique_ptr<RecordWriter> makeRespWriter(ByteSink& sink) {
    return std::make_unique<RespWriter>(sink);
}

} // namespace rustcask::transfer
