// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/bench/feature.h>
#include <rustcask/result.h>

/// The line between the laboratory and the stores it measures. An engine is added by one subclass each of `EngineKind`,
/// `Engine` and `Session`, and its entry in `EngineRegistry`. Engines other than our own live in modules that are
/// loaded when somebody asks for them, so that no other command pays for their libraries.
namespace rustcask::bench {

/// What survives what. Derived from settings in effect, never typed in; different classes are never ranked together.
enum class Durability : std::uint8_t {
    d0, ///< lost when the process dies
    d1, ///< survives a killed process
    d2, ///< d1, and a sync at least every second
    d3, ///< durable per operation
};
[[nodiscard]] std::string_view durabilityName(Durability durability) noexcept;    ///< "D1"
[[nodiscard]] std::string_view durabilityMeaning(Durability durability) noexcept; ///< one plain phrase
[[nodiscard]] std::optional<Durability> durabilityFromName(std::string_view name) noexcept;

/// Settings of an engine by name, as text: what a command line, a file and a window can all carry.
using OptionMap = std::map<std::string, std::string>;

/// A setting that an engine understands.
struct OptionInfo {
    std::string name{};
    std::string defaultValue{};
    std::vector<std::string> choices{}; ///< empty: a whole number in [minimum, maximum]
    std::uint64_t minimum = 0;
    std::uint64_t maximum = 0;
    std::string unit{};    ///< "bytes", "ms"; empty: none
    std::string summary{}; ///< one plain sentence
};

/// An engine with the settings to run it with.
struct EngineConfig {
    std::string engine = "rustcask"; ///< name of an `EngineKind`
    std::string label{};             ///< as people call it; unique within a run
    OptionMap options{};             ///< settings that differ from the defaults
    friend bool operator==(const EngineConfig&, const EngineConfig&) = default;
};

/// What an engine can say about its own work; nullopt: it cannot.
struct EngineCounters {
    std::optional<std::uint64_t> bytesWritten{}; ///< to data files and logs, so far
    std::optional<std::uint64_t> indexBytes{};   ///< memory of the index
};

/// One thread's way into an open store: a connection, a read transaction, or nothing at all. Used by one thread at a
/// time; destroyed before its engine is closed.
class Session {
public:
    Session() = default;
    virtual ~Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] virtual Result<void> put(std::string_view key, std::string_view value) = 0;
    /// Durable when it returns, whatever the settings.
    [[nodiscard]] virtual Result<void> putSync(std::string_view key, std::string_view value) = 0;
    /// Copies the value out into `value`, whose capacity is reused. False: absent.
    [[nodiscard]] virtual Result<bool> get(std::string_view key, std::string& value) = 0;
    /// Whether it was there.
    [[nodiscard]] virtual Result<bool> remove(std::string_view key) = 0;
    /// Copies the values of `keys` out into the first `keys.size()` of `values`, whose capacities are reused, and says
    /// how many were there; an absent one is empty. Errors: unsupported, without `Feature::getMany`. @pre values is as
    /// long as keys.
    [[nodiscard]] virtual Result<std::size_t> getMany(std::span<const std::string_view> keys,
                                                      std::vector<std::string>& values);
};

/// One open store. Every member is called by one thread at a time; sessions work beside each other.
class Engine {
public:
    Engine() = default;
    virtual ~Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] virtual Result<std::unique_ptr<Session>> session() = 0;
    /// Makes everything durable.
    [[nodiscard]] virtual Result<void> sync() = 0;
    /// Calls `visit` for every record until it returns false.
    [[nodiscard]] virtual Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) = 0;
    /// Returns once no work is left in the background, or `stop` is set.
    [[nodiscard]] virtual Result<void> settle(const std::atomic<bool>&) { return {}; }
    /// Errors: unsupported, without `Feature::compact`.
    [[nodiscard]] virtual Result<void> compact();
    [[nodiscard]] virtual EngineCounters counters() const { return {}; }
    /// Every setting, as in effect after opening.
    [[nodiscard]] virtual OptionMap effectiveOptions() const = 0;
    [[nodiscard]] virtual Result<void> close() = 0;
};

/// A configuration that has a name of its own beside the engine's.
struct Preset {
    std::string suffix{};  ///< "keepopen": chosen as "rustcask-keepopen"
    std::string summary{}; ///< one plain sentence
    OptionMap options{};
};

/// Where and how to open. The two figures let an engine size what must be sized beforehand.
struct OpenRequest {
    std::filesystem::path directory{};
    OptionMap options{};
    std::uint64_t expectedKeys = 0;  ///< at most so many will ever exist
    std::uint64_t expectedBytes = 0; ///< of keys and values that will ever be put
};

/// An engine that this build knows. Immutable.
class EngineKind {
public:
    EngineKind() = default;
    virtual ~EngineKind() = default;
    EngineKind(const EngineKind&) = delete;
    EngineKind& operator=(const EngineKind&) = delete;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;  ///< "rustcask"
    [[nodiscard]] virtual std::string_view title() const noexcept = 0; ///< "Rustcask"
    [[nodiscard]] virtual std::string version() const = 0;
    /// Every setting; the defaults are the library's own, untouched.
    [[nodiscard]] virtual std::span<const OptionInfo> options() const noexcept = 0;
    [[nodiscard]] virtual std::span<const Preset> presets() const noexcept { return {}; }
    [[nodiscard]] virtual bool has(Feature) const noexcept { return false; }
    /// Whether there is anything to read back: not after an engine that stores nothing.
    [[nodiscard]] virtual bool stores() const noexcept { return true; }
    /// Opens or creates a store. Errors: invalidArgument for settings it does not know or that are out of range, and
    /// whatever the engine reports.
    [[nodiscard]] virtual Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const = 0;
    /// @pre `effective` comes from `complete` or `Engine::effectiveOptions`.
    [[nodiscard]] virtual Durability durability(const OptionMap& effective) const = 0;
    /// The settings of the profile "matched" for a class (see doc/fairness.md); nullopt: the engine cannot give it.
    [[nodiscard]] virtual std::optional<OptionMap> matched(Durability durability) const = 0;
    /// `complete` without durability per operation: how the set is loaded before the timed part.
    [[nodiscard]] virtual OptionMap loading(OptionMap complete) const { return complete; }
    /// Removes the index kept beside the data of a closed store. Errors: unsupported, without
    /// `Feature::openWithoutHints`; ioError.
    [[nodiscard]] virtual Result<void> removeHints(const std::filesystem::path& directory) const;

    /// `options` with the defaults filled in. Errors: invalidArgument.
    [[nodiscard]] Result<OptionMap> complete(const OptionMap& options) const;
};

/// An engine that this build or this machine lacks.
struct AbsentEngine {
    std::string name{};
    std::string title{};
    std::string reason{}; ///< one plain sentence
};

/// The engines of this build. Ours are always there; a peer's module is loaded when it is first asked for, and stays.
/// Cheap to make; pass it where it is needed. Safe from several threads.
class EngineRegistry {
public:
    EngineRegistry();
    ~EngineRegistry();
    EngineRegistry(const EngineRegistry&) = delete;
    EngineRegistry& operator=(const EngineRegistry&) = delete;

    /// Those that can be run, in display order. Loads every module.
    [[nodiscard]] std::vector<const EngineKind*> kinds() const;
    /// Those that cannot. Loads every module.
    [[nodiscard]] std::vector<AbsentEngine> absent() const;
    /// Nullptr when there is none of that name.
    [[nodiscard]] const EngineKind* find(std::string_view name) const;
    /// The class that the settings of `config` promise; nullopt when they are invalid.
    [[nodiscard]] std::optional<Durability> durability(const EngineConfig& config) const;
    /// "rustcask" or, with a preset, "rustcask-keepopen": the configuration of that name with the library's defaults.
    /// Errors: invalidArgument, saying whether the engine is unknown or absent.
    [[nodiscard]] Result<EngineConfig> configuration(std::string_view name) const;
    /// The same with the settings of the profile "matched". Errors: also when the engine cannot give the class.
    [[nodiscard]] Result<EngineConfig> matched(std::string_view name, Durability durability) const;

private:
    struct Slot;
    [[nodiscard]] const EngineKind* load(Slot& slot) const;
    [[nodiscard]] tl::unexpected<Error> unknown(std::string_view name) const;
    std::vector<std::unique_ptr<Slot>> m_slots;
    mutable std::mutex m_mutex;
};

} // namespace rustcask::bench
