// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/result.h>

/// The line between the laboratory and the stores it measures. An engine is added by one subclass of `EngineKind`, one
/// of `Engine`, and its entry in `EngineRegistry`.
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

/// One open store. `put`, `get`, `remove` may be called from several threads at once.
class Engine {
public:
    Engine() = default;
    virtual ~Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    [[nodiscard]] virtual Result<void> put(std::string_view key, std::string_view value) = 0;
    /// Durable when it returns, whatever the settings.
    [[nodiscard]] virtual Result<void> putSync(std::string_view key, std::string_view value) = 0;
    /// Copies the value out into `value`, whose capacity is reused. False: absent.
    [[nodiscard]] virtual Result<bool> get(std::string_view key, std::string& value) = 0;
    /// Whether it was there.
    [[nodiscard]] virtual Result<bool> remove(std::string_view key) = 0;
    [[nodiscard]] virtual Result<void> sync() = 0;
    /// Calls `visit` for every record until it returns false.
    [[nodiscard]] virtual Result<void> scan(const std::function<bool(std::string_view, std::string_view)>& visit) = 0;
    /// Returns once no work is left in the background.
    [[nodiscard]] virtual Result<void> settle() { return {}; }
    [[nodiscard]] virtual EngineCounters counters() const { return {}; }
    /// Every setting, as in effect after opening.
    [[nodiscard]] virtual OptionMap effectiveOptions() const = 0;
    [[nodiscard]] virtual Result<void> close() = 0;
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
    [[nodiscard]] virtual std::span<const OptionInfo> options() const noexcept = 0;
    /// Opens or creates a store in `directory`. Errors: invalidArgument for settings it does not know or that are out
    /// of range, and whatever the engine reports.
    [[nodiscard]] virtual Result<std::unique_ptr<Engine>> open(const std::filesystem::path& directory,
                                                               const OptionMap& options) const = 0;
    /// @pre `effective` comes from `complete` or `Engine::effectiveOptions`.
    [[nodiscard]] virtual Durability durability(const OptionMap& effective) const = 0;

    /// `options` with the defaults filled in. Errors: invalidArgument.
    [[nodiscard]] Result<OptionMap> complete(const OptionMap& options) const;
};

/// The engines of this build. Cheap to make; pass it where it is needed.
class EngineRegistry {
public:
    EngineRegistry();
    ~EngineRegistry();
    [[nodiscard]] const std::vector<std::unique_ptr<const EngineKind>>& kinds() const noexcept { return m_kinds; }
    /// Nullptr when there is none of that name.
    [[nodiscard]] const EngineKind* find(std::string_view name) const noexcept;
    /// The class that the settings of `config` promise; nullopt when they are invalid.
    [[nodiscard]] std::optional<Durability> durability(const EngineConfig& config) const;

private:
    std::vector<std::unique_ptr<const EngineKind>> m_kinds;
};

} // namespace rustcask::bench
