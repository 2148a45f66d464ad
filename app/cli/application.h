// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace rustcask::cli {

struct Context;

/// The whole command line, every command registered.
[[nodiscard]] std::unique_ptr<CLI::App> makeApplication(Context& context);

/// Parses, runs and returns the exit code of the process.
[[nodiscard]] int run(int argc, char** argv);

} // namespace rustcask::cli
