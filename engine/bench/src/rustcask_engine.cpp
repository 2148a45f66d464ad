// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <rustcask/database.h>

#include "engine_kinds.h"

namespace rustcask::bench {

namespace {

// Names in result files, in the order of the enumerations; frozen.
const std::vector<std::string> syncNames{"none", "interval", "everyWrite"};
const std::vector<std::string> writePathNames{"mapped", "direct", "buffered"};
const std::vector<std::string> readStrategyNames{"mapped", "keepOpen", "openPerRead"};
const std::vector<std::string> mergeModeNames{"manual", "automatic", "everyRotation"};
const std::vector<std::string> boolNames{"false", "true"};

template <typename Enum>
Enum toEnum(const std::vector<std::string>& names, const std::string& name) {
    std::size_t i = 0;
    while (i + 1 < names.size() && names[i] != name)
        ++i;
    return static_cast<Enum>(i);
}

template <typename Enum>
const std::string& toName(const std::vector<std::string>& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

Options toOptions(const OptionMap& map) {
    Options options;
    options.sync = toEnum<SyncMode>(syncNames, map.at("sync"));
    options.syncInterval = std::chrono::milliseconds(optionNumber(map, "syncIntervalMs"));
    options.writePath = toEnum<WritePath>(writePathNames, map.at("writePath"));
    options.writeBufferBytes = optionNumber(map, "writeBufferBytes");
    options.readStrategy = toEnum<ReadStrategy>(readStrategyNames, map.at("readStrategy"));
    options.maxOpenFiles = static_cast<std::uint32_t>(optionNumber(map, "maxOpenFiles"));
    options.verifyChecksums = map.at("verifyChecksums") == "true";
    options.maxFileBytes = optionNumber(map, "maxFileBytes");
    options.merge.mode = toEnum<MergeMode>(mergeModeNames, map.at("mergeMode"));
    return options;
}

class RustcaskSession final : public Session {
public:
    explicit RustcaskSession(Database& database)
        : m_database(database), m_durable(database.options().sync == SyncMode::everyWrite) {}

    Result<void> put(std::string_view key, std::string_view value) override { return m_database.put(key, value); }

    Result<void> putSync(std::string_view key, std::string_view value) override {
        auto stored = m_database.put(key, value);
        if (!stored || m_durable)
            return stored;
        return m_database.sync();
    }

    Result<bool> get(std::string_view key, std::string& value) override {
        return std::as_const(m_database).get(key, value);
    }

    Result<std::size_t> getMany(std::span<const std::string_view> keys, std::vector<std::string>& values) override {
        auto found = m_database.getMany(keys, m_lookups);
        for (std::size_t i = 0; found && i < keys.size(); ++i)
            values[i].assign(m_lookups[i].value); // copied, as every engine's values are
        return found;
    }

    Result<bool> remove(std::string_view key) override { return m_database.remove(key); }

private:
    std::vector<Lookup> m_lookups{};
    Database& m_database;
    const bool m_durable;
};

class RustcaskEngine final : public Engine {
public:
    explicit RustcaskEngine(std::unique_ptr<Database> database) : m_database(std::move(database)) {}

    Result<std::unique_ptr<Session>> session() override { return std::make_unique<RustcaskSession>(*m_database); }
    Result<void> sync() override { return m_database->sync(); }

    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) override {
        auto snapshot = m_database->snapshot();
        if (!snapshot)
            return failure(std::move(snapshot.error()));
        for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
            const auto value = (*snapshot)->value(i);
            if (!value)
                return failure(value.error());
            if (!visit((*snapshot)->entry(i).key, *value))
                break;
        }
        return {};
    }

    Result<void> settle(const std::atomic<bool>& stop) override {
        while (m_database->stats().mergeRunning && !stop.load(std::memory_order_relaxed))
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return {};
    }

    Result<void> compact() override {
        Progress progress;
        if (auto merged = m_database->merge(progress); !merged)
            return failure(std::move(merged.error()));
        return {};
    }

    EngineCounters counters() const override {
        const Stats stats = m_database->stats();
        return {stats.bytesAppended, stats.keydirBytes};
    }

    OptionMap effectiveOptions() const override {
        const Options& options = m_database->options();
        return {{"sync", toName(syncNames, options.sync)},
                {"syncIntervalMs", std::to_string(options.syncInterval.count())},
                {"writePath", toName(writePathNames, options.writePath)},
                {"writeBufferBytes", std::to_string(options.writeBufferBytes)},
                {"readStrategy", toName(readStrategyNames, options.readStrategy)},
                {"maxOpenFiles", std::to_string(options.maxOpenFiles)},
                {"verifyChecksums", options.verifyChecksums ? "true" : "false"},
                {"maxFileBytes", std::to_string(options.maxFileBytes)},
                {"mergeMode", toName(mergeModeNames, options.merge.mode)}};
    }

    Result<void> close() override { return m_database->close(); }

private:
    std::unique_ptr<Database> m_database;
};

class RustcaskKind final : public EngineKind {
public:
    RustcaskKind() {
        const Options defaults;
        m_options = {
            {"sync", toName(syncNames, defaults.sync), syncNames, 0, 0, "", "When an append becomes durable."},
            {"syncIntervalMs",
             std::to_string(defaults.syncInterval.count()),
             {},
             1,
             3'600'000,
             "ms",
             "Time between syncs, with sync = interval."},
            {"writePath", toName(writePathNames, defaults.writePath), writePathNames, 0, 0, "",
             "How a record gets into the active file."},
            {"writeBufferBytes",
             std::to_string(defaults.writeBufferBytes),
             {},
             4096,
             std::uint64_t{1} << 30,
             "bytes",
             "Size of the buffer, with writePath = buffered."},
            {"readStrategy", toName(readStrategyNames, defaults.readStrategy), readStrategyNames, 0, 0, "",
             "How a value gets out of a data file."},
            {"maxOpenFiles",
             std::to_string(defaults.maxOpenFiles),
             {},
             1,
             1'000'000,
             "",
             "Handles kept open, with readStrategy = keepOpen."},
            {"verifyChecksums", defaults.verifyChecksums ? "true" : "false", boolNames, 0, 0, "",
             "Whether every get checks the record's checksum."},
            {"maxFileBytes",
             std::to_string(defaults.maxFileBytes),
             {},
             64,
             std::uint64_t{1} << 40,
             "bytes",
             "Length at which a data file is sealed."},
            {"mergeMode", toName(mergeModeNames, defaults.merge.mode), mergeModeNames, 0, 0, "", "Who starts merges."},
        };
    }

    std::string_view name() const noexcept override { return "rustcask"; }
    std::string_view title() const noexcept override { return "Rustcask"; }
    std::string version() const override { return RUSTCASK_VERSION; }
    std::span<const OptionInfo> options() const noexcept override { return m_options; }
    std::span<const Preset> presets() const noexcept override { return m_presets; }
    bool has(Feature feature) const noexcept override {
        return feature == Feature::compact || feature == Feature::openWithoutHints || feature == Feature::getMany;
    }

    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        auto completed = complete(request.options);
        if (!completed)
            return failure(std::move(completed.error()));
        auto database = Database::open(request.directory, toOptions(*completed));
        if (!database)
            return failure(std::move(database.error()));
        return std::make_unique<RustcaskEngine>(std::move(*database));
    }

    Durability durability(const OptionMap& effective) const override {
        if (effective.at("sync") == "everyWrite")
            return Durability::d3;
        // What is still in the user-space buffer dies with the process, however often the rest is synced.
        if (effective.at("writePath") == "buffered")
            return Durability::d0;
        if (effective.at("sync") == "interval" && optionNumber(effective, "syncIntervalMs") <= 1000)
            return Durability::d2;
        return Durability::d1;
    }

    std::optional<OptionMap> matched(Durability durability) const override {
        switch (durability) {
        case Durability::d0:
            return OptionMap{{"writePath", "buffered"}};
        case Durability::d1:
            return OptionMap{{"sync", "none"}};
        case Durability::d2:
            return OptionMap{{"sync", "interval"}, {"syncIntervalMs", "1000"}};
        case Durability::d3:
            return OptionMap{{"sync", "everyWrite"}};
        }
        return std::nullopt;
    }

    OptionMap loading(OptionMap complete) const override {
        if (complete.at("sync") == "everyWrite")
            complete["sync"] = "none";
        return complete;
    }

    Result<void> removeHints(const std::filesystem::path& directory) const override {
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(directory, error))
            if (entry.path().extension() == ".hint" && !std::filesystem::remove(entry.path(), error))
                break;
        if (error)
            return engineFailure("Rustcask", "remove the hint files", error.message());
        return {};
    }

private:
    std::vector<OptionInfo> m_options;
    // Every read strategy and write path beside the defaults, which are mapped both.
    const std::vector<Preset> m_presets{
        {"keepopen", "Gets by pread through handles that stay open.", {{"readStrategy", "keepOpen"}}},
        {"openperread", "Gets by open, pread and close.", {{"readStrategy", "openPerRead"}}},
        {"direct", "Puts by one pwrite each.", {{"writePath", "direct"}}},
        {"buffered", "Puts into a buffer that is lost when the process dies.", {{"writePath", "buffered"}}},
        {"plain",
         "Puts by pwrite, gets by pread: no mapping anywhere.",
         {{"writePath", "direct"}, {"readStrategy", "keepOpen"}}},
        {"nochecksum", "Gets without checking the record's checksum.", {{"verifyChecksums", "false"}}},
    };
};

} // namespace

std::unique_ptr<const EngineKind> makeRustcaskKind() {
    return std::make_unique<RustcaskKind>();
}

} // namespace rustcask::bench
