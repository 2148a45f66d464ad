// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace rustcask::cli {

/// The manual page (section 1, man macros) of the whole program, or of one of its commands. Made of the very texts that
/// `--help` prints.
[[nodiscard]] std::string programManPage(const CLI::App& application);
[[nodiscard]] std::string commandManPage(const CLI::App& command);

} // namespace rustcask::cli
