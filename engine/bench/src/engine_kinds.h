// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <rustcask/bench/engine.h>

namespace rustcask::bench {

[[nodiscard]] std::unique_ptr<const EngineKind> makeRustcaskKind();
[[nodiscard]] std::unique_ptr<const EngineKind> makeNullKind();

/// The number in a setting. @pre `complete` has checked it.
[[nodiscard]] std::uint64_t optionNumber(const OptionMap& options, const std::string& name);
/// Whether a setting is "true".
[[nodiscard]] bool optionFlag(const OptionMap& options, const std::string& name);

[[nodiscard]] OptionInfo numberOption(std::string name, std::uint64_t defaultValue, std::uint64_t minimum,
                                      std::uint64_t maximum, std::string unit, std::string summary);
[[nodiscard]] OptionInfo choiceOption(std::string name, std::string defaultValue, std::vector<std::string> choices,
                                      std::string summary);
[[nodiscard]] OptionInfo flagOption(std::string name, bool defaultValue, std::string summary);

/// What a peer's library reported, as an ioError.
[[nodiscard]] tl::unexpected<Error> engineFailure(std::string_view engine, std::string_view operation,
                                                  std::string detail);

} // namespace rustcask::bench
