// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"
#include "system_usage.h"

namespace rustcask::bench {

namespace {

Result<void> checked(const leveldb::Status& status, const char* operation) {
    if (!status.ok())
        return engineFailure("LevelDB", operation, status.ToString());
    return {};
}

class LevelDbSession final : public Session {
public:
    LevelDbSession(leveldb::DB& db, const leveldb::ReadOptions& reading, const leveldb::WriteOptions& writing)
        : m_db(db), m_reading(reading), m_writing(writing) {
        m_durable.sync = true;
    }

    Result<void> put(std::string_view key, std::string_view value) override {
        return checked(m_db.Put(m_writing, slice(key), slice(value)), "put");
    }
    Result<void> putSync(std::string_view key, std::string_view value) override {
        return checked(m_db.Put(m_durable, slice(key), slice(value)), "put");
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

private:
    static leveldb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

    Result<bool> read(std::string_view key, std::string& value) {
        const leveldb::Status status = m_db.Get(m_reading, slice(key), &value);
        if (status.ok())
            return true;
        if (!status.IsNotFound())
            return engineFailure("LevelDB", "get", status.ToString());
        value.clear();
        return false;
    }

    leveldb::DB& m_db;
    const leveldb::ReadOptions m_reading;
    const leveldb::WriteOptions m_writing;
    leveldb::WriteOptions m_durable;
    std::string m_scratch;
};

class LevelDbEngine final : public Engine {
public:
    explicit LevelDbEngine(OptionMap options) : m_options(std::move(options)) {}

    Result<void> open(const std::filesystem::path& directory) {
        leveldb::Options options;
        options.create_if_missing = true;
        options.write_buffer_size = optionNumber(m_options, "writeBufferBytes");
        if (m_options.at("compression") == "none")
            options.compression = leveldb::kNoCompression;
        // Without a cache of ours the library makes one of its default size.
        if (const auto bytes = optionNumber(m_options, "cacheBytes"); bytes != defaultCacheBytes) {
            m_cache.reset(leveldb::NewLRUCache(bytes));
            options.block_cache = m_cache.get();
        }
        if (const auto bits = optionNumber(m_options, "bloomBits"); bits > 0) {
            m_filter.reset(leveldb::NewBloomFilterPolicy(static_cast<int>(bits)));
            options.filter_policy = m_filter.get();
        }
        m_reading.verify_checksums = optionFlag(m_options, "verifyChecksums");
        m_writing.sync = optionFlag(m_options, "sync");
        leveldb::DB* db = nullptr;
        const leveldb::Status status = leveldb::DB::Open(options, directory.string(), &db);
        m_db.reset(db);
        return checked(status, "open");
    }

    Result<std::unique_ptr<Session>> session() override {
        return std::make_unique<LevelDbSession>(*m_db, m_reading, m_writing);
    }
    Result<void> sync() override {
        // A synchronous write makes the whole log before it durable; an empty one adds nothing else.
        leveldb::WriteBatch nothing;
        leveldb::WriteOptions durable;
        durable.sync = true;
        return checked(m_db->Write(durable, &nothing), "sync");
    }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        const std::unique_ptr<leveldb::Iterator> it(m_db->NewIterator(m_reading));
        for (it->SeekToFirst(); it->Valid(); it->Next())
            if (!visit({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()}))
                return {};
        return checked(it->status(), "scan");
    }
    // LevelDB does not tell whether it compacts: it is quiet once the process has stopped computing.
    Result<void> settle(const std::atomic<bool>& stop) override {
        waitUntilIdle(stop);
        return {};
    }
    Result<void> compact() override {
        m_db->CompactRange(nullptr, nullptr);
        return {};
    }
    EngineCounters counters() const override { return {processBytesWritten(), {}}; }
    OptionMap effectiveOptions() const override { return m_options; }
    Result<void> close() override {
        m_db.reset();
        return {};
    }

    static constexpr std::uint64_t defaultCacheBytes = std::uint64_t{8} << 20; // util/cache of DBImpl, 1.23

private:
    const OptionMap m_options;
    std::unique_ptr<leveldb::Cache> m_cache;
    std::unique_ptr<const leveldb::FilterPolicy> m_filter;
    leveldb::ReadOptions m_reading;
    leveldb::WriteOptions m_writing;
    std::unique_ptr<leveldb::DB> m_db; // last: it uses cache and filter
};

class LevelDbKind final : public EngineKind {
public:
    LevelDbKind() {
        const leveldb::Options options;
        m_options = {
            flagOption("sync", leveldb::WriteOptions().sync, "Whether a write waits for the disk."),
            numberOption("cacheBytes", LevelDbEngine::defaultCacheBytes, 0, std::uint64_t{1} << 40, "bytes",
                         "Size of the block cache."),
            numberOption("writeBufferBytes", options.write_buffer_size, 64 << 10, std::uint64_t{1} << 30, "bytes",
                         "Size of a table in memory; there may be two."),
            numberOption("bloomBits", 0, 0, 64, "", "Bits of the Bloom filter per key; 0: no filter."),
            choiceOption("compression", options.compression == leveldb::kNoCompression ? "none" : "snappy",
                         {"none", "snappy"}, "Compression of blocks."),
            flagOption("verifyChecksums", leveldb::ReadOptions().verify_checksums,
                       "Whether every get checks the checksums of the blocks it reads."),
        };
    }

    std::string_view name() const noexcept override { return "leveldb"; }
    std::string_view title() const noexcept override { return "LevelDB"; }
    std::string version() const override {
        return std::to_string(leveldb::kMajorVersion) + "." + std::to_string(leveldb::kMinorVersion);
    }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }
    bool has(Feature feature) const noexcept override { return feature == Feature::compact; }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto options = complete(request.options);
        if (!options)
            return failure(std::move(options.error()));
        auto engine = std::make_unique<LevelDbEngine>(std::move(*options));
        if (auto opened = engine->open(request.directory); !opened)
            return failure(std::move(opened.error()));
        return engine;
    }
    Durability durability(const OptionMap& effective) const override {
        return optionFlag(effective, "sync") ? Durability::d3 : Durability::d1;
    }
    std::optional<OptionMap> matched(Durability durability) const override {
        if (durability != Durability::d1 && durability != Durability::d3)
            return std::nullopt;
        // Cache and both tables in memory are 64 MiB together.
        return OptionMap{{"sync", durability == Durability::d3 ? "true" : "false"},
                         {"cacheBytes", std::to_string(32 << 20)},
                         {"writeBufferBytes", std::to_string(16 << 20)},
                         {"bloomBits", "10"},
                         {"compression", "none"},
                         {"verifyChecksums", "true"}};
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

RUSTCASK_PEER_MODULE(rustcask::bench::LevelDbKind)
