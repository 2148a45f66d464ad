// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/workload.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include <rustcask/bench/random.h>

#include "sha256.h"

namespace rustcask::bench {

namespace {

constexpr std::array<WorkloadInfo, 22> allWorkloads{{
    {"fillseq", "Put every key once, in ascending order.", false, true, false, 1, 0},
    {"fillrandom", "Put uniformly random keys, repeats included.", false, true, false, 1, 0},
    {"filluniquerandom", "Put every key once, in random order.", false, true, false, 1, 0},
    {"overwrite", "Overwrite uniformly random keys of a full set.", true, true, false, 1, 0},
    {"fillsync", "Put random keys, each durable before the next.", false, true, false, 100, 0},
    {"fill100K", "Put values of 100,000 bytes under random keys.", false, true, false, 1000, 100'000},
    {"readrandom", "Get uniformly random keys, all of which exist.", true, false, false, 1, 0},
    {"readmissing", "Get keys that do not exist.", true, false, true, 1, 0},
    {"readhot", "Get uniformly from 1 % of the keys.", true, false, false, 1, 0},
    {"readseq", "Fold over every record.", true, false, false, 1, 0, {}, true},
    {"deleterandom", "Delete uniformly random keys.", true, true, false, 1, 0},
    {"updaterandom", "Get and put random keys, as one operation.", true, true, false, 1, 0},
    {"ycsb-a", "50 % reads, 50 % updates, zipfian.", true, true, false, 1, 0},
    {"ycsb-b", "95 % reads, 5 % updates, zipfian.", true, true, false, 1, 0},
    {"ycsb-c", "Reads only, zipfian.", true, false, false, 1, 0},
    {"ycsb-d", "95 % reads of the latest keys, 5 % inserts.", true, true, false, 1, 0},
    {"ycsb-f", "50 % reads, 50 % read-modify-writes, zipfian.", true, true, false, 1, 0},
    {"readwhilewriting", "Get random keys beside a writer of fixed rate.", true, true, false, 1, 0, {}, false, 10'000},
    {"getmany", "Get random keys, 64 in a call.", true, false, false, 1, 0, Feature::getMany},
    {"compact", "Compact a set of which each key was overwritten.", true, true, false, 1, 0, Feature::compact, true},
    {"open", "Open a full store, from hints where it has them.", true, false, false, 1, 0, {}, true},
    {"open-nohint", "Open a full store from its data alone.", true, false, false, 1, 0, Feature::openWithoutHints,
     true},
}};

constexpr std::uint32_t poolBytes = 1U << 20;
constexpr std::uint64_t loadStream = 1, keyStream = 2, kindStream = 3, scatterStream = 4, valueStream = 5,
                        writerStream = 6;

std::uint64_t streamSeed(std::uint64_t seed, std::uint64_t stream) {
    return mix64(seed) ^ mix64(stream * 0xA0761D6478BD642FULL);
}

std::size_t decimalDigits(std::uint64_t value) {
    std::size_t digits = 1;
    for (; value >= 10; value /= 10)
        ++digits;
    return digits;
}

tl::unexpected<Error> invalid(std::string detail) {
    Error error;
    error.code = ErrorCode::invalidArgument;
    error.operation = "prepare the workload";
    error.detail = std::move(detail);
    return failure(std::move(error));
}

} // namespace

std::string_view opKindName(OpKind kind) noexcept {
    static constexpr std::array<std::string_view, opKindCount> names{"put",  "get",     "remove", "update", "putSync",
                                                                     "scan", "getMany", "open",   "compact"};
    return names[static_cast<std::size_t>(kind)];
}

std::span<const WorkloadInfo> workloads() noexcept {
    return allWorkloads;
}

const WorkloadInfo* findWorkload(std::string_view name) noexcept {
    const auto found = std::find_if(allWorkloads.begin(), allWorkloads.end(),
                                    [name](const WorkloadInfo& info) { return info.name == name; });
    return found == allWorkloads.end() ? nullptr : &*found;
}

Result<WorkloadSpec> WorkloadSpec::resolved() const {
    const WorkloadInfo* info = findWorkload(name);
    if (info == nullptr) {
        if (name == "ycsb-e")
            return invalid("ycsb-e scans ranges of keys, which a Bitcask has no order for: not applicable");
        return invalid("there is no workload named \"" + name + "\"");
    }
    WorkloadSpec spec = *this;
    if (info->fixedValueBytes != 0)
        spec.valueBytes = info->fixedValueBytes;
    if (spec.operations == 0)
        spec.operations = std::max<std::uint64_t>(1, spec.keys / info->divisor);
    if (info->wholeStore) {
        spec.operations = spec.keys;
        spec.threads = 1;
        spec.rate = 0;
    }
    if (info->writerRate != 0 && spec.rate == 0)
        spec.rate = info->writerRate;
    if (spec.keys < 1 || spec.keys > 1'000'000'000)
        return invalid("the number of keys must be 1 to 1,000,000,000");
    if (spec.operations > 4'000'000'000)
        return invalid("at most 4,000,000,000 operations can be asked for");
    if (spec.keyBytes > 65'535 || spec.keyBytes < decimalDigits(2 * spec.keys + spec.operations))
        return invalid("keys of " + std::to_string(spec.keyBytes) + " bytes cannot number " +
                       std::to_string(spec.keys) + " keys; use " +
                       std::to_string(decimalDigits(2 * spec.keys + spec.operations)) + " to 65,535 bytes");
    if (spec.valueBytes > (16U << 20))
        return invalid("values may have at most 16 MiB");
    if (spec.threads < 1 || spec.threads > 256)
        return invalid("the number of threads must be 1 to 256");
    if (spec.rate > 100'000'000)
        return invalid("the rate may be at most 100,000,000 operations a second");
    return spec;
}

std::uint64_t bytesOfARepetition(std::span<const WorkloadSpec> workloads) {
    std::uint64_t most = 0;
    for (const WorkloadSpec& given : workloads) {
        const auto spec = given.resolved();
        if (!spec)
            continue;
        const WorkloadInfo& info = *findWorkload(spec->name);
        const std::uint64_t puts = (info.loads ? spec->keys : 0) + (info.writes ? spec->operations : 0);
        most = std::max(most, puts * (spec->keyBytes + std::uint64_t{spec->valueBytes}));
    }
    return most;
}

/// Fills a Trace. Operations are generated in one global order and dealt out to the threads.
class TraceMaker {
public:
    TraceMaker(Trace& trace, const std::atomic<bool>& stop) : m_trace(trace), m_spec(trace.m_spec), m_stop(stop) {}

    [[nodiscard]] bool make(const WorkloadInfo& info) {
        makePool();
        m_exists.assign(m_spec.keys + m_spec.operations, false);
        if (info.loads && !makeLoad())
            return false;
        prepareThreads(info.wholeStore);
        if (!makeOperations())
            return false;
        if (info.writerRate != 0 && !makeWriter())
            return false;
        m_trace.m_keysAtMost = std::max(m_spec.keys, m_highestKey + 1);
        m_trace.m_liveKeysAfter = static_cast<std::uint64_t>(std::count(m_exists.begin(), m_exists.end(), true));
        return hash();
    }

private:
    void makePool() {
        m_trace.m_pool.resize(poolBytes + m_spec.valueBytes);
        Random random(streamSeed(m_spec.seed, valueStream));
        for (std::size_t i = 0; i < m_trace.m_pool.size(); i += 8) {
            std::uint64_t word = random.next();
            for (std::size_t j = i; j < std::min(i + 8, m_trace.m_pool.size()); ++j, word >>= 8)
                m_trace.m_pool[j] = static_cast<char>(word & 0xFF);
        }
    }

    void append(OperationList& list, OpKind kind, std::uint64_t id) {
        list.m_kinds.push_back(kind);
        char digits[20];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), id).ptr;
        const auto length = static_cast<std::size_t>(end - digits);
        list.m_keys.append(m_spec.keyBytes - length, '0').append(digits, length);
        list.m_valueOffsets.push_back(static_cast<std::uint32_t>(mix64(m_spec.seed ^ mix64(id)) % poolBytes));
        m_highestKey = std::max(m_highestKey, kind == OpKind::get ? 0 : id);
        if (kind == OpKind::remove)
            m_exists[id] = false;
        else if (kind == OpKind::put || kind == OpKind::putSync || kind == OpKind::update)
            m_exists[id] = true;
    }

    void reserve(OperationList& list, std::uint64_t operations) {
        list.m_keyBytes = m_spec.keyBytes;
        list.m_kinds.reserve(operations);
        list.m_keys.reserve(operations * m_spec.keyBytes);
        list.m_valueOffsets.reserve(operations);
    }

    [[nodiscard]] bool stopped(std::uint64_t i) const {
        return (i & 0xFFFU) == 0 && m_stop.load(std::memory_order_relaxed);
    }

    [[nodiscard]] bool makeLoad() {
        reserve(m_trace.m_load, m_spec.keys);
        const Permutation order(m_spec.keys, streamSeed(m_spec.seed, loadStream));
        for (std::uint64_t i = 0; i < m_spec.keys; ++i) {
            if (stopped(i))
                return false;
            append(m_trace.m_load, OpKind::put, order(i));
        }
        if (m_spec.name != "compact")
            return true;
        // As much again in another order, so that half of what is stored is dead.
        const Permutation again(m_spec.keys, streamSeed(m_spec.seed, scatterStream));
        for (std::uint64_t i = 0; i < m_spec.keys; ++i) {
            if (stopped(i))
                return false;
            append(m_trace.m_load, OpKind::put, again(i));
        }
        return true;
    }

    [[nodiscard]] bool makeWriter() {
        reserve(m_trace.m_writer, m_spec.operations);
        Random random(streamSeed(m_spec.seed, writerStream));
        for (std::uint64_t i = 0; i < m_spec.operations; ++i) {
            if (stopped(i))
                return false;
            append(m_trace.m_writer, OpKind::put, random.below(m_spec.keys));
        }
        return true;
    }

    void prepareThreads(bool wholeStore) {
        m_trace.m_threads.resize(m_spec.threads);
        for (auto& list : m_trace.m_threads)
            reserve(list, wholeStore ? 1 : m_spec.operations / m_spec.threads + 1);
    }

    /// Deals out `operations` operations; `next` returns kind and key id of the i-th.
    template <typename Next>
    [[nodiscard]] bool deal(Next next) {
        for (std::uint64_t i = 0; i < m_spec.operations; ++i) {
            if (stopped(i))
                return false;
            const auto [kind, id] = next(i);
            append(m_trace.m_threads[i % m_spec.threads], kind, id);
        }
        return true;
    }

    struct Next {
        OpKind kind;
        std::uint64_t id;
    };

    [[nodiscard]] bool makeOperations() {
        const std::string& name = m_spec.name;
        const std::uint64_t keys = m_spec.keys;
        Random random(streamSeed(m_spec.seed, keyStream));
        if (name == "readseq" || name == "compact" || name.starts_with("open")) {
            append(m_trace.m_threads.front(),
                   name == "readseq"   ? OpKind::scan
                   : name == "compact" ? OpKind::compact
                                       : OpKind::open,
                   0);
            return true;
        }
        if (name == "fillseq")
            return deal([&](std::uint64_t i) { return Next{OpKind::put, i % keys}; });
        if (name == "filluniquerandom") {
            const Permutation order(keys, streamSeed(m_spec.seed, scatterStream));
            return deal([&](std::uint64_t i) { return Next{OpKind::put, order(i % keys)}; });
        }
        if (name == "readmissing")
            return deal([&](std::uint64_t) { return Next{OpKind::get, keys + random.below(keys)}; });
        if (name == "readhot") {
            const Permutation scatter(keys, streamSeed(m_spec.seed, scatterStream));
            const std::uint64_t hot = std::max<std::uint64_t>(1, keys / 100);
            return deal([&](std::uint64_t) { return Next{OpKind::get, scatter(random.below(hot))}; });
        }
        if (name.starts_with("ycsb-"))
            return makeYcsb(random);
        OpKind kind = OpKind::put; // fillrandom, overwrite, fill100K
        if (name == "fillsync")
            kind = OpKind::putSync;
        else if (name == "readrandom" || name == "readwhilewriting")
            kind = OpKind::get;
        else if (name == "getmany")
            kind = OpKind::getMany;
        else if (name == "deleterandom")
            kind = OpKind::remove;
        else if (name == "updaterandom")
            kind = OpKind::update;
        return deal([&](std::uint64_t) { return Next{kind, random.below(keys)}; });
    }

    [[nodiscard]] bool makeYcsb(Random& random) {
        const char letter = m_spec.name.back();
        const Zipfian zipfian(m_spec.keys);
        Random kinds(streamSeed(m_spec.seed, kindStream));
        if (letter == 'd') {
            // The latest keys are the most popular ones. An insert counts as seen by the operations after it; on
            // several threads a read may overtake it, and is then a miss that is reported.
            std::uint64_t newest = m_spec.keys;
            return deal([&](std::uint64_t) {
                if (kinds.below(100) >= 95)
                    return Next{OpKind::put, newest++};
                return Next{OpKind::get, newest - 1 - zipfian(random)};
            });
        }
        const std::uint64_t readPercent = letter == 'c' ? 100 : letter == 'b' ? 95 : 50;
        const OpKind other = letter == 'f' ? OpKind::update : OpKind::put;
        const Permutation scatter(m_spec.keys, streamSeed(m_spec.seed, scatterStream));
        return deal([&](std::uint64_t) {
            const OpKind kind = kinds.below(100) < readPercent ? OpKind::get : other;
            return Next{kind, scatter(zipfian(random))};
        });
    }

    void hashList(Sha256& hash, const OperationList& list) const {
        static_assert(sizeof(OpKind) == 1);
        hash.add(std::to_string(list.size()) + "\n");
        hash.add({reinterpret_cast<const char*>(list.m_kinds.data()), list.m_kinds.size()});
        hash.add(list.m_keys);
        std::string encoded;
        for (const std::uint32_t offset : list.m_valueOffsets) {
            for (unsigned shift = 0; shift < 32; shift += 8)
                encoded += static_cast<char>((offset >> shift) & 0xFF);
            if (encoded.size() >= 65'536) {
                hash.add(encoded);
                encoded.clear();
            }
        }
        hash.add(encoded);
    }

    [[nodiscard]] bool hash() {
        Sha256 hash;
        hash.add("rustcask-trace-1\n" + m_spec.name + "\n");
        for (const std::uint64_t figure :
             {m_spec.keys, std::uint64_t{m_spec.keyBytes}, std::uint64_t{m_spec.valueBytes},
              std::uint64_t{m_spec.threads}, m_spec.operations, m_spec.seed})
            hash.add(std::to_string(figure) + "\n");
        if (m_spec.rate != 0)
            hash.add("rate " + std::to_string(m_spec.rate) + "\n");
        hash.add(m_trace.m_pool);
        hashList(hash, m_trace.m_load);
        for (const auto& list : m_trace.m_threads) {
            if (m_stop.load(std::memory_order_relaxed))
                return false;
            hashList(hash, list);
        }
        if (m_trace.m_writer.size() > 0)
            hashList(hash, m_trace.m_writer);
        m_trace.m_sha256 = hash.finish();
        return true;
    }

    Trace& m_trace;
    const WorkloadSpec& m_spec;
    const std::atomic<bool>& m_stop;
    std::vector<bool> m_exists;
    std::uint64_t m_highestKey = 0;
};

std::uint64_t Trace::bytesPut() const noexcept {
    std::uint64_t operations = m_load.size();
    for (const OperationList& list : m_threads)
        operations += list.size();
    return operations * (std::uint64_t{m_spec.keyBytes} + m_spec.valueBytes);
}

Result<Trace> Trace::make(const WorkloadSpec& spec, const std::atomic<bool>& stop) {
    Result<WorkloadSpec> resolved = spec.resolved();
    if (!resolved)
        return failure(std::move(resolved.error()));
    Trace trace;
    trace.m_spec = std::move(*resolved);
    if (!TraceMaker(trace, stop).make(*findWorkload(trace.m_spec.name))) {
        Error error;
        error.code = ErrorCode::cancelled;
        error.operation = "make the trace";
        return failure(std::move(error));
    }
    return trace;
}

} // namespace rustcask::bench
