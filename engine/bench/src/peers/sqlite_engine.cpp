// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"
#include "system_usage.h"

namespace rustcask::bench {

namespace {

/// A connection of its own for each thread, with its statements prepared once.
class Connection {
public:
    Connection() = default;
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<void> open(const std::filesystem::path& file, const OptionMap& options) {
        const int code = sqlite3_open_v2(file.c_str(), &m_db,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
        if (code != SQLITE_OK)
            return failed("open");
        sqlite3_busy_timeout(m_db, 60'000);
        if (auto done = execute("PRAGMA journal_mode=" + options.at("journal")); !done)
            return done;
        if (auto done = execute("PRAGMA synchronous=" + options.at("synchronous")); !done)
            return done;
        if (const auto bytes = optionNumber(options, "cacheBytes"); bytes > 0)
            if (auto done = execute("PRAGMA cache_size=-" + std::to_string(bytes / 1024)); !done)
                return done;
        if (auto done = execute("CREATE TABLE IF NOT EXISTS records (key BLOB PRIMARY KEY, value BLOB NOT NULL) "
                                "WITHOUT ROWID");
            !done)
            return done;
        static constexpr std::array<const char*, 3> texts{
            "INSERT INTO records VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            "SELECT value FROM records WHERE key = ?1", "DELETE FROM records WHERE key = ?1"};
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (sqlite3_prepare_v3(m_db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &m_statements[i], nullptr) !=
                SQLITE_OK)
                return failed("prepare");
        return {};
    }

    Result<void> execute(const std::string& text) {
        if (sqlite3_exec(m_db, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            return failed("execute \"" + text + "\"");
        return {};
    }

    Result<void> put(std::string_view key, std::string_view value) {
        sqlite3_stmt* statement = m_statements[0];
        bind(statement, 1, key);
        bind(statement, 2, value);
        return finished(statement, sqlite3_step(statement), "put");
    }

    Result<bool> get(std::string_view key, std::string& value) {
        sqlite3_stmt* statement = m_statements[1];
        bind(statement, 1, key);
        const int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
            value.assign(bytes == nullptr ? "" : bytes, size);
            sqlite3_reset(statement);
            return true;
        }
        value.clear();
        if (auto done = finished(statement, code, "get"); !done)
            return failure(std::move(done.error()));
        return false;
    }

    Result<bool> remove(std::string_view key) {
        sqlite3_stmt* statement = m_statements[2];
        bind(statement, 1, key);
        if (auto done = finished(statement, sqlite3_step(statement), "delete"); !done)
            return failure(std::move(done.error()));
        return sqlite3_changes(m_db) > 0;
    }

    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(m_db, "SELECT key, value FROM records", -1, &statement, nullptr) != SQLITE_OK)
            return failed("scan");
        int code = SQLITE_ROW;
        const auto column = [statement](int i) {
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
            return std::string_view(bytes == nullptr ? "" : bytes,
                                    static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
        };
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            if (!visit(column(0), column(1)))
                break;
        sqlite3_finalize(statement);
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            return failed("scan");
        return {};
    }

    Result<void> checkpoint() {
        if (sqlite3_wal_checkpoint_v2(m_db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) != SQLITE_OK)
            return failed("checkpoint");
        return {};
    }

    void close() {
        for (sqlite3_stmt*& statement : m_statements)
            sqlite3_finalize(std::exchange(statement, nullptr));
        sqlite3_close_v2(std::exchange(m_db, nullptr));
    }

private:
    static void bind(sqlite3_stmt* statement, int index, std::string_view text) {
        // A null pointer would bind NULL instead of an empty blob.
        sqlite3_bind_blob64(statement, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC);
    }

    Result<void> finished(sqlite3_stmt* statement, int code, const char* operation) {
        const int reset = sqlite3_reset(statement);
        if (code != SQLITE_DONE || reset != SQLITE_OK)
            return failed(operation);
        return {};
    }

    tl::unexpected<Error> failed(const std::string& operation) const {
        return engineFailure("SQLite", operation, m_db == nullptr ? "no memory" : sqlite3_errmsg(m_db));
    }

    sqlite3* m_db = nullptr;
    std::array<sqlite3_stmt*, 3> m_statements{};
};

class SqliteSession final : public Session {
public:
    explicit SqliteSession(bool extra) : m_extra(extra) {}
    Result<void> open(const std::filesystem::path& file, const OptionMap& options) {
        return m_connection.open(file, options);
    }
    Result<void> put(std::string_view key, std::string_view value) override { return m_connection.put(key, value); }
    Result<void> putSync(std::string_view key, std::string_view value) override {
        if (!m_durable) {
            // Only EXTRA also makes the removal of a rollback journal durable, without which it would be played back.
            if (auto done = m_connection.execute(m_extra ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=FULL");
                !done)
                return done;
            m_durable = true;
        }
        return m_connection.put(key, value);
    }
    Result<bool> get(std::string_view key, std::string& value) override { return m_connection.get(key, value); }
    Result<bool> remove(std::string_view key) override { return m_connection.remove(key); }

private:
    Connection m_connection;
    const bool m_extra;
    bool m_durable = false; // whether the connection syncs every commit by now
};

class SqliteEngine final : public Engine {
public:
    explicit SqliteEngine(OptionMap options) : m_options(std::move(options)) {}

    Result<void> open(const std::filesystem::path& directory) {
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        m_file = directory / "records.sqlite";
        return m_connection.open(m_file, m_options);
    }

    Result<std::unique_ptr<Session>> session() override {
        auto session = std::make_unique<SqliteSession>(m_options.at("journal") != "wal");
        if (auto opened = session->open(m_file, m_options); !opened)
            return failure(std::move(opened.error()));
        return session;
    }
    // With a rollback journal every commit is in the file already; with a log a checkpoint syncs log and file.
    Result<void> sync() override {
        if (m_options.at("journal") != "wal")
            return {};
        if (auto done = m_connection.execute("PRAGMA synchronous=FULL"); !done)
            return done;
        if (auto done = m_connection.checkpoint(); !done)
            return done;
        return m_connection.execute("PRAGMA synchronous=" + m_options.at("synchronous"));
    }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        return m_connection.scan(visit);
    }
    Result<void> compact() override { return m_connection.execute("VACUUM"); }
    EngineCounters counters() const override { return {processBytesWritten(), {}}; }
    OptionMap effectiveOptions() const override { return m_options; }
    Result<void> close() override {
        m_connection.close();
        return {};
    }

private:
    const OptionMap m_options;
    std::filesystem::path m_file;
    Connection m_connection;
};

class SqliteKind final : public EngineKind {
public:
    SqliteKind()
        : m_options{
              choiceOption("journal", "delete", {"delete", "wal"}, "How a commit is made atomic (journal_mode)."),
              choiceOption("synchronous", "full", {"off", "normal", "full", "extra"},
                           "What a commit waits for (synchronous)."),
              numberOption("cacheBytes", 0, 0, std::uint64_t{1} << 40, "bytes",
                           "Page cache of a connection, of which each thread has one; 0: the library's default."),
          } {}

    std::string_view name() const noexcept override { return "sqlite"; }
    std::string_view title() const noexcept override { return "SQLite"; }
    std::string version() const override { return sqlite3_libversion(); }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }
    bool has(Feature feature) const noexcept override { return feature == Feature::compact; }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto options = complete(request.options);
        if (!options)
            return failure(std::move(options.error()));
        auto engine = std::make_unique<SqliteEngine>(std::move(*options));
        if (auto opened = engine->open(request.directory); !opened)
            return failure(std::move(opened.error()));
        return engine;
    }
    Durability durability(const OptionMap& effective) const override {
        const std::string& synchronous = effective.at("synchronous");
        // With a rollback journal a commit is its removal, which only EXTRA syncs (sqlite.org/pragma.html).
        const bool durable = synchronous == "extra" || (synchronous == "full" && effective.at("journal") == "wal");
        return durable ? Durability::d3 : Durability::d1;
    }
    std::optional<OptionMap> matched(Durability durability) const override {
        if (durability != Durability::d1 && durability != Durability::d3)
            return std::nullopt;
        return OptionMap{{"journal", "wal"},
                         {"synchronous", durability == Durability::d3 ? "full" : "normal"},
                         {"cacheBytes", std::to_string(64 << 20)}};
    }
    OptionMap loading(OptionMap complete) const override {
        complete["synchronous"] = "off";
        return complete;
    }

private:
    std::vector<OptionInfo> m_options;
};

} // namespace

} // namespace rustcask::bench

RUSTCASK_PEER_MODULE(rustcask::bench::SqliteKind)
