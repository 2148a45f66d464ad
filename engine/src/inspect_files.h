// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <rustcask/inspect.h>
#include <rustcask/result.h>

#include "io/file_system.h"

/// The two kinds of `FileInspector`.
namespace rustcask::inspect {

[[nodiscard]] std::unique_ptr<FileInspector> inspectData(std::unique_ptr<io::File> file, Generation generation,
                                                         std::uint64_t bytes);
[[nodiscard]] std::unique_ptr<FileInspector> inspectHint(std::unique_ptr<io::File> file, Generation generation,
                                                         std::uint64_t bytes);

inline constexpr std::uint64_t maxDecodedBytes = 256; ///< of keys and values, in `FieldSpan::decoded`

/// What both share: the file, its length when it was opened and reading from it.
class OpenedFile : public FileInspector {
public:
    OpenedFile(std::unique_ptr<io::File> file, FileKind kind, Generation generation, std::uint64_t bytes)
        : m_file(std::move(file)), m_kind(kind), m_generation(generation), m_bytes(bytes) {}

    [[nodiscard]] FileKind kind() const override { return m_kind; }
    [[nodiscard]] Generation generation() const override { return m_generation; }
    [[nodiscard]] std::uint64_t bytes() const override { return m_bytes; }
    [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::uint64_t bytes) override {
        bytes = std::min(bytes, offset < m_bytes ? m_bytes - offset : 0);
        std::string out(static_cast<std::size_t>(bytes), '\0');
        auto read = m_file->readAt(offset, out.data(), out.size());
        if (!read)
            return failure(std::move(read.error()));
        out.resize(*read);
        return out;
    }

protected:
    [[nodiscard]] const io::File& file() const { return *m_file; }
    void extendTo(std::uint64_t bytes) { m_bytes = std::max(m_bytes, bytes); }

private:
    std::unique_ptr<io::File> m_file;
    FileKind m_kind;
    Generation m_generation;
    std::uint64_t m_bytes;
};

/// Adds a field if it is not empty, and only the part of it that lies before `end`.
class FieldList {
public:
    FieldList(std::uint64_t begin, std::uint64_t end) : m_at(begin), m_end(end) {}

    /// `bytes` from where the last field ended. Marked as wrong when it is `wrong` or does not lie before the end
    /// whole.
    void add(Field field, std::uint64_t bytes, std::string decoded, bool valid = true) {
        const std::uint64_t there = std::min(bytes, m_end - m_at);
        if (there > 0)
            m_fields.push_back({.field = field,
                                .offset = m_at,
                                .bytes = there,
                                .decoded = std::move(decoded),
                                .valid = valid && there == bytes});
        m_at += there;
    }
    /// Everything that is left.
    void addRest(Field field, std::string decoded, bool valid = true) {
        add(field, m_end - m_at, std::move(decoded), valid);
    }
    [[nodiscard]] std::vector<FieldSpan> take() { return std::move(m_fields); }

private:
    std::uint64_t m_at;
    std::uint64_t m_end;
    std::vector<FieldSpan> m_fields;
};

} // namespace rustcask::inspect
