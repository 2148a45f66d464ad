// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

/// One function a subcommand, each in a file of its name. See `Context` for what they do.
namespace rustcask::cli {

struct Context;

void addPutCommand(CLI::App& application, Context& context);
void addGetCommand(CLI::App& application, Context& context);
void addDeleteCommand(CLI::App& application, Context& context);
void addHelpCommand(CLI::App& application, Context& context);

} // namespace rustcask::cli
