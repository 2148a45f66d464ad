// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/engine.h>

#include <array>
#include <functional>
#include <system_error>

#include <dlfcn.h>

#include "engine_kinds.h"
#include "peers/peer_module.h"

namespace rustcask::bench {

namespace {

namespace fs = std::filesystem;

struct Peer {
    std::string_view name;
    std::string_view title;
    std::string_view package; // of Debian, whose presence at configure time gives this build its adapter
};

constexpr std::array<Peer, 5> peers{{
    {"leveldb", "LevelDB", "libleveldb-dev"},
    {"rocksdb", "RocksDB", "librocksdb-dev"},
    {"lmdb", "LMDB", "liblmdb-dev"},
    {"sqlite", "SQLite", "libsqlite3-dev"},
    {"tkrzw", "Tkrzw HashDBM", "libtkrzw-dev"},
}};

/// Modules lie at the same place relative to the program in the build tree and where it is installed.
fs::path modulePath(std::string_view name) {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return program.parent_path() / RUSTCASK_PEER_FOLDER / ("rustcask_peer_" + std::string(name) + ".so");
}

/// The name of an engine without the suffix of a preset.
std::string_view engineOf(std::string_view name) {
    return name.substr(0, name.find('-'));
}

} // namespace

struct EngineRegistry::Slot {
    std::string name;
    std::string title;
    std::string package;
    bool tried = false;
    std::string reason;                     // why it cannot be run
    std::unique_ptr<const EngineKind> kind; // its code is in a module that stays loaded
};

EngineRegistry::EngineRegistry() {
    const auto own = [this](std::unique_ptr<const EngineKind> kind) {
        auto slot = std::make_unique<Slot>();
        slot->name = kind->name();
        slot->title = kind->title();
        slot->tried = true;
        slot->kind = std::move(kind);
        m_slots.push_back(std::move(slot));
    };
    own(makeRustcaskKind());
    for (const Peer& peer : peers) {
        auto slot = std::make_unique<Slot>();
        slot->name = peer.name;
        slot->title = peer.title;
        slot->package = peer.package;
        m_slots.push_back(std::move(slot));
    }
    own(makeNullKind());
}

EngineRegistry::~EngineRegistry() = default;

const EngineKind* EngineRegistry::load(Slot& slot) const {
    const std::lock_guard lock(m_mutex);
    if (slot.tried)
        return slot.kind.get();
    slot.tried = true;
    const fs::path path = modulePath(slot.name);
    std::error_code error;
    if (!fs::exists(path, error)) {
        slot.reason = "This build has no adapter for it: " + slot.package + " was not there when it was configured.";
        return nullptr;
    }
    // Never closed: libraries such as RocksDB do not survive being unloaded.
    void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const auto make = module == nullptr ? nullptr : reinterpret_cast<MakePeerKind>(::dlsym(module, makePeerKindName));
    if (make == nullptr) {
        const char* why = ::dlerror();
        slot.reason = std::string("Its adapter cannot be loaded: ") + (why == nullptr ? "it is none" : why) + ".";
        return nullptr;
    }
    slot.kind.reset(make(peerModuleVersion));
    if (slot.kind == nullptr)
        slot.reason = "Its adapter is of another version than this program.";
    return slot.kind.get();
}

std::vector<const EngineKind*> EngineRegistry::kinds() const {
    std::vector<const EngineKind*> kinds;
    for (const auto& slot : m_slots)
        if (const EngineKind* kind = load(*slot))
            kinds.push_back(kind);
    return kinds;
}

std::vector<AbsentEngine> EngineRegistry::absent() const {
    std::vector<AbsentEngine> absent;
    for (const auto& slot : m_slots)
        if (load(*slot) == nullptr)
            absent.push_back({slot->name, slot->title, slot->reason});
    return absent;
}

const EngineKind* EngineRegistry::find(std::string_view name) const {
    for (const auto& slot : m_slots)
        if (slot->name == name)
            return load(*slot);
    return nullptr;
}

std::optional<Durability> EngineRegistry::durability(const EngineConfig& config) const {
    const EngineKind* kind = find(config.engine);
    if (kind == nullptr)
        return std::nullopt;
    const auto complete = kind->complete(config.options);
    if (!complete)
        return std::nullopt;
    return kind->durability(*complete);
}

tl::unexpected<Error> EngineRegistry::unknown(std::string_view name) const {
    Error error;
    error.code = ErrorCode::invalidArgument;
    error.operation = "choose the engines";
    error.detail = "there is no engine named \"" + std::string(name) + "\" in this build";
    for (const auto& slot : m_slots)
        if (slot->name == engineOf(name) && !slot->reason.empty())
            error.detail = slot->title + " is absent. " + slot->reason;
    error.advice = "'rustcask bench list' names the engines.";
    return failure(std::move(error));
}

Result<EngineConfig> EngineRegistry::configuration(std::string_view name) const {
    const EngineKind* kind = find(engineOf(name));
    if (kind == nullptr)
        return unknown(name);
    EngineConfig config{std::string(kind->name()), std::string(name), {}};
    if (kind->name() == name)
        return config;
    for (const Preset& preset : kind->presets()) {
        if (name.substr(kind->name().size() + 1) != preset.suffix)
            continue;
        config.options = preset.options;
        return config;
    }
    return unknown(name);
}

Result<EngineConfig> EngineRegistry::matched(std::string_view name, Durability durability) const {
    auto config = configuration(name);
    if (!config)
        return config;
    const EngineKind* kind = find(config->engine);
    auto options = kind->matched(durability);
    if (options) {
        for (const auto& [key, value] : config->options)
            (*options)[key] = value;
        config->options = std::move(*options);
    }
    if (!options || (kind->stores() && this->durability(*config) != durability)) {
        Error error;
        error.code = ErrorCode::invalidArgument;
        error.operation = "choose the engines";
        error.detail = config->label + " has no matched settings of durability class " +
                       std::string(durabilityName(durability)) + " (" + std::string(durabilityMeaning(durability)) +
                       ")";
        error.advice = "Leave it out, or give its settings with --config.";
        return failure(std::move(error));
    }
    return config;
}

} // namespace rustcask::bench
