// SPDX-License-Identifier: Apache-2.0
// The house rules that a machine can check. Each takes the tree and returns one line a finding, "path:line: sentence".
#pragma once

#include "source_tree.h"

#include <functional>

namespace rustcask::house {

/// engine/ and the command line do not know Qt.
[[nodiscard]] QStringList qtBelowTheWindow(const SourceTree& tree);
/// Headers of engine/src are included by engine/src and tests/engine alone; engine/bench and engine/transfer see what
/// any embedder sees.
[[nodiscard]] QStringList privateHeadersOutside(const SourceTree& tree);
/// app ► ui ► engine/bench, engine/transfer ► engine: nobody includes to the left.
[[nodiscard]] QStringList roomsTheWrongWay(const SourceTree& tree);
/// format ► io ► keydir ► log ► recovery ► database ► { merge, inspect, verify, history, foreign } inside the engine:
/// a layer includes those before it.
[[nodiscard]] QStringList engineLayersTheWrongWay(const SourceTree& tree);
/// Qt Charts is included in ui/charts alone (and in tests of the ui).
[[nodiscard]] QStringList chartsElsewhere(const SourceTree& tree);
/// Every source says its licence, the right one for its folder.
[[nodiscard]] QStringList wrongLicence(const SourceTree& tree);
/// No file has more than 600 lines.
[[nodiscard]] QStringList longFiles(const SourceTree& tree);
/// Every tst_*.cpp was registered when the build was configured: `registered` names the files that were, and the
/// folders, ending in a slash, that this build leaves out.
[[nodiscard]] QStringList unregisteredTests(const SourceTree& tree, const QStringList& registered);
/// Nothing in ui/ runs a nested event loop or waits for a future.
[[nodiscard]] QStringList blockedEventLoops(const SourceTree& tree);
/// Every relative link and picture of a Markdown file leads to a file or folder that exists; `exists` is asked for
/// paths relative to the top folder.
[[nodiscard]] QStringList brokenLinks(const SourceFile& markdown, const std::function<bool(const QString&)>& exists);
/// Nothing is left for later.
[[nodiscard]] QStringList unfinishedBusiness(const SourceTree& tree);

} // namespace rustcask::house
