// SPDX-License-Identifier: Apache-2.0
#include <rustcask/past_keys.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "inspect_catalog.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "version_scan.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view operation = "look for the keys of the past";
constexpr std::size_t chunkBytes = std::size_t{1} << 20;

/// What is known of a key.
struct State {
    enum class Kind : std::uint8_t { unknown, value, tombstone };
    const char* key = nullptr; ///< in a chunk
    std::uint64_t generation = 0;
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0; ///< of the value
    std::int64_t timeMs = 0;    ///< likewise
    std::uint32_t valueBytes = 0;
    std::uint16_t keyBytes = 0;
    Kind kind = Kind::unknown; ///< of the newest record
    bool hasValue = false;

    [[nodiscard]] std::string_view view() const noexcept { return {key, keyBytes}; }
};

/// The tombstone of a deleted key, kept apart: most lists have none.
struct Removal {
    std::uint64_t sequence = 0;
    std::int64_t timeMs = 0;
};

/// Keys, each once, numbered from 0 on. Their bytes never move.
class KeyStore {
public:
    [[nodiscard]] std::optional<std::uint64_t> find(std::string_view key) const {
        if (m_slots.empty())
            return std::nullopt;
        const std::uint32_t found = m_slots[slotOf(key)];
        return found == 0 ? std::nullopt : std::optional<std::uint64_t>(found - 1);
    }
    std::uint64_t add(std::string_view key) {
        if ((states.size() + 1) * 4 >= m_slots.size() * 3)
            grow();
        std::uint32_t& slot = m_slots[slotOf(key)];
        if (slot == 0) {
            State state;
            state.key = keep(key);
            state.keyBytes = static_cast<std::uint16_t>(key.size());
            states.push_back(state);
            slot = static_cast<std::uint32_t>(states.size());
        }
        return slot - 1;
    }
    /// From here on nothing is looked up any more.
    void forgetSlots() { m_slots = {}; }

    std::vector<State> states{};

private:
    std::size_t slotOf(std::string_view key) const {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t slot = static_cast<std::size_t>(XXH3_64bits_withSeed(key.data(), key.size(), m_seed)) & mask;
        while (m_slots[slot] != 0 && states[m_slots[slot] - 1].view() != key)
            slot = (slot + 1) & mask;
        return slot;
    }
    void grow() {
        m_slots.assign(std::max<std::size_t>(1024, m_slots.size() * 2), 0);
        for (std::size_t i = 0; i < states.size(); ++i)
            m_slots[slotOf(states[i].view())] = static_cast<std::uint32_t>(i + 1);
    }
    const char* keep(std::string_view key) {
        if (m_chunks.empty() || m_used + key.size() > chunkBytes) {
            m_chunks.push_back(std::make_unique_for_overwrite<char[]>(chunkBytes)); // no key is longer
            m_used = 0;
        }
        char* place = m_chunks.back().get() + m_used;
        std::memcpy(place, key.data(), key.size());
        m_used += key.size();
        return place;
    }

    std::uint64_t m_seed = reinterpret_cast<std::uintptr_t>(this); // a hostile writer must not be able to aim at slots
    std::vector<std::uint32_t> m_slots;
    std::vector<std::unique_ptr<char[]>> m_chunks;
    std::size_t m_used = 0;
};

/// A visitor that knows which file it is in.
class FileVisitor : public versions::RecordVisitor {
public:
    explicit FileVisitor(KeyStore& store) : m_store(store) {}
    void enter(Generation generation) { m_generation = generation.value; }

protected:
    static constexpr std::uint64_t nobody = ~std::uint64_t{0};

    void takeValue(State& state, const format::RecordHeader& header, std::uint64_t offset) const {
        state.generation = m_generation;
        state.offset = offset;
        state.sequence = header.sequence.value;
        state.timeMs = header.time.time_since_epoch().count();
        state.valueBytes = header.valueSize;
        state.hasValue = true;
    }
    KeyStore& m_store;
    std::uint64_t m_generation = 0;
};

/// The newest record of every key until a moment.
class MomentVisitor final : public FileVisitor {
public:
    MomentVisitor(KeyStore& store, const Moment& moment) : FileVisitor(store), m_moment(moment) {}

    [[nodiscard]] bool includes(const format::RecordHeader& header) const {
        return (!m_moment.sequence || header.sequence <= *m_moment.sequence) &&
               (!m_moment.time || header.time <= *m_moment.time);
    }
    bool wantsKey(const format::RecordHeader& header) const override { return includes(header); }
    Look look(const format::RecordHeader& header, std::string_view key) override {
        return {.token = includes(header) ? m_store.add(key) : nobody};
    }
    void take(const format::RecordHeader& header, std::uint64_t offset, std::uint64_t token) override {
        if (token == nobody)
            return;
        if (header.sequence >= newest) {
            newest = header.sequence;
            newestTime = header.time;
        }
        State& state = m_store.states[token];
        if (state.kind != State::Kind::unknown && header.sequence.value < state.sequence)
            return;
        takeValue(state, header, offset);
        state.kind = header.tombstone() ? State::Kind::tombstone : State::Kind::value;
    }

    Sequence newest{};
    Timestamp newestTime{};

private:
    Moment m_moment;
};

/// The newest tombstone of every key that has one.
class TombstoneVisitor final : public FileVisitor {
public:
    TombstoneVisitor(KeyStore& store, std::vector<Removal>& removals) : FileVisitor(store), m_removals(removals) {}

    bool wantsKey(const format::RecordHeader& header) const override { return header.tombstone(); }
    Look look(const format::RecordHeader& header, std::string_view key) override {
        if (!header.tombstone())
            return {.token = nobody};
        const std::uint64_t token = m_store.add(key);
        m_removals.resize(m_store.states.size());
        return {.token = token};
    }
    void take(const format::RecordHeader& header, std::uint64_t, std::uint64_t token) override {
        if (token != nobody && header.sequence.value >= m_removals[token].sequence)
            m_removals[token] = {header.sequence.value, header.time.time_since_epoch().count()};
    }

private:
    std::vector<Removal>& m_removals;
};

/// For those keys: whether a newer value follows the tombstone, and the last value before it.
class LastValueVisitor final : public FileVisitor {
public:
    LastValueVisitor(KeyStore& store, std::vector<Removal>& removals) : FileVisitor(store), m_removals(removals) {}

    bool wantsKey(const format::RecordHeader&) const override { return true; }
    Look look(const format::RecordHeader&, std::string_view key) override {
        return {.token = m_store.find(key).value_or(nobody)};
    }
    void take(const format::RecordHeader& header, std::uint64_t offset, std::uint64_t token) override {
        if (token != nobody && header.sequence >= newest) {
            newest = header.sequence;
            newestTime = header.time;
        }
        if (token == nobody)
            return;
        State& state = m_store.states[token];
        Removal& removal = m_removals[token];
        if (header.tombstone()) { // one that was appended between the two readings
            if (header.sequence.value > removal.sequence)
                removal = {header.sequence.value, header.time.time_since_epoch().count()};
        } else if (!state.hasValue || header.sequence.value >= state.sequence) {
            takeValue(state, header, offset);
        }
    }

    Sequence newest{};
    Timestamp newestTime{};

private:
    std::vector<Removal>& m_removals;
};

/// Reads every file of a catalog and says what may be missing.
class DirectoryScan {
public:
    DirectoryScan(io::FileSystem& fileSystem, Progress& progress) : m_fileSystem(fileSystem), m_progress(progress) {}

    Result<void> run(const inspect::Catalog& catalog, FileVisitor& visitor, versions::HistoryBuilder* completeness) {
        for (const inspect::CatalogFile& file : catalog.data) {
            if (file.header.verdict == format::HeaderVerdict::unknownVersion || file.bytes <= format::fileHeaderBytes) {
                m_progress.addFiles(1);
                continue;
            }
            auto opened = m_fileSystem.open(file.path, io::OpenMode::read);
            if (!opened)
                return failure(std::move(opened.error()));
            (*opened)->adviseSequential();
            const inspect::WatchedFile watched(std::move(*opened), m_progress, std::string(operation));
            watched.advanceTo(format::fileHeaderBytes); // read before
            visitor.enter(file.generation);
            versions::FileFacts facts;
            if (auto done = versions::scanRecords(watched, file, true, visitor, facts); !done)
                return done;
            watched.advanceTo(file.bytes);
            m_progress.addRecords(facts.records);
            m_progress.addFiles(1);
            if (completeness == nullptr)
                continue;
            // A damaged record counts whosever it was.
            for (const versions::DamagedRecord& damaged : facts.damaged)
                facts.gapUntil = std::max(facts.gapUntil.value_or(Timestamp{}), damaged.until.value_or(Timestamp{}));
            facts.damaged.clear();
            completeness->addFile(file, facts, {});
        }
        return {};
    }

private:
    io::FileSystem& m_fileSystem;
    Progress& m_progress;
};

std::uint64_t bytesOf(const inspect::Catalog& catalog) {
    std::uint64_t bytes = 0;
    for (const inspect::CatalogFile& file : catalog.data)
        bytes += file.bytes;
    return bytes;
}

} // namespace

class PastKeys::Impl {
public:
    fs::path directory{};
    KeyStore store{};
    std::vector<Removal> removals{}; ///< empty, or one for each state
    Sequence newest{};
    Timestamp newestTime{};
    bool complete = true;
    Timestamp completeSince{};

    /// Lists the states that `wanted` says, in their order.
    void keepOnly(const std::function<bool(std::size_t)>& wanted) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < store.states.size(); ++i) {
            if (!wanted(i))
                continue;
            store.states[kept] = store.states[i];
            if (!removals.empty())
                removals[kept] = removals[i];
            ++kept;
        }
        store.states.resize(kept);
        store.states.shrink_to_fit();
        removals.resize(removals.empty() ? 0 : kept);
        removals.shrink_to_fit();
        store.forgetSlots();
    }
    void note(versions::HistoryBuilder& builder) {
        const History history = builder.take();
        complete = history.complete;
        completeSince = history.completeSince;
    }
};

PastKeys::PastKeys(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}
PastKeys::~PastKeys() = default;

Result<std::shared_ptr<const PastKeys>> PastKeys::at(const fs::path& directory, const Moment& moment,
                                                     Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    return besideMerges(directory, operation, readingAttempts, [&]() -> Result<std::shared_ptr<const PastKeys>> {
        auto catalog = inspect::readCatalog(*fileSystem, directory, operation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        progress.setPhase(Phase::scanning);
        const ProgressCounts before = progress.counts(); // not zero when this is another attempt
        progress.setTotals(before.filesDone + catalog->data.size(), 0, before.bytesDone + bytesOf(*catalog));
        auto impl = std::make_unique<Impl>();
        impl->directory = directory;
        MomentVisitor visitor(impl->store, moment);
        versions::HistoryBuilder builder;
        DirectoryScan scan(*fileSystem, progress);
        if (auto done = scan.run(*catalog, visitor, &builder); !done)
            return failure(std::move(done.error()));
        impl->newest = visitor.newest;
        impl->newestTime = visitor.newestTime;
        impl->note(builder);
        // What a merge took before the moment had been superseded before it, too.
        const Timestamp then = moment.time ? std::max(*moment.time, visitor.newestTime) : visitor.newestTime;
        impl->complete = impl->complete || then >= impl->completeSince;
        impl->keepOnly([&](std::size_t i) { return impl->store.states[i].kind == State::Kind::value; });
        progress.setPhase(Phase::done);
        return std::shared_ptr<const PastKeys>(new PastKeys(std::move(impl)));
    });
}

Result<std::shared_ptr<const PastKeys>> PastKeys::deleted(const fs::path& directory, Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    return besideMerges(directory, operation, readingAttempts, [&]() -> Result<std::shared_ptr<const PastKeys>> {
        auto catalog = inspect::readCatalog(*fileSystem, directory, operation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        progress.setPhase(Phase::scanning);
        const ProgressCounts before = progress.counts();
        progress.setTotals(before.filesDone + 2 * catalog->data.size(), 0, before.bytesDone + 2 * bytesOf(*catalog));
        auto impl = std::make_unique<Impl>();
        impl->directory = directory;
        TombstoneVisitor tombstones(impl->store, impl->removals);
        versions::HistoryBuilder builder;
        DirectoryScan scan(*fileSystem, progress);
        if (auto done = scan.run(*catalog, tombstones, &builder); !done)
            return failure(std::move(done.error()));
        impl->note(builder);
        if (!impl->store.states.empty()) {
            LastValueVisitor values(impl->store, impl->removals);
            if (auto done = scan.run(*catalog, values, nullptr); !done)
                return failure(std::move(done.error()));
            impl->newest = values.newest;
            impl->newestTime = values.newestTime;
        }
        impl->keepOnly([&](std::size_t i) {
            const State& state = impl->store.states[i];
            const Removal& removal = impl->removals[i];
            return removal.sequence > 0 && (!state.hasValue || state.sequence < removal.sequence);
        });
        progress.setPhase(Phase::done);
        return std::shared_ptr<const PastKeys>(new PastKeys(std::move(impl)));
    });
}

std::size_t PastKeys::size() const noexcept {
    return m_impl->store.states.size();
}

PastKey PastKeys::key(std::size_t index) const noexcept {
    const State& state = m_impl->store.states[index];
    PastKey past;
    past.key = state.view();
    past.hasValue = state.hasValue;
    if (state.hasValue) {
        past.version.location = {.generation = Generation{state.generation},
                                 .offset = state.offset,
                                 .recordBytes = format::recordBytes(state.keyBytes, state.valueBytes)};
        past.version.sequence = Sequence{state.sequence};
        past.version.time = Timestamp(std::chrono::milliseconds(state.timeMs));
        past.version.valueBytes = state.valueBytes;
    }
    if (!m_impl->removals.empty()) {
        past.removedBy = Sequence{m_impl->removals[index].sequence};
        past.removedAt = Timestamp(std::chrono::milliseconds(m_impl->removals[index].timeMs));
    }
    return past;
}

Result<std::string> PastKeys::value(std::size_t index) const {
    const PastKey past = key(index);
    if (!past.hasValue)
        return failure(
            {.code = ErrorCode::corruption,
             .operation = "read the value of a deleted key",
             .file = m_impl->directory,
             .detail = "its values are not in the log any more: a merge has removed them, or they are damaged"});
    return readVersion(m_impl->directory, past.version);
}

Sequence PastKeys::sequence() const noexcept {
    return m_impl->newest;
}
Timestamp PastKeys::time() const noexcept {
    return m_impl->newestTime;
}
bool PastKeys::isComplete() const noexcept {
    return m_impl->complete;
}
Timestamp PastKeys::completeSince() const noexcept {
    return m_impl->completeSince;
}

} // namespace rustcask
