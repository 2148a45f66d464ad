// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <system_error>

#include <lmdb.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"
#include "system_usage.h"

namespace rustcask::bench {

namespace {

Result<void> checked(int code, const char* operation) {
    if (code != MDB_SUCCESS)
        return engineFailure("LMDB", operation, mdb_strerror(code));
    return {};
}

MDB_val val(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())}; // the library does not write to it
}

std::string_view view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

class LmdbSession final : public Session {
public:
    LmdbSession(MDB_env* environment, MDB_dbi table) : m_environment(environment), m_table(table) {}
    ~LmdbSession() override {
        if (m_reading != nullptr)
            mdb_txn_abort(m_reading);
    }

    Result<void> put(std::string_view key, std::string_view value) override {
        return write([&](MDB_txn* transaction) {
            MDB_val k = val(key), v = val(value);
            return mdb_put(transaction, m_table, &k, &v, 0);
        });
    }
    Result<void> putSync(std::string_view key, std::string_view value) override {
        if (auto stored = put(key, value); !stored)
            return stored;
        return checked(mdb_env_sync(m_environment, 1), "sync");
    }
    Result<bool> get(std::string_view key, std::string& value) override {
        if (auto begun = beginReading(); !begun)
            return failure(std::move(begun.error()));
        MDB_val k = val(key), v{};
        const int code = mdb_get(m_reading, m_table, &k, &v);
        if (code == MDB_SUCCESS)
            value.assign(static_cast<const char*>(v.mv_data), v.mv_size);
        else
            value.clear();
        mdb_txn_reset(m_reading);
        if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
            return engineFailure("LMDB", "get", mdb_strerror(code));
        return code == MDB_SUCCESS;
    }
    Result<bool> remove(std::string_view key) override {
        bool found = false;
        auto done = write([&](MDB_txn* transaction) {
            MDB_val k = val(key);
            const int code = mdb_del(transaction, m_table, &k, nullptr);
            found = code == MDB_SUCCESS;
            return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
        });
        if (!done)
            return failure(std::move(done.error()));
        return found;
    }

private:
    template <typename Function>
    Result<void> write(Function change) {
        MDB_txn* transaction = nullptr;
        if (const int code = mdb_txn_begin(m_environment, nullptr, 0, &transaction); code != MDB_SUCCESS)
            return engineFailure("LMDB", "begin a transaction", mdb_strerror(code));
        if (const int code = change(transaction); code != MDB_SUCCESS) {
            mdb_txn_abort(transaction);
            return engineFailure("LMDB", "write", mdb_strerror(code));
        }
        return checked(mdb_txn_commit(transaction), "commit");
    }

    /// The transaction is kept and renewed: beginning one anew takes a slot in the table of readers each time.
    Result<void> beginReading() {
        const int code = m_reading == nullptr ? mdb_txn_begin(m_environment, nullptr, MDB_RDONLY, &m_reading)
                                              : mdb_txn_renew(m_reading);
        return checked(code, "begin reading");
    }

    MDB_env* m_environment;
    MDB_dbi m_table;
    MDB_txn* m_reading = nullptr;
};

class LmdbEngine final : public Engine {
public:
    explicit LmdbEngine(OptionMap options) : m_options(std::move(options)) {}
    ~LmdbEngine() override {
        if (m_environment != nullptr)
            mdb_env_close(m_environment);
    }

    Result<void> open(const OpenRequest& request) {
        std::error_code error;
        std::filesystem::create_directories(request.directory, error);
        if (auto made = checked(mdb_env_create(&m_environment), "open"); !made)
            return made;
        std::uint64_t mapBytes = optionNumber(m_options, "mapBytes");
        if (mapBytes == 0)
            // Four times the data, with what the tree's pages cost for small records.
            mapBytes = 4 * (request.expectedBytes + request.expectedKeys * 32) + (std::uint64_t{256} << 20);
        m_options["mapBytes"] = std::to_string(mapBytes);
        mdb_env_set_mapsize(m_environment, mapBytes);
        mdb_env_set_maxreaders(m_environment, 512);
        unsigned flags = 0;
        if (optionFlag(m_options, "noSync"))
            flags |= MDB_NOSYNC;
        if (optionFlag(m_options, "writeMap"))
            flags |= MDB_WRITEMAP;
        if (optionFlag(m_options, "noReadAhead"))
            flags |= MDB_NORDAHEAD;
        if (auto opened = checked(mdb_env_open(m_environment, request.directory.c_str(), flags, 0644), "open"); !opened)
            return opened;
        MDB_txn* transaction = nullptr;
        if (auto begun = checked(mdb_txn_begin(m_environment, nullptr, 0, &transaction), "open"); !begun)
            return begun;
        if (const int code = mdb_dbi_open(transaction, nullptr, 0, &m_table); code != MDB_SUCCESS) {
            mdb_txn_abort(transaction);
            return checked(code, "open");
        }
        return checked(mdb_txn_commit(transaction), "open");
    }

    Result<std::unique_ptr<Session>> session() override {
        return std::make_unique<LmdbSession>(m_environment, m_table);
    }
    Result<void> sync() override { return checked(mdb_env_sync(m_environment, 1), "sync"); }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        MDB_txn* transaction = nullptr;
        if (auto begun = checked(mdb_txn_begin(m_environment, nullptr, MDB_RDONLY, &transaction), "scan"); !begun)
            return begun;
        MDB_cursor* cursor = nullptr;
        int code = mdb_cursor_open(transaction, m_table, &cursor);
        if (code == MDB_SUCCESS) {
            MDB_val key{}, value{};
            while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS)
                if (!visit(view(key), view(value)))
                    break;
            mdb_cursor_close(cursor);
        }
        mdb_txn_abort(transaction);
        return checked(code == MDB_NOTFOUND ? MDB_SUCCESS : code, "scan");
    }
    EngineCounters counters() const override {
        // Through a writable map nothing is counted.
        return optionFlag(m_options, "writeMap") ? EngineCounters{} : EngineCounters{processBytesWritten(), {}};
    }
    OptionMap effectiveOptions() const override { return m_options; }
    Result<void> close() override {
        mdb_env_close(m_environment);
        m_environment = nullptr;
        return {};
    }

private:
    OptionMap m_options;
    MDB_env* m_environment = nullptr;
    MDB_dbi m_table = 0;
};

class LmdbKind final : public EngineKind {
public:
    LmdbKind()
        : m_options{
              flagOption("noSync", false, "Whether a commit leaves syncing to the system (MDB_NOSYNC)."),
              flagOption("writeMap", false, "Whether pages are changed in a writable map (MDB_WRITEMAP)."),
              flagOption("noReadAhead", false, "Whether the system's read-ahead is off (MDB_NORDAHEAD)."),
              // The library's own 10 MiB hold no benchmark's data; a store cannot grow beyond its map.
              numberOption("mapBytes", 0, 0, std::uint64_t{1} << 46, "bytes",
                           "Size of the map, which bounds the data; 0: four times the data of the workload."),
          } {}

    std::string_view name() const noexcept override { return "lmdb"; }
    std::string_view title() const noexcept override { return "LMDB"; }
    std::string version() const override {
        int major = 0, minor = 0, patch = 0;
        mdb_version(&major, &minor, &patch);
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto options = complete(request.options);
        if (!options)
            return failure(std::move(options.error()));
        auto engine = std::make_unique<LmdbEngine>(std::move(*options));
        if (auto opened = engine->open(request); !opened)
            return failure(std::move(opened.error()));
        return engine;
    }
    Durability durability(const OptionMap& effective) const override {
        return optionFlag(effective, "noSync") ? Durability::d1 : Durability::d3;
    }
    std::optional<OptionMap> matched(Durability durability) const override {
        if (durability == Durability::d1)
            return OptionMap{{"noSync", "true"}};
        if (durability == Durability::d3)
            return OptionMap{};
        return std::nullopt;
    }
    OptionMap loading(OptionMap complete) const override {
        complete["noSync"] = "true";
        return complete;
    }

private:
    std::vector<OptionInfo> m_options;
};

} // namespace

} // namespace rustcask::bench

RUSTCASK_PEER_MODULE(rustcask::bench::LmdbKind)
