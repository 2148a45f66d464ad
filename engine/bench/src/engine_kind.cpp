// SPDX-License-Identifier: Apache-2.0
// Part of the library and of every module of a peer: what all kinds of engines share.
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

tl::unexpected<Error> unsupported(std::string detail) {
    Error error;
    error.code = ErrorCode::unsupported;
    error.operation = "run the benchmark";
    error.detail = std::move(detail);
    return failure(std::move(error));
}

} // namespace

std::uint64_t optionNumber(const OptionMap& options, const std::string& name) {
    const auto found = options.find(name);
    return found == options.end() ? 0 : parseNumber(found->second).value_or(0);
}

bool optionFlag(const OptionMap& options, const std::string& name) {
    const auto found = options.find(name);
    return found != options.end() && found->second == "true";
}

OptionInfo numberOption(std::string name, std::uint64_t defaultValue, std::uint64_t minimum, std::uint64_t maximum,
                        std::string unit, std::string summary) {
    return {std::move(name), std::to_string(defaultValue), {}, minimum, maximum, std::move(unit), std::move(summary)};
}

OptionInfo choiceOption(std::string name, std::string defaultValue, std::vector<std::string> choices,
                        std::string summary) {
    return {std::move(name), std::move(defaultValue), std::move(choices), 0, 0, {}, std::move(summary)};
}

OptionInfo flagOption(std::string name, bool defaultValue, std::string summary) {
    return choiceOption(std::move(name), defaultValue ? "true" : "false", {"false", "true"}, std::move(summary));
}

tl::unexpected<Error> engineFailure(std::string_view engine, std::string_view operation, std::string detail) {
    Error error;
    error.code = ErrorCode::ioError;
    error.operation = std::string(operation) + " with " + std::string(engine);
    error.detail = std::move(detail);
    return failure(std::move(error));
}

Result<std::size_t> Session::getMany(std::span<const std::string_view>, std::vector<std::string>&) {
    return unsupported("the engine has no batched get");
}

Result<void> Engine::compact() {
    return unsupported("the engine cannot compact");
}

Result<void> EngineKind::removeHints(const std::filesystem::path&) const {
    return unsupported("the engine keeps no index beside its data");
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

} // namespace rustcask::bench
