// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <system_error>

#include <tkrzw_dbm_hash.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"

namespace rustcask::bench {

namespace {

// What num_buckets = -1 stands for (tkrzw_dbm_hash.h).
constexpr std::uint64_t defaultBuckets = 1'048'583;

Result<void> checked(const tkrzw::Status& status, const char* operation) {
    if (!status.IsOK())
        return engineFailure("Tkrzw", operation, tkrzw::ToString(status));
    return {};
}

class TkrzwSession final : public Session {
public:
    TkrzwSession(tkrzw::HashDBM& db, bool syncEveryPut) : m_db(db), m_syncEveryPut(syncEveryPut) {}

    Result<void> put(std::string_view key, std::string_view value) override {
        return m_syncEveryPut ? putSync(key, value) : checked(m_db.Set(key, value), "set");
    }
    Result<void> putSync(std::string_view key, std::string_view value) override {
        if (auto stored = checked(m_db.Set(key, value), "set"); !stored)
            return stored;
        return checked(m_db.Synchronize(true), "synchronize");
    }
    Result<bool> get(std::string_view key, std::string& value) override {
        const tkrzw::Status status = m_db.Get(key, &value);
        if (status.IsOK())
            return true;
        value.clear();
        if (status != tkrzw::Status::NOT_FOUND_ERROR)
            return engineFailure("Tkrzw", "get", tkrzw::ToString(status));
        return false;
    }
    Result<bool> remove(std::string_view key) override {
        const tkrzw::Status status = m_db.Remove(key);
        if (status == tkrzw::Status::NOT_FOUND_ERROR)
            return false;
        auto removed = checked(status, "remove");
        if (removed && m_syncEveryPut)
            removed = checked(m_db.Synchronize(true), "synchronize");
        if (!removed)
            return failure(std::move(removed.error()));
        return true;
    }

private:
    tkrzw::HashDBM& m_db;
    const bool m_syncEveryPut;
};

class TkrzwEngine final : public Engine {
public:
    explicit TkrzwEngine(OptionMap options) : m_options(std::move(options)) {}

    Result<void> open(const OpenRequest& request) {
        std::error_code error;
        std::filesystem::create_directories(request.directory, error);
        std::uint64_t buckets = optionNumber(m_options, "buckets");
        if (buckets == 0)
            buckets = std::max<std::uint64_t>(2 * request.expectedKeys, 1024);
        tkrzw::HashDBM::TuningParameters tuning;
        if (buckets != defaultBuckets)
            tuning.num_buckets = static_cast<std::int64_t>(buckets);
        if (m_options.at("update") == "append")
            tuning.update_mode = tkrzw::HashDBM::UPDATE_APPENDING;
        if (m_options.at("recordChecksum") == "crc32")
            tuning.record_crc_mode = tkrzw::HashDBM::RECORD_CRC_32;
        // Four bytes of offset in units of 8 bytes reach 32 GiB, which append mode may outgrow.
        if (4 * request.expectedBytes > (std::uint64_t{32} << 30))
            tuning.offset_width = 5;
        const std::string file = (request.directory / "records.tkh").string();
        if (auto opened = checked(m_db.OpenAdvanced(file, true, tkrzw::File::OPEN_DEFAULT, tuning), "open"); !opened)
            return opened;
        m_options["buckets"] = std::to_string(m_db.CountBuckets());
        return {};
    }

    Result<std::unique_ptr<Session>> session() override {
        return std::make_unique<TkrzwSession>(m_db, optionFlag(m_options, "syncEveryPut"));
    }
    Result<void> sync() override { return checked(m_db.Synchronize(true), "synchronize"); }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        // The library calls once before and once after all records, with both texts being NOOP.
        bool more = true;
        return checked(static_cast<tkrzw::DBM&>(m_db).ProcessEach( // where the form with a function is

                           [&](std::string_view key, std::string_view value) {
                               const bool marker = key.data() == tkrzw::DBM::RecordProcessor::NOOP.data();
                               if (!marker && more)
                                   more = visit(key, value);
                               return tkrzw::DBM::RecordProcessor::NOOP;
                           },
                           false),
                       "scan");
    }
    Result<void> compact() override { return checked(m_db.Rebuild(), "rebuild"); }
    EngineCounters counters() const override {
        // What goes through the map is counted by nobody; a file that is only appended to tells by its length.
        if (m_options.at("update") != "append")
            return {};
        std::int64_t bytes = 0;
        if (!const_cast<tkrzw::HashDBM&>(m_db).GetFileSize(&bytes).IsOK())
            return {};
        return {static_cast<std::uint64_t>(bytes), {}};
    }
    OptionMap effectiveOptions() const override { return m_options; }
    Result<void> close() override { return checked(m_db.Close(), "close"); }

private:
    OptionMap m_options;
    tkrzw::HashDBM m_db; // on a MemoryMapParallelFile, the library's default
};

class TkrzwKind final : public EngineKind {
public:
    TkrzwKind()
        : m_options{
              choiceOption("update", "inPlace", {"inPlace", "append"},
                           "Where a record that replaces another is written."),
              choiceOption("recordChecksum", "none", {"none", "crc32"}, "Checksum of each record."),
              numberOption("buckets", defaultBuckets, 0, std::uint64_t{1} << 36, "",
                           "Buckets of the hash table; 0: twice the keys of the workload."),
              flagOption("syncEveryPut", false, "Whether Synchronize(true) follows every Set."),
          } {}

    std::string_view name() const noexcept override { return "tkrzw"; }
    std::string_view title() const noexcept override { return "Tkrzw HashDBM"; }
    std::string version() const override { return tkrzw::PACKAGE_VERSION; }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }
    bool has(Feature feature) const noexcept override { return feature == Feature::compact; }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto options = complete(request.options);
        if (!options)
            return failure(std::move(options.error()));
        auto engine = std::make_unique<TkrzwEngine>(std::move(*options));
        if (auto opened = engine->open(request); !opened)
            return failure(std::move(opened.error()));
        return engine;
    }
    Durability durability(const OptionMap& effective) const override {
        return optionFlag(effective, "syncEveryPut") ? Durability::d3 : Durability::d1;
    }
    std::optional<OptionMap> matched(Durability durability) const override {
        if (durability != Durability::d1 && durability != Durability::d3)
            return std::nullopt;
        return OptionMap{{"update", "append"},
                         {"recordChecksum", "crc32"},
                         {"buckets", "0"},
                         {"syncEveryPut", durability == Durability::d3 ? "true" : "false"}};
    }
    OptionMap loading(OptionMap complete) const override {
        complete["syncEveryPut"] = "false";
        return complete;
    }

private:
    std::vector<OptionInfo> m_options;
};

} // namespace

} // namespace rustcask::bench

RUSTCASK_PEER_MODULE(rustcask::bench::TkrzwKind)
