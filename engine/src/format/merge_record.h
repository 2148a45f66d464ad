// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/types.h>

/// Bytes of a merge record (doc/format.md, "Merge record"): while `<generation>.rustcask.merge` stands in the directory
/// its outputs supersede its inputs. Its generation is one of its own, taken from the same counter.
namespace rustcask::format {

inline constexpr std::string_view mergeMagic{"\x89RCM\r\n\x1a\n", 8};

struct MergeRecord {
    Generation generation{};
    std::vector<Generation> inputs{};
    std::vector<Generation> outputs{};
};

[[nodiscard]] std::string encodeMergeRecord(const MergeRecord& record);
/// nullopt unless magic, version, lengths and checksum are right.
[[nodiscard]] std::optional<MergeRecord> decodeMergeRecord(std::string_view bytes);

} // namespace rustcask::format
