// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/bench/feature.h>
#include <rustcask/result.h>

namespace rustcask::bench {

/// One operation of a trace. The numbers are hashed with the trace and are frozen.
enum class OpKind : std::uint8_t {
    put = 0,
    get = 1,
    remove = 2,
    update = 3,  ///< get, then put of the same key, as one operation
    putSync = 4, ///< a put that is durable when it returns
    scan = 5,    ///< one fold over every record; each record counts as an operation
    getMany = 6, ///< a get of a batch: `getManyBatch` neighbours of a list make one call
    open = 7,    ///< one opening of a closed store; each key of it counts as an operation
    compact = 8, ///< one compaction of the whole store; each live key counts as an operation
};
inline constexpr std::size_t opKindCount = 9;
/// Keys of one batched get.
inline constexpr std::size_t getManyBatch = 64;
/// Stable name of a kind ("put"), as in result files.
[[nodiscard]] std::string_view opKindName(OpKind kind) noexcept;

/// A named workload of the field (db_bench, YCSB).
struct WorkloadInfo {
    std::string_view name{};
    std::string_view summary{};        ///< one plain sentence
    bool loads = false;                ///< the key range is filled before the timed part
    bool writes = false;               ///< the timed part writes
    bool expectsMisses = false;        ///< every read is of an absent key
    std::uint32_t divisor = 1;         ///< operations are keys / divisor, at least 1
    std::uint32_t fixedValueBytes = 0; ///< 0: as asked for
    std::optional<Feature> needs{};    ///< what an engine must be able to do
    bool wholeStore = false;           ///< one operation on all keys, by one thread
    std::uint32_t writerRate = 0;      ///< operations a second of a writer beside the threads; 0: there is none
};

/// Every workload this build can run, in display order.
[[nodiscard]] std::span<const WorkloadInfo> workloads() noexcept;
/// Nullptr when there is none of that name.
[[nodiscard]] const WorkloadInfo* findWorkload(std::string_view name) noexcept;

/// What to run. A plain value; two equal specifications make byte-identical traces.
struct WorkloadSpec {
    std::string name = "fillrandom";
    std::uint64_t keys = 1'000'000; ///< 1 to 1,000,000,000
    std::uint32_t keyBytes = 16;    ///< decimal digits, zero-padded; enough for 2 * keys; at most 65,535
    std::uint32_t valueBytes = 100; ///< 0 to 16 MiB, incompressible
    std::uint32_t threads = 1;      ///< 1 to 256; operation i belongs to thread i mod threads
    std::uint64_t operations = 0;   ///< 0: as the workload defines it
    std::uint64_t seed = 1;
    /// Operations a second, of all threads together, each started when it is due; 0: as fast as they go. Where the
    /// workload has a writer beside its threads it is the writer's rate, and 0 stands for the workload's own.
    std::uint64_t rate = 0;
    /// Whether what the load left in the system's page cache is dropped before the timed part. No part of the trace.
    bool coldCache = false;

    /// The same with the workload's own figures filled in. Errors: invalidArgument, with a sentence saying what is
    /// wrong.
    [[nodiscard]] Result<WorkloadSpec> resolved() const;
    friend bool operator==(const WorkloadSpec&, const WorkloadSpec&) = default;
};

/// Bytes of keys and values that the largest of these puts in a repetition, before and in the timed part. Those that
/// cannot be run count for nothing.
[[nodiscard]] std::uint64_t bytesOfARepetition(std::span<const WorkloadSpec> workloads);

/// The operations of one thread, laid out in the order in which they are read so that the timed loop streams.
class OperationList {
public:
    [[nodiscard]] std::size_t size() const noexcept { return m_kinds.size(); }
    [[nodiscard]] OpKind kind(std::size_t i) const noexcept { return m_kinds[i]; }
    [[nodiscard]] std::string_view key(std::size_t i) const noexcept {
        return {m_keys.data() + i * m_keyBytes, m_keyBytes};
    }
    [[nodiscard]] std::uint32_t valueOffset(std::size_t i) const noexcept { return m_valueOffsets[i]; }

private:
    friend class TraceMaker;
    std::size_t m_keyBytes = 0;
    std::vector<OpKind> m_kinds;
    std::string m_keys;
    std::vector<std::uint32_t> m_valueOffsets;
};

/// Everything a repetition does, made before the clock starts and the same for every engine.
class Trace {
public:
    /// Errors: invalidArgument; cancelled once `stop` is set.
    [[nodiscard]] static Result<Trace> make(const WorkloadSpec& spec, const std::atomic<bool>& stop);

    [[nodiscard]] const WorkloadSpec& spec() const noexcept { return m_spec; }  ///< resolved
    [[nodiscard]] const OperationList& load() const noexcept { return m_load; } ///< empty when nothing is loaded
    [[nodiscard]] const std::vector<OperationList>& threads() const noexcept { return m_threads; }
    /// What a writer beside the threads does, over and over; empty when there is none.
    [[nodiscard]] const OperationList& writer() const noexcept { return m_writer; }
    /// The value of `list.key(i)`: every put of one key stores the same bytes, so any order of threads can be verified.
    [[nodiscard]] std::string_view value(const OperationList& list, std::size_t i) const noexcept {
        return {m_pool.data() + list.valueOffset(i), m_spec.valueBytes};
    }
    /// Bytes of keys and values that are put at most, a writer beside the threads left out.
    [[nodiscard]] std::uint64_t bytesPut() const noexcept;
    /// Different keys that exist at most.
    [[nodiscard]] std::uint64_t keysAtMost() const noexcept { return m_keysAtMost; }
    /// Keys that exist after the whole trace.
    [[nodiscard]] std::uint64_t liveKeysAfter() const noexcept { return m_liveKeysAfter; }
    /// SHA-256 over specification, values and operations, in lower-case hexadecimal digits.
    [[nodiscard]] const std::string& sha256() const noexcept { return m_sha256; }

private:
    friend class TraceMaker;
    WorkloadSpec m_spec;
    OperationList m_load;
    std::vector<OperationList> m_threads;
    OperationList m_writer;
    std::string m_pool;
    std::uint64_t m_liveKeysAfter = 0;
    std::uint64_t m_keysAtMost = 0;
    std::string m_sha256;
};

} // namespace rustcask::bench
