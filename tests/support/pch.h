// SPDX-License-Identifier: Apache-2.0
// Precompiled for the tests without a window: large, stable headers only.
#pragma once

#include <QTest>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
