// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for every source of the ui library: large, stable headers only.
#pragma once

#include <QtConcurrent>
#include <QtCore>
#include <QtGui>
#include <QtWidgets>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>
