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
void addListCommand(CLI::App& application, Context& context);
void addStatsCommand(CLI::App& application, Context& context);
void addMergeCommand(CLI::App& application, Context& context);
void addVerifyCommand(CLI::App& application, Context& context);
void addRepairCommand(CLI::App& application, Context& context);
void addBackupCommand(CLI::App& application, Context& context);
void addHistoryCommand(CLI::App& application, Context& context);
void addDumpCommand(CLI::App& application, Context& context);
void addGenerateCommand(CLI::App& application, Context& context);
void addImportCommand(CLI::App& application, Context& context);
void addExportCommand(CLI::App& application, Context& context);
void addShellCommand(CLI::App& application, Context& context);
void addHelpCommand(CLI::App& application, Context& context);

} // namespace rustcask::cli
