// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <rustcask/bench/engine.h>

namespace rustcask::bench {

namespace {

struct DurabilityText {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array<DurabilityText, 4> durabilityTexts{{
    {"D0", "lost when the process dies"},
    {"D1", "survives a killed process"},
    {"D2", "survives a killed process, and is synced every second"},
    {"D3", "durable per operation"},
}};

} // namespace

std::string_view durabilityName(Durability durability) noexcept {
    return durabilityTexts[static_cast<std::size_t>(durability)].name;
}

std::string_view durabilityMeaning(Durability durability) noexcept {
    return durabilityTexts[static_cast<std::size_t>(durability)].meaning;
}

std::optional<Durability> durabilityFromName(std::string_view name) noexcept {
    for (std::size_t i = 0; i < durabilityTexts.size(); ++i)
        if (durabilityTexts[i].name == name)
            return static_cast<Durability>(i);
    return std::nullopt;
}

} // namespace rustcask::bench
