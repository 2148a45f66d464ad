// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/transfer.h>

#include <algorithm>

namespace rustcask::transfer {

Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, std::string_view prefix, Progress& progress) {
    return sortedByKey(snapshot, KeySelection{.prefix = std::string(prefix)}, progress);
}

namespace {

/// A key to be sorted, with the eight bytes behind what all keys share: most comparisons look no further, and so miss
/// no cache.
struct SortedKey {
    std::uint64_t head;
    const char* key;
    std::uint64_t indexAndBytes; // the key's length in the low 16 bits

    SortedKey(std::string_view bytes, std::size_t index) noexcept
        : head(0), key(bytes.data()), indexAndBytes(index << 16 | bytes.size()) {}
    std::size_t index() const noexcept { return indexAndBytes >> 16; }
    std::string_view view() const noexcept { return {key, indexAndBytes & 0xffff}; }
};
static_assert(maxKeyBytes < 1U << 16);

std::uint64_t headOf(std::string_view key, std::size_t shared) noexcept {
    std::uint64_t head = 0;
    for (std::size_t i = shared; i < shared + 8; ++i)
        head = head << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
    return head;
}

std::size_t sharedBytes(std::string_view a, std::string_view b) noexcept {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t shared = 0;
    while (shared < most && a[shared] == b[shared])
        ++shared;
    return shared;
}

} // namespace

Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, const KeySelection& selection,
                                             Progress& progress) {
    std::vector<SortedKey> keys;
    keys.reserve(selection.prefix.empty() && selection.containing.empty() ? snapshot.size() : 0);
    std::string_view first;
    std::size_t shared = 0;
    for (std::size_t i = 0; i < snapshot.size(); ++i) {
        if ((i & 0xffff) == 0) {
            if (auto alive = progress.checkpoint("select the keys"); !alive)
                return failure(std::move(alive.error()));
        }
        const std::string_view key = snapshot.entry(i).key;
        if (!selection.matches(key))
            continue;
        if (keys.empty())
            shared = (first = key).size();
        shared = sharedBytes(first.substr(0, shared), key);
        keys.emplace_back(key, i);
    }
    for (SortedKey& key : keys)
        key.head = headOf(key.view(), shared);
    // The comparison is the only place from which a long sort can be left.
    struct Cancelled {};
    std::uint32_t comparisons = 0;
    try {
        std::sort(keys.begin(), keys.end(), [&](const SortedKey& a, const SortedKey& b) {
            if ((++comparisons & 0xfff) == 0 && progress.isCancelled())
                throw Cancelled{};
            return a.head != b.head ? a.head < b.head : a.view() < b.view();
        });
    } catch (const Cancelled&) {
    }
    if (auto alive = progress.checkpoint("sort the keys"); !alive)
        return failure(std::move(alive.error()));
    std::vector<std::size_t> order;
    order.reserve(keys.size());
    for (const SortedKey& key : keys)
        order.push_back(key.index());
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
    const auto valueNow = [&](std::size_t index, std::string& value) { return database.get(keyAt(index), value); };
    return exportKeys(count, keyAt, valueNow, writer, progress);
}

Result<TransferReport> exportKeys(std::size_t count, const KeyAt& keyAt, const ValueAt& valueAt, RecordWriter& writer,
                                  Progress& progress) {
    progress.setTotals(0, count, 0);
    progress.setPhase(Phase::copying);
    TransferReport report;
    std::string value;
    for (std::size_t i = 0; i < count; ++i) {
        if (auto alive = progress.checkpoint("export the keys"); !alive)
            return failure(std::move(alive.error()));
        const auto found = valueAt(i, value);
        if (!found)
            return failure(found.error());
        progress.addRecords(1);
        if (!*found) {
            ++report.absent;
            continue;
        }
        const std::string_view key = keyAt(i);
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
