// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QString>

#include <rustcask/options.h>

namespace rustcask::ui {

/// Under which name the settings keep the merge policy of the database in `directory`.
[[nodiscard]] QString policySettingName(const QString& directory);
/// A policy as it is kept: a line of JSON. What is frozen is the names; a value that is missing has its default.
[[nodiscard]] QString policyText(const rustcask::MergePolicy& policy);
/// nullopt when it is none.
[[nodiscard]] std::optional<rustcask::MergePolicy> policyFromText(const QString& text);

} // namespace rustcask::ui
