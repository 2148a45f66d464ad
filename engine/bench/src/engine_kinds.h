// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <rustcask/bench/engine.h>

namespace rustcask::bench {

[[nodiscard]] std::unique_ptr<const EngineKind> makeRustcaskKind();
[[nodiscard]] std::unique_ptr<const EngineKind> makeNullKind();

/// The number in `text`. @pre `complete` has checked it.
[[nodiscard]] std::uint64_t optionNumber(const OptionMap& options, const std::string& name);

} // namespace rustcask::bench
