// SPDX-License-Identifier: Apache-2.0
// Precompiled for every source of the engine: large, stable headers only. None of the project's own: a compiler cache
// hands out what was precompiled from another text when no more than comments differ, and gcc then reads both.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <tl/expected.hpp>
