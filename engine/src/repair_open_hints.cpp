// SPDX-License-Identifier: Apache-2.0
// Hint files of a database that is open for writing, beside all who use it.
#include <map>

#include <rustcask/database.h>
#include <rustcask/repair.h>

#include "database_impl.h"
#include "log/hint_writer.h"
#include "repair_hints.h"

namespace rustcask {

Result<HintReport> Database::rebuildHints(Progress& progress) {
    return m_impl->rebuildHints(progress);
}

Result<HintReport> Database::Impl::rebuildHints(Progress& progress) {
    if (auto writable = checkWritable(repair::hintOperation); !writable)
        return failure(std::move(writable.error()));
    io::FileSystem& fileSystem = *m_core->fileSystem;
    progress.setPhase(Phase::scanning);
    auto catalog = inspect::readCatalog(fileSystem, m_directory, repair::hintOperation);
    if (!catalog)
        return failure(std::move(catalog.error()));
    std::map<Generation, std::shared_ptr<log::Segment>> segments;
    for (auto& segment : m_core->segments.list())
        segments.emplace(segment->generation, segment);
    std::uint64_t bytes = 0;
    for (const inspect::CatalogFile& file : catalog->data)
        bytes += file.bytes;
    progress.setTotals(catalog->data.size(), 0, bytes);
    progress.setPhase(Phase::verifying);

    HintReport report;
    for (inspect::CatalogFile& file : catalog->data) {
        if (auto going = progress.checkpoint(repair::hintOperation); !going)
            return failure(std::move(going.error()));
        const auto known = segments.find(file.generation);
        if (known == segments.end() || known->second->removed.load(std::memory_order_acquire))
            continue; // made or merged away meanwhile: it has the hint it needs
        log::Segment& segment = *known->second;
        const HintFinding active{.generation = file.generation,
                                 .state = HintState::active,
                                 .text = "records are still being appended: the hint is written when it is sealed"};
        if (!segment.sealed.load(std::memory_order_acquire)) {
            report.files.push_back(active);
            progress.addBytes(file.bytes);
            progress.addFiles(1);
            continue;
        }
        const std::uint64_t hintBytes = segment.hintBytes.load(std::memory_order_relaxed);
        file.bytes = segment.bytes.load(std::memory_order_acquire);
        file.newestLog = false; // sealed: its end is no torn one
        auto examined = repair::examineHint(fileSystem, file, false, progress);
        if (!examined && io::isMissing(examined.error()))
            continue;
        if (!examined)
            return failure(std::move(examined.error()));
        HintFinding& finding = examined->finding;
        if (finding.removed || examined->worthAHint) {
            const MutexLock lock(m_hintMutex);
            if (segment.removed.load(std::memory_order_acquire))
                continue;
            if (!segment.sealed.load(std::memory_order_acquire) ||
                segment.bytes.load(std::memory_order_acquire) != file.bytes) {
                finding = active; // appends go on in it since
            } else if (segment.hintBytes.load(std::memory_order_relaxed) != hintBytes) {
                // Written by the maintenance thread since.
                finding = {.generation = file.generation,
                           .hintBytes = segment.hintBytes.load(std::memory_order_relaxed)};
            } else if (finding.removed) {
                auto done = fileSystem.remove(file.hint);
                if (done)
                    done = fileSystem.syncDirectory(m_directory);
                if (!done)
                    return failure(std::move(done.error()));
                segment.hintBytes.store(0, std::memory_order_relaxed);
                finding.hintBytes = 0;
            } else {
                auto length =
                    log::writeHint(fileSystem, segment, m_keydir, m_core->reclaimer, m_options.scanChunkBytes);
                if (!length)
                    return failure(std::move(length.error()));
                finding.rebuilt = *length > 0;
                if (finding.rebuilt) {
                    finding.hintBytes = *length;
                    segment.hintBytes.store(*length, std::memory_order_relaxed);
                    tellStep(EventKind::hint, {}, segment.generation, *length, segment.name);
                }
            }
        }
        report.bytesRead += file.bytes;
        report.rebuilt += finding.rebuilt ? 1U : 0U;
        report.removed += finding.removed ? 1U : 0U;
        report.files.push_back(std::move(finding));
        progress.addFiles(1);
    }
    progress.setPhase(Phase::done);
    return report;
}

} // namespace rustcask
