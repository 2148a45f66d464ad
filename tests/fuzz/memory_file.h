// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "io/file_system.h"

namespace rustcask::fuzz {

/// A file whose bytes are in memory already: only to be read.
class MemoryFile final : public io::File {
public:
    explicit MemoryFile(std::string_view bytes) : m_bytes(bytes) {}
    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, m_bytes.size()));
        return m_bytes.copy(out, size, from);
    }
    Result<std::uint64_t> size() const override { return m_bytes.size(); }
    Result<void> writeAt(std::uint64_t, std::string_view) override { return refused(); }
    Result<void> truncate(std::uint64_t) override { return refused(); }
    Result<void> allocate(std::uint64_t, std::uint64_t) override { return refused(); }
    Result<void> sync() override { return refused(); }
    Result<std::unique_ptr<io::Mapping>> map(std::uint64_t, bool) override { return refused(); }

private:
    static tl::unexpected<Error> refused() { return failure({.code = ErrorCode::readOnly, .operation = "fuzz"}); }
    std::string_view m_bytes;
};

} // namespace rustcask::fuzz
