// SPDX-License-Identifier: Apache-2.0
#include "engine_kinds.h"

namespace rustcask::bench {

namespace {

/// Stores nothing: what a run on it takes is the harness's own cost. Keeps its promise of class D0 by losing
/// everything.
class NullSession final : public Session {
public:
    Result<void> put(std::string_view, std::string_view) override { return {}; }
    Result<void> putSync(std::string_view, std::string_view) override { return {}; }
    Result<bool> get(std::string_view, std::string&) override { return false; }
    Result<bool> remove(std::string_view) override { return false; }
    Result<std::size_t> getMany(std::span<const std::string_view>, std::vector<std::string>&) override {
        return std::size_t{0};
    }
};

class NullEngine final : public Engine {
public:
    Result<std::unique_ptr<Session>> session() override { return std::make_unique<NullSession>(); }
    Result<void> sync() override { return {}; }
    Result<void> scan(const std::function<bool(std::string_view, std::string_view)>&) override { return {}; }
    Result<void> compact() override { return {}; }
    OptionMap effectiveOptions() const override { return {}; }
    Result<void> close() override { return {}; }
};

class NullKind final : public EngineKind {
public:
    std::string_view name() const noexcept override { return "null"; }
    std::string_view title() const noexcept override { return "Null"; }
    std::string version() const override { return {}; }
    std::span<const OptionInfo> options() const noexcept override { return {}; }
    bool has(Feature) const noexcept override { return true; }
    bool stores() const noexcept override { return false; }
    Result<std::unique_ptr<Engine>> open(const OpenRequest& request) const override {
        if (auto completed = complete(request.options); !completed)
            return failure(std::move(completed.error()));
        return std::make_unique<NullEngine>();
    }
    Durability durability(const OptionMap&) const override { return Durability::d0; }
    // The harness costs the same beside every class.
    std::optional<OptionMap> matched(Durability) const override { return OptionMap{}; }
    Result<void> removeHints(const std::filesystem::path&) const override { return {}; }
};

} // namespace

std::unique_ptr<const EngineKind> makeNullKind() {
    return std::make_unique<NullKind>();
}

} // namespace rustcask::bench
