// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/transfer.h>

#include <algorithm>

namespace rustcask::transfer {

Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, std::string_view prefix, Progress& progress) {
    return sortedByKey(snapshot, KeySelection{.prefix = std::string(prefix)}, progress);
}

Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, const KeySelection& selection,
                                             Progress& progress) {
    std::vector<std::size_t> order;
    order.reserve(selection.prefix.empty() && selection.containing.empty() ? snapshot.size() : 0);
    for (std::size_t i = 0; i < snapshot.size(); ++i) {
        if ((i & 0xffff) == 0) {
            if (auto alive = progress.checkpoint("select the keys"); !alive)
                return failure(std::move(alive.error()));
        }
        if (selection.matches(snapshot.entry(i).key))
            order.push_back(i);
    }
    // The comparison is the only place from which a long sort can be left.
    struct Cancelled {};
    std::uint32_t comparisons = 0;
    try {
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            if ((++comparisons & 0xfff) == 0 && progress.isCancelled())
                throw Cancelled{};
            return snapshot.entry(a).key < snapshot.entry(b).key;
        });
    } catch (const Cancelled&) {
    }
    if (auto alive = progress.checkpoint("sort the keys"); !alive)
        return failure(std::move(alive.error()));
    return order;
}

Result<TransferReport> exportRecords(const Snapshot& snapshot, const KeySelection& selection, RecordWriter& writer,
                                     Progress& progress) {
    progress.setPhase(Phase::loading);
    const auto order = sortedByKey(snapshot, selection, progress);
    if (!order)
        return failure(order.error());
    std::uint64_t valueBytes = 0;
    for (const std::size_t index : *order)
        valueBytes += snapshot.entry(index).valueBytes;
    progress.setTotals(0, order->size(), valueBytes);
    progress.setPhase(Phase::copying);

    TransferReport report;
    for (const std::size_t index : *order) {
        if (auto alive = progress.checkpoint("export the database"); !alive)
            return failure(std::move(alive.error()));
        const std::string_view key = snapshot.entry(index).key;
        const auto value = snapshot.value(index);
        if (!value)
            return failure(value.error());
        if (auto done = writer.write(key, *value); !done)
            return failure(std::move(done.error()));
        ++report.records;
        report.bytes += key.size() + value->size();
        progress.addRecords(1);
        progress.addBytes(value->size());
    }
    if (auto done = writer.finish(); !done)
        return failure(std::move(done.error()));
    progress.setPhase(Phase::done);
    return report;
}

Result<TransferReport> exportKeys(const Database& database, std::size_t count, const KeyAt& keyAt, RecordWriter& writer,
                                  Progress& progress) {
    progress.setTotals(0, count, 0);
    progress.setPhase(Phase::copying);
    TransferReport report;
    std::string value;
    for (std::size_t i = 0; i < count; ++i) {
        if (auto alive = progress.checkpoint("export the keys"); !alive)
            return failure(std::move(alive.error()));
        const std::string_view key = keyAt(i);
        const auto found = database.get(key, value);
        if (!found)
            return failure(found.error());
        progress.addRecords(1);
        if (!*found) {
            ++report.absent;
            continue;
        }
        if (auto done = writer.write(key, value); !done)
            return failure(std::move(done.error()));
        ++report.records;
        report.bytes += key.size() + value.size();
        progress.addBytes(value.size());
    }
    if (auto done = writer.finish(); !done)
        return failure(std::move(done.error()));
    progress.setPhase(Phase::done);
    return report;
}

std::string_view conflictPolicyName(ConflictPolicy policy) noexcept {
    switch (policy) {
    case ConflictPolicy::overwrite:
        return "overwrite";
    case ConflictPolicy::keep:
        return "keep";
    case ConflictPolicy::fail:
        return "fail";
    }
    return "overwrite";
}

std::optional<ConflictPolicy> conflictPolicyFromName(std::string_view name) noexcept {
    for (const ConflictPolicy policy : {ConflictPolicy::overwrite, ConflictPolicy::keep, ConflictPolicy::fail}) {
        if (conflictPolicyName(policy) == name)
            return policy;
    }
    return std::nullopt;
}

Error conflictWith(std::string_view key) {
    constexpr std::size_t shown = 200;
    return Error{.code = ErrorCode::invalidArgument,
                 .operation = "import a record",
                 .detail = "the key '" + encode(key.substr(0, shown), Encoding::text) +
                           (key.size() > shown ? "...' has" : "' has") + " a value already",
                 .advice = "Choose to overwrite or to keep what is there."};
}

Result<Stored> storeRecord(Database& database, std::string_view key, std::string_view value, ConflictPolicy policy) {
    if (policy == ConflictPolicy::overwrite) {
        const auto there = database.contains(key);
        if (!there)
            return failure(there.error());
        if (auto done = database.put(key, value); !done)
            return failure(std::move(done.error()));
        return *there ? Stored::over : Stored::fresh;
    }
    // In one step: somebody else may write meanwhile.
    const auto stored = database.putIf(key, value, std::nullopt);
    if (!stored)
        return failure(stored.error());
    if (!*stored && policy == ConflictPolicy::fail)
        return failure(conflictWith(key));
    return *stored ? Stored::fresh : Stored::kept;
}

Result<void> importRecords(Database& database, RecordReader& reader, const ImportOptions& options, Progress& progress,
                           TransferReport& report) {
    progress.setPhase(Phase::copying);
    std::string key;
    std::string value;
    std::uint64_t counted = 0;
    const auto leftOut = [&](const Error& error) {
        if (!options.skipMalformed || error.code != ErrorCode::invalidArgument)
            return false;
        ++report.malformed;
        if (options.onMalformed)
            options.onMalformed(error);
        return true;
    };
    while (true) {
        if (auto alive = progress.checkpoint("import records"); !alive)
            return alive;
        const auto more = reader.next(key, value);
        progress.addBytes(reader.bytesRead() - counted);
        counted = reader.bytesRead();
        if (!more) {
            if (leftOut(more.error()) && reader.canContinue())
                continue;
            return failure(more.error());
        }
        if (!*more)
            break;
        progress.addRecords(1);
        const bool holdable = !key.empty() && key.size() <= maxKeyBytes && value.size() <= maxValueBytes;
        const auto stored =
            options.store ? options.store(key, value) : storeRecord(database, key, value, options.conflicts);
        if (!stored) {
            if (!holdable && leftOut(stored.error()))
                continue;
            return failure(stored.error());
        }
        if (*stored == Stored::kept) {
            ++report.kept;
            continue;
        }
        report.replaced += *stored == Stored::over ? 1 : 0;
        ++report.records;
        report.bytes += key.size() + value.size();
    }
    progress.setPhase(Phase::done);
    return {};
}

} // namespace rustcask::transfer
