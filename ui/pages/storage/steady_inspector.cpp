// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/steady_inspector.h"

#include <algorithm>
#include <utility>

namespace rustcask::ui {
namespace {

constexpr int maxReadings = 3; // of a place where something is being written

} // namespace

Result<SteadyInspector> SteadyInspector::open(const std::filesystem::path& file, bool mayGrow) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    return SteadyInspector(file, mayGrow, std::move(*inspector));
}

Result<std::optional<SteadyRecord>> SteadyInspector::next() {
    auto next = m_inspector->next();
    if (!next) {
        return rustcask::failure(next.error());
    }
    if (!*next) {
        return std::optional<SteadyRecord>();
    }
    // A record that is there in its whole length, with its key, is damage at once.
    const bool doubtful = m_mayGrow && (*next)->kind == rustcask::RecordKind::damaged && (*next)->key.empty();
    return doubtful ? settle(std::move(**next)) : std::optional(SteadyRecord{std::move(**next), false});
}

/// Reads the place anew until nothing changes there any more: either something sound follows the damage by then, or it
/// is the end of the file.
Result<std::optional<SteadyRecord>> SteadyInspector::settle(rustcask::RecordInfo damaged) {
    bool soundFollows = false;
    for (int reading = 0; reading < maxReadings; ++reading) {
        auto fresh = rustcask::FileInspector::open(m_file);
        if (!fresh) {
            return rustcask::failure(fresh.error());
        }
        (*fresh)->seek(damaged.offset);
        auto again = (*fresh)->next();
        if (!again) {
            return rustcask::failure(again.error());
        }
        if (!*again) {
            break; // it has been cut off meanwhile
        }
        const bool whole = (*again)->kind != rustcask::RecordKind::damaged;
        const bool same = (*again)->bytes == damaged.bytes && (*again)->computedChecksum == damaged.computedChecksum;
        damaged = std::move(**again);
        const std::uint64_t end = damaged.offset + damaged.bytes;
        if (!whole && same) {
            while (true) {
                auto after = (*fresh)->next();
                if (!after) {
                    return rustcask::failure(after.error());
                }
                if (!*after) {
                    break;
                }
                if ((*after)->kind != rustcask::RecordKind::damaged && (*after)->kind != rustcask::RecordKind::unused) {
                    soundFollows = true;
                    break;
                }
            }
        }
        m_inspector = std::move(*fresh);
        m_inspector->seek(end);
        if (whole) {
            return std::optional(SteadyRecord{std::move(damaged), false});
        }
        if (same) {
            break;
        }
    }
    return std::optional(SteadyRecord{std::move(damaged), !soundFollows});
}

bool mayGrow(const rustcask::Stats& stats, const QString& fileName) {
    const qsizetype dot = fileName.indexOf(QLatin1Char('.'));
    if (!fileName.endsWith(QLatin1String(".rustcask.data"))) {
        return false;
    }
    const rustcask::Generation generation{fileName.left(dot).toULongLong()};
    const auto found = std::lower_bound(
        stats.files.begin(), stats.files.end(), generation,
        [](const rustcask::FileStats& file, rustcask::Generation wanted) { return file.generation < wanted; });
    return found == stats.files.end() || found->generation != generation || found->active;
}

} // namespace rustcask::ui
