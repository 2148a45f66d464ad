// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <rustcask/analysis.h>

#include "analysis/report_model.h"
#include "analysis/treemap_view.h"
#include "charts/chart_data.h"

/// Reports of the engine as rows, tiles, bars and sentences. Pure.
namespace rustcask::ui {

/// How many tiles a treemap shows by themselves; the rest is one tile. Smaller ones could not be told apart.
inline constexpr std::size_t maxTiles = 60;

[[nodiscard]] std::vector<TreemapItem> prefixTiles(const rustcask::PrefixReport& report);
[[nodiscard]] std::vector<ReportRow> prefixRows(const rustcask::PrefixReport& report);
[[nodiscard]] std::vector<ReportRow> largestRows(const rustcask::LargestReport& report);
[[nodiscard]] std::vector<ReportRow> overwrittenRows(const rustcask::LogReport& report);
[[nodiscard]] BarData ageBars(const rustcask::LogReport& report);
[[nodiscard]] ChartTable ageTable(const rustcask::LogReport& report);

/// What the figures are of, and whether they are all there is: "Partial: …" when they are not.
[[nodiscard]] QString prefixSentence(const rustcask::PrefixReport& report, quint64 allKeys);
[[nodiscard]] QString largestSentence(const rustcask::LargestReport& report, quint64 allKeys);
[[nodiscard]] QString logSentence(const rustcask::LogReport& report);

} // namespace rustcask::ui
