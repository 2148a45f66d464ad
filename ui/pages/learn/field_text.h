// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <rustcask/inspect.h>

#include "pages/learn/sandbox_state.h"

/// What fields, records and events are called and mean, in plain words. Pure.
namespace rustcask::ui {

/// What a field says, with its decoded value: "5 bytes of key follow the header".
[[nodiscard]] QString fieldMeaning(const FieldSpan& span);
/// "live", "dead", "tombstone", "file header".
[[nodiscard]] QString blockStateTitle(BlockState state);
/// The first line in a record's block: "apple = red", "apple deleted", "header".
[[nodiscard]] QString recordLabel(const SandboxFile& file, const SandboxRecord& record);
/// One sentence that says everything a sighted learner sees of a block.
[[nodiscard]] QString recordDescription(const SandboxFile& file, const SandboxRecord& record);
/// "1.rustcask.data, active".
[[nodiscard]] QString fileTitle(const SandboxFile& file);

/// An event as up to three columns: what, where, how much.
struct TraceLine {
    QString what{};
    QString where{};
    QString detail{};
};
[[nodiscard]] TraceLine traceLine(const TraceEvent& event);
/// How the operation ended, as in the list of steps: "1 @ 32", "not there", "red".
[[nodiscard]] QString outcomeText(const SandboxState& state);

} // namespace rustcask::ui
