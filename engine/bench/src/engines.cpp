// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/engine.h>

#include <algorithm>
#include <charconv>

#include "engine_kinds.h"

namespace rustcask::bench {

namespace {

std::optional<std::uint64_t> parseNumber(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

tl::unexpected<Error> invalid(std::string detail) {
    Error error;
    error.code = ErrorCode::invalidArgument;
    error.operation = "configure the engine";
    error.detail = std::move(detail);
    return failure(std::move(error));
}

} // namespace

std::uint64_t optionNumber(const OptionMap& options, const std::string& name) {
    const auto found = options.find(name);
    return found == options.end() ? 0 : parseNumber(found->second).value_or(0);
}

Result<OptionMap> EngineKind::complete(const OptionMap& given) const {
    OptionMap result;
    for (const OptionInfo& info : options())
        result.emplace(info.name, info.defaultValue);
    for (const auto& [key, value] : given) {
        const auto infos = options();
        const auto info = std::find_if(infos.begin(), infos.end(), [&](const auto& o) { return o.name == key; });
        if (info == infos.end())
            return invalid(std::string(title()) + " has no setting \"" + key + "\"");
        if (!info->choices.empty()) {
            if (std::find(info->choices.begin(), info->choices.end(), value) == info->choices.end()) {
                std::string choices;
                for (const auto& choice : info->choices)
                    choices += (choices.empty() ? "" : ", ") + choice;
                return invalid(key + " cannot be \"" + value + "\"; it is one of " + choices);
            }
        } else {
            const auto number = parseNumber(value);
            if (!number || *number < info->minimum || *number > info->maximum)
                return invalid(key + " must be a whole number from " + std::to_string(info->minimum) + " to " +
                               std::to_string(info->maximum) + ", not \"" + value + "\"");
        }
        result[key] = value;
    }
    return result;
}

EngineRegistry::EngineRegistry() {
    m_kinds.push_back(makeRustcaskKind());
    m_kinds.push_back(makeNullKind());
}

EngineRegistry::~EngineRegistry() = default;

const EngineKind* EngineRegistry::find(std::string_view name) const noexcept {
    for (const auto& kind : m_kinds)
        if (kind->name() == name)
            return kind.get();
    return nullptr;
}

std::optional<Durability> EngineRegistry::durability(const EngineConfig& config) const {
    const EngineKind* kind = find(config.engine);
    if (kind == nullptr)
        return std::nullopt;
    const auto complete = kind->complete(config.options);
    if (!complete)
        return std::nullopt;
    return kind->durability(*complete);
}

} // namespace rustcask::bench
