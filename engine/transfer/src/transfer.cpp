// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/transfer.h>

#include <algorithm>

namespace rustcask::transfer {

Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, std::string_view prefix, Progress& progress) {
    std::vector<std::size_t> order;
    order.reserve(prefix.empty() ? snapshot.size() : 0);
    for (std::size_t i = 0; i < snapshot.size(); ++i) {
        if (snapshot.entry(i).key.starts_with(prefix))
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

Result<TransferReport> exportRecords(const Snapshot& snapshot, std::string_view prefix, RecordWriter& writer,
                                     Progress& progress) {
    progress.setPhase(Phase::loading);
    const auto order = sortedByKey(snapshot, prefix, progress);
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

Result<void> importRecords(Database& database, RecordReader& reader, Progress& progress, TransferReport& report) {
    progress.setPhase(Phase::copying);
    std::string key;
    std::string value;
    std::uint64_t counted = 0;
    while (true) {
        if (auto alive = progress.checkpoint("import records"); !alive)
            return alive;
        const auto more = reader.next(key, value);
        if (!more)
            return failure(more.error());
        if (!*more)
            break;
        if (auto done = database.put(key, value); !done)
            return done;
        ++report.records;
        report.bytes += key.size() + value.size();
        progress.addRecords(1);
        progress.addBytes(reader.bytesRead() - counted);
        counted = reader.bytesRead();
    }
    progress.setPhase(Phase::done);
    return {};
}

} // namespace rustcask::transfer
