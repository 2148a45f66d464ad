// SPDX-License-Identifier: Apache-2.0
// Which files a merge takes, and what it would do: from statistics alone.
#include <algorithm>
#include <cstdio>
#include <limits>

#include <rustcask/merge.h>

#include "database_impl.h"
#include "format/data_record.h"

namespace rustcask {
namespace {

[[nodiscard]] std::string percent(double fraction) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f %%", fraction * 100);
    return text;
}
[[nodiscard]] std::string mebibytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
    return text;
}

[[nodiscard]] double deadFraction(const FileStats& file) {
    return file.records == 0 ? 0.0
                             : static_cast<double>(file.records - file.liveKeys) / static_cast<double>(file.records);
}
[[nodiscard]] std::uint64_t reclaimable(const FileStats& file) {
    return file.deadBytes() + file.tombstoneBytes;
}

[[nodiscard]] bool meetsTrigger(const FileStats& file, const MergePolicy& policy) {
    return file.records > 0 &&
           (deadFraction(file) >= policy.deadFractionTrigger || reclaimable(file) >= policy.deadBytesTrigger) &&
           reclaimable(file) > 0;
}

// Why a file takes part by policy; empty: it does not.
[[nodiscard]] std::string reasonByPolicy(const FileStats& file, const MergePolicy& policy) {
    const double fraction = deadFraction(file);
    if (fraction >= policy.deadFractionThreshold && reclaimable(file) > 0)
        return percent(fraction) + " of its records are dead (threshold: " + percent(policy.deadFractionThreshold) +
               ")";
    if (reclaimable(file) >= policy.deadBytesThreshold)
        return mebibytes(reclaimable(file)) + " are dead (threshold: " + mebibytes(policy.deadBytesThreshold) + ")";
    if (file.bytes < policy.smallFileThreshold)
        return "it is shorter than " + mebibytes(policy.smallFileThreshold);
    return {};
}

} // namespace

Database::Impl::Segments Database::Impl::selectInputs(const MergeSelection& selection, const MergePolicy& policy,
                                                      MergePreview& preview) const {
    Segments inputs;
    bool anyReclaimable = false;
    for (const auto& segment : m_core->segments.list()) {
        const FileStats file = segment->stats();
        if (!file.active && meetsTrigger(file, policy))
            preview.triggered = true;
        if (file.active && file.records == 0)
            continue;
        std::string reason;
        switch (selection.kind) {
        case MergeSelection::Kind::everything:
            reason = "everything is merged";
            break;
        case MergeSelection::Kind::policy:
            if (!file.active)
                reason = reasonByPolicy(file, policy);
            break;
        case MergeSelection::Kind::files:
            if (std::find(selection.generations.begin(), selection.generations.end(), file.generation) !=
                selection.generations.end())
                reason = "it was chosen";
            break;
        }
        if (reason.empty())
            continue;
        if (file.damaged || m_core->segments.boundsDoubt(*segment)) {
            preview.damagedLeftOut.push_back(file.generation);
            continue;
        }
        anyReclaimable = anyReclaimable || reclaimable(file) > 0;
        inputs.push_back(segment);
        preview.files.push_back({.generation = file.generation,
                                 .bytes = file.bytes,
                                 .liveBytes = file.liveBytes,
                                 .deadFraction = deadFraction(file),
                                 .reason = std::move(reason)});
    }
    // By policy, one small file with nothing to reclaim would be copied again and again.
    if (selection.kind == MergeSelection::Kind::policy && inputs.size() == 1 && !anyReclaimable) {
        inputs.clear();
        preview.files.clear();
    }
    return inputs;
}

Result<MergePreview> Database::Impl::previewMerge(const MergeSelection& selection) const {
    if (auto open = checkOpen("preview a merge"); !open)
        return failure(std::move(open.error()));
    MergePreview preview;
    const Segments inputs = selectInputs(selection, mergePolicy(), preview);
    std::uint64_t lowestOutside = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t highest = 0;
    for (const auto& segment : m_core->segments.list()) {
        highest = std::max(highest, segment->highestSequence.load(std::memory_order_relaxed));
        if (std::find(inputs.begin(), inputs.end(), segment) != inputs.end())
            continue;
        const std::uint64_t lowest = segment->lowestSequence.load(std::memory_order_relaxed);
        if (segment->damaged.load(std::memory_order_relaxed))
            lowestOutside = 0;
        if (lowest > 0)
            lowestOutside = std::min(lowestOutside, lowest);
    }
    std::uint64_t kept = 0;
    for (const auto& segment : inputs) {
        const FileStats file = segment->stats();
        const bool allDrop = segment->highestSequence.load(std::memory_order_relaxed) < lowestOutside;
        preview.bytesRead += file.bytes;
        preview.versionsLost += file.deadRecords();
        kept += file.liveBytes;
        if (allDrop) {
            preview.tombstonesDropped += file.tombstones;
            // All but one that is the newest record of the database, whose number must not be given again.
            const std::uint64_t newest = segment->newestTombstoneBytes.load(std::memory_order_relaxed);
            if (newest > 0 && segment->highestSequence.load(std::memory_order_relaxed) == highest) {
                --preview.tombstonesDropped;
                kept += newest;
            }
        } else {
            kept += file.tombstoneBytes;
        }
    }
    if (!inputs.empty()) {
        const std::uint64_t room = std::max<std::uint64_t>(1, m_options.maxFileBytes - format::fileHeaderBytes);
        const std::uint64_t outputs = std::max<std::uint64_t>(1, (kept + room - 1) / room);
        preview.bytesWritten = kept + outputs * format::fileHeaderBytes;
    }
    preview.bytesReclaimed = preview.bytesRead > preview.bytesWritten ? preview.bytesRead - preview.bytesWritten : 0;
    preview.freeBytesNeeded = preview.bytesWritten;
    auto available = m_core->fileSystem->freeBytes(m_directory);
    if (!available)
        return failure(std::move(available.error()));
    preview.freeBytesAvailable = *available;
    return preview;
}

} // namespace rustcask
