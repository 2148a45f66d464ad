// SPDX-License-Identifier: Apache-2.0
// How to use: a target is a source file with one function, which libFuzzer calls with bytes of its making and
// replay.cpp with those of a corpus:
//
//     namespace rustcask::fuzz {
//     const std::size_t fixedMemory = 4 << 20;
//     const std::size_t memoryPerByte = 64;
//     void run(std::string_view input) { require(parse(input).size() <= input.size(), "no more than there is"); }
//     }
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace rustcask::fuzz {

/// What the target does with one input: anything but a crash, a sanitizer's complaint or a failed `require` is right.
void run(std::string_view input);

/// Memory that one input may take at its peak: `fixedMemory + memoryPerByte * length` bytes. Checked by the replay.
extern const std::size_t fixedMemory;
extern const std::size_t memoryPerByte;

/// Ends the process, which libFuzzer and the replay report with the input, unless `holds`.
inline void require(bool holds, const char* promise) {
    if (holds)
        return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// Takes small numbers and strings off the front of an input; zeros and nothing once it is used up.
class Input {
public:
    explicit Input(std::string_view bytes) : m_bytes(bytes) {}
    [[nodiscard]] bool isEmpty() const { return m_bytes.empty(); }
    [[nodiscard]] std::uint8_t byte() {
        if (m_bytes.empty())
            return 0;
        const auto first = static_cast<std::uint8_t>(m_bytes.front());
        m_bytes.remove_prefix(1);
        return first;
    }
    [[nodiscard]] std::uint16_t number() { return static_cast<std::uint16_t>(byte() | byte() << 8); }
    [[nodiscard]] std::string_view take(std::size_t count) {
        const std::string_view taken = m_bytes.substr(0, count);
        m_bytes.remove_prefix(taken.size());
        return taken;
    }
    [[nodiscard]] std::string_view rest() { return take(m_bytes.size()); }

private:
    std::string_view m_bytes;
};

} // namespace rustcask::fuzz
