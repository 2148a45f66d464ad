// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <thread>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"
#include "system_usage.h"

namespace rustcask::bench {

namespace {

// Made by the library when the table's options name no cache (block_based_table_factory.cc, 7.8).
constexpr std::uint64_t defaultCacheBytes = std::uint64_t{8} << 20;

Result<void> checked(const rocksdb::Status& status, const char* operation) {
    if (!status.ok())
        return engineFailure("RocksDB", operation, status.ToString());
    return {};
}

rocksdb::Slice slice(std::string_view text) {
    return {text.data(), text.size()};
}

class RocksDbSession final : public Session {
public:
    RocksDbSession(rocksdb::DB& db, const rocksdb::ReadOptions& reading, const rocksdb::WriteOptions& writing)
        : m_db(db), m_reading(reading), m_writing(writing), m_hasLog(!writing.disableWAL) {
        m_durable.sync = true;
    }

    Result<void> put(std::string_view key, std::string_view value) override {
        return checked(m_db.Put(m_writing, slice(key), slice(value)), "put");
    }
    Result<void> putSync(std::string_view key, std::string_view value) override {
        if (m_hasLog)
            return checked(m_db.Put(m_durable, slice(key), slice(value)), "put");
        if (auto stored = put(key, value); !stored)
            return stored;
        return checked(m_db.Flush({}), "flush");
    }
    Result<bool> get(std::string_view key, std::string& value) override { return read(key, value); }
    Result<bool> remove(std::string_view key) override {
        // Delete does not say whether the key was there.
        auto found = read(key, m_scratch);
        if (found && *found)
            if (auto done = checked(m_db.Delete(m_writing, slice(key)), "delete"); !done)
                return failure(std::move(done.error()));
        return found;
    }
    Result<std::size_t> getMany(std::span<const std::string_view> keys, std::vector<std::string>& values) override {
        m_keys.clear();
        for (const std::string_view key : keys)
            m_keys.push_back(slice(key));
        m_pinned.resize(keys.size());
        m_statuses.resize(keys.size());
        m_db.MultiGet(m_reading, m_db.DefaultColumnFamily(), keys.size(), m_keys.data(), m_pinned.data(),
                      m_statuses.data());
        std::size_t found = 0;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (m_statuses[i].ok()) {
                values[i].assign(m_pinned[i].data(), m_pinned[i].size());
                ++found;
            } else if (m_statuses[i].IsNotFound()) {
                values[i].clear();
            } else {
                return engineFailure("RocksDB", "get many", m_statuses[i].ToString());
            }
            m_pinned[i].Reset();
        }
        return found;
    }

private:
    Result<bool> read(std::string_view key, std::string& value) {
        const rocksdb::Status status = m_db.Get(m_reading, slice(key), &value);
        if (status.ok())
            return true;
        if (!status.IsNotFound())
            return engineFailure("RocksDB", "get", status.ToString());
        value.clear();
        return false;
    }

    rocksdb::DB& m_db;
    const rocksdb::ReadOptions m_reading;
    const rocksdb::WriteOptions m_writing;
    const bool m_hasLog;
    rocksdb::WriteOptions m_durable;
    std::string m_scratch;
    std::vector<rocksdb::Slice> m_keys;
    std::vector<rocksdb::PinnableSlice> m_pinned;
    std::vector<rocksdb::Status> m_statuses;
};

class RocksDbEngine final : public Engine {
public:
    explicit RocksDbEngine(OptionMap options) : m_options(std::move(options)) {}

    Result<void> open(const std::filesystem::path& directory) {
        rocksdb::Options options;
        options.create_if_missing = true;
        options.write_buffer_size = optionNumber(m_options, "writeBufferBytes");
        options.max_write_buffer_number = static_cast<int>(optionNumber(m_options, "writeBuffers"));
        options.max_open_files =
            m_options.at("maxOpenFiles") == "0" ? -1 : static_cast<int>(optionNumber(m_options, "maxOpenFiles"));
        if (m_options.at("compression") == "none")
            options.compression = rocksdb::kNoCompression;
        rocksdb::BlockBasedTableOptions table;
        if (const auto bytes = optionNumber(m_options, "cacheBytes"); bytes != defaultCacheBytes)
            table.block_cache = rocksdb::NewLRUCache(bytes);
        if (const auto bits = optionNumber(m_options, "bloomBits"); bits > 0)
            table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(static_cast<double>(bits)));
        options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        m_reading.verify_checksums = optionFlag(m_options, "verifyChecksums");
        m_writing.sync = optionFlag(m_options, "sync");
        m_writing.disableWAL = !optionFlag(m_options, "log");
        if (m_writing.sync && m_writing.disableWAL)
            return engineFailure("RocksDB", "open", "sync = true needs log = true");
        rocksdb::DB* db = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(options, directory.string(), &db);
        m_db.reset(db);
        return checked(status, "open");
    }

    Result<std::unique_ptr<Session>> session() override {
        return std::make_unique<RocksDbSession>(*m_db, m_reading, m_writing);
    }
    Result<void> sync() override {
        if (m_writing.disableWAL)
            return checked(m_db->Flush({}), "flush");
        return checked(m_db->SyncWAL(), "sync");
    }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        const std::unique_ptr<rocksdb::Iterator> it(m_db->NewIterator(m_reading));
        for (it->SeekToFirst(); it->Valid(); it->Next())
            if (!visit({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()}))
                return {};
        return checked(it->status(), "scan");
    }
    Result<void> settle(const std::atomic<bool>& stop) override {
        while (!stop.load(std::memory_order_relaxed)) {
            std::uint64_t work = 0;
            for (const auto& property :
                 {rocksdb::DB::Properties::kMemTableFlushPending, rocksdb::DB::Properties::kNumRunningFlushes,
                  rocksdb::DB::Properties::kCompactionPending, rocksdb::DB::Properties::kNumRunningCompactions}) {
                std::uint64_t value = 0;
                if (m_db->GetIntProperty(property, &value))
                    work += value;
            }
            if (work == 0)
                break;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return {};
    }
    Result<void> compact() override {
        return checked(m_db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr), "compact");
    }
    EngineCounters counters() const override { return {processBytesWritten(), {}}; }
    OptionMap effectiveOptions() const override { return m_options; }
    Result<void> close() override {
        auto closed = checked(m_db->Close(), "close");
        m_db.reset();
        return closed;
    }

private:
    const OptionMap m_options;
    rocksdb::ReadOptions m_reading;
    rocksdb::WriteOptions m_writing;
    std::unique_ptr<rocksdb::DB> m_db;
};

class RocksDbKind final : public EngineKind {
public:
    RocksDbKind() {
        const rocksdb::Options options;
        m_options = {
            flagOption("sync", rocksdb::WriteOptions().sync, "Whether a write waits for the disk."),
            flagOption("log", !rocksdb::WriteOptions().disableWAL, "Whether writes go to the log first."),
            numberOption("cacheBytes", defaultCacheBytes, 0, std::uint64_t{1} << 40, "bytes",
                         "Size of the block cache."),
            numberOption("writeBufferBytes", options.write_buffer_size, 64 << 10, std::uint64_t{1} << 40, "bytes",
                         "Size of a table in memory."),
            numberOption("writeBuffers", static_cast<std::uint64_t>(options.max_write_buffer_number), 1, 100, "",
                         "Tables in memory at most."),
            numberOption("bloomBits", 0, 0, 64, "", "Bits of the Bloom filter per key; 0: no filter."),
            choiceOption("compression", options.compression == rocksdb::kNoCompression ? "none" : "snappy",
                         {"none", "snappy"}, "Compression of blocks."),
            flagOption("verifyChecksums", rocksdb::ReadOptions().verify_checksums,
                       "Whether every get checks the checksums of the blocks it reads."),
            numberOption("maxOpenFiles",
                         options.max_open_files < 0 ? 0 : static_cast<std::uint64_t>(options.max_open_files), 0,
                         1'000'000, "", "Open files at most; 0: unlimited."),
        };
    }

    std::string_view name() const noexcept override { return "rocksdb"; }
    std::string_view title() const noexcept override { return "RocksDB"; }
    std::string version() const override { return rocksdb::GetRocksVersionAsString(); }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }
    bool has(Feature feature) const noexcept override {
        return feature == Feature::compact || feature == Feature::getMany;
    }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto options = complete(request.options);
        if (!options)
            return failure(std::move(options.error()));
        auto engine = std::make_unique<RocksDbEngine>(std::move(*options));
        if (auto opened = engine->open(request.directory); !opened)
            return failure(std::move(opened.error()));
        return engine;
    }
    Durability durability(const OptionMap& effective) const override {
        if (!optionFlag(effective, "log"))
            return Durability::d0;
        return optionFlag(effective, "sync") ? Durability::d3 : Durability::d1;
    }
    std::optional<OptionMap> matched(Durability durability) const override {
        if (durability == Durability::d2)
            return std::nullopt;
        // Cache and both tables in memory are 64 MiB together.
        return OptionMap{{"sync", durability == Durability::d3 ? "true" : "false"},
                         {"log", durability == Durability::d0 ? "false" : "true"},
                         {"cacheBytes", std::to_string(32 << 20)},
                         {"writeBufferBytes", std::to_string(16 << 20)},
                         {"writeBuffers", "2"},
                         {"bloomBits", "10"},
                         {"compression", "none"},
                         {"verifyChecksums", "true"},
                         {"maxOpenFiles", "0"}};
    }
    OptionMap loading(OptionMap complete) const override {
        complete["sync"] = "false";
        return complete;
    }

private:
    std::vector<OptionInfo> m_options;
};

} // namespace

} // namespace rustcask::bench

RUSTCASK_PEER_MODULE(rustcask::bench::RocksDbKind)
