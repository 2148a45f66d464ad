// SPDX-License-Identifier: Apache-2.0
#include "io/crash_states.h"

#include <algorithm>
#include <set>
#include <utility>

namespace rustcask::io {
namespace {

using Kind = RecordedCall::Kind;

constexpr std::uint64_t sectorBytes = 512;
constexpr std::size_t mostPrefixes = 12; // of one moment; earlier moments have shown the shorter ones
constexpr std::size_t mostSectors = 8;   // of one file

[[nodiscard]] std::string parentOf(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == 0 ? "/" : name.substr(0, slash);
}

} // namespace

// SplitMix64: the same states on every machine.
class CrashStates::Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t below(std::uint64_t bound) {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return (z ^ (z >> 31)) % bound;
    }

private:
    std::uint64_t m_state;
};

CrashStates::CrashStates(const Recording& recording) : m_recording(recording) {
    for (const std::string& path : recording.base.directories) {
        m_directories[path];
        if (path != "/")
            m_directories[parentOf(path)].durable[path] = directoryNode;
    }
    for (const auto& [path, contents] : recording.base.files) {
        m_directories[parentOf(path)].durable[path] = static_cast<std::uint32_t>(m_files.size());
        m_files.emplace_back().versions.push_back(contents);
    }
}

bool CrashStates::advance() {
    if (m_position >= m_recording.calls.size())
        return false;
    const RecordedCall& call = m_recording.calls[m_position];
    switch (call.kind) {
    case Kind::create:
        m_files.emplace_back().versions.push_back(std::make_shared<const std::string>());
        changeName(call);
        break;
    case Kind::createDirectory:
        m_directories[call.path];
        changeName(call);
        break;
    case Kind::rename:
    case Kind::remove:
        changeName(call);
        break;
    case Kind::write:
    case Kind::store: {
        std::string contents = *m_files[call.file].versions.back();
        const auto begin = static_cast<std::size_t>(call.offset);
        contents.resize(std::max(contents.size(), begin + call.bytes.size()));
        contents.replace(begin, call.bytes.size(), call.bytes);
        change(call.file, std::move(contents), begin, begin + call.bytes.size());
        break;
    }
    case Kind::truncate:
    case Kind::allocate: {
        std::string contents = *m_files[call.file].versions.back();
        if (call.kind == Kind::truncate || contents.size() < call.offset)
            contents.resize(static_cast<std::size_t>(call.offset));
        change(call.file, std::move(contents), call.offset, call.offset);
        break;
    }
    case Kind::sync: {
        FileState& file = m_files[call.file];
        if (!file.poisoned) {
            file.versions.erase(file.versions.begin(), file.versions.end() - 1);
            file.changes.clear();
        }
        break;
    }
    case Kind::failedSync:
        m_files[call.file].poisoned = true;
        break;
    case Kind::syncDirectory: {
        DirectoryState& directory = m_directories[call.path];
        for (const NameChange& made : directory.changes) {
            directory.durable.erase(made.name);
            if (made.node != 0)
                directory.durable[made.target.empty() ? made.name : made.target] = made.node;
        }
        directory.changes.clear();
        break;
    }
    }
    ++m_position;
    return true;
}

void CrashStates::change(std::uint32_t file, std::string contents, std::uint64_t begin, std::uint64_t end) {
    m_files[file].versions.push_back(std::make_shared<const std::string>(std::move(contents)));
    m_files[file].changes.push_back({.call = m_position, .begin = begin, .end = end});
}

void CrashStates::changeName(const RecordedCall& call) {
    const bool directory = call.kind == Kind::createDirectory;
    m_directories[parentOf(call.path)].changes.push_back(
        {.call = m_position,
         .node = call.kind == Kind::remove ? 0 : (directory ? directoryNode : call.file),
         .name = call.path,
         .target = call.target});
}

std::shared_ptr<const std::string> CrashStates::contents(std::uint32_t file, const Choice& choice) const {
    const FileState& state = m_files[file];
    const auto chosen = choice.files.find(file);
    if (chosen == choice.files.end())
        return choice.newest ? state.versions.back() : state.versions.front();
    const FilePick& pick = chosen->second;
    if (pick.patches.empty() && pick.length == state.versions[pick.version]->size())
        return state.versions[pick.version];
    std::string bytes = *state.versions[pick.version];
    bytes.resize(static_cast<std::size_t>(pick.length));
    for (const Patch& patch : pick.patches) {
        const std::string& from = *state.versions[patch.version];
        for (std::uint64_t at = patch.begin; at < std::min(patch.end, pick.length); ++at)
            bytes[static_cast<std::size_t>(at)] = at < from.size() ? from[static_cast<std::size_t>(at)] : '\0';
    }
    return std::make_shared<const std::string>(std::move(bytes));
}

void CrashStates::buildDirectory(const Choice& choice, const std::string& path, DiskImage& image) const {
    const DirectoryState& directory = m_directories.at(path);
    const auto chosen = choice.names.find(path);
    std::map<std::string, std::uint32_t> changed;
    const std::map<std::string, std::uint32_t>* names = &directory.durable;
    if (!directory.changes.empty() && (chosen != choice.names.end() || choice.newest)) {
        changed = directory.durable;
        for (std::size_t i = 0; i < directory.changes.size(); ++i) {
            if (chosen != choice.names.end() && !chosen->second[i])
                continue;
            const NameChange& made = directory.changes[i];
            changed.erase(made.name);
            if (made.node != 0)
                changed[made.target.empty() ? made.name : made.target] = made.node;
        }
        names = &changed;
    }
    for (const auto& [name, node] : *names) {
        if (node == directoryNode) {
            image.directories.insert(name);
            buildDirectory(choice, name, image);
        } else {
            image.files[name] = contents(node, choice);
        }
    }
}

DiskImage CrashStates::build(const Choice& choice) const {
    DiskImage image;
    buildDirectory(choice, "/", image);
    return image;
}

DiskImage CrashStates::durable() const {
    return build({.newest = false});
}

CrashStates::FilePick CrashStates::pickOf(std::uint32_t file, std::size_t version) const {
    return {.length = m_files[file].versions[version]->size(), .version = version};
}

std::vector<std::size_t> CrashStates::pendingCalls() const {
    std::vector<std::size_t> calls;
    for (const FileState& file : m_files)
        for (const Change& pending : file.changes)
            calls.push_back(pending.call);
    for (const auto& [path, directory] : m_directories)
        for (const NameChange& pending : directory.changes)
            calls.push_back(pending.call);
    std::sort(calls.begin(), calls.end());
    return calls;
}

// Everything up to and including the call, and nothing that is pending after it.
CrashStates::Choice CrashStates::upTo(std::size_t call) const {
    Choice choice{.newest = false};
    for (std::uint32_t file = 1; file < m_files.size(); ++file) {
        std::size_t version = 0;
        for (const Change& pending : m_files[file].changes)
            version += pending.call <= call ? 1U : 0U;
        if (version > 0)
            choice.files[file] = pickOf(file, version);
    }
    for (const auto& [path, directory] : m_directories) {
        if (directory.changes.empty())
            continue;
        std::vector<bool>& made = choice.names[path];
        for (const NameChange& pending : directory.changes)
            made.push_back(pending.call <= call);
    }
    return choice;
}

CrashStates::Choice CrashStates::randomChoice(Random& random) const {
    Choice choice;
    for (std::uint32_t file = 1; file < m_files.size(); ++file) {
        const FileState& state = m_files[file];
        if (state.changes.empty() || random.below(4) == 0)
            continue;
        const std::size_t count = state.versions.size();
        FilePick& pick = choice.files[file] = pickOf(file, static_cast<std::size_t>(random.below(count)));
        if (random.below(3) == 0)
            continue;
        pick.length = state.versions[static_cast<std::size_t>(random.below(count))]->size();
        if (pick.length > 0 && random.below(4) == 0) {
            // A write that was under way: the front of a sector is newer than the rest. Before the others, which take
            // sectors as a whole: a piece from the middle of one is on no disk.
            const std::uint64_t begin = random.below(pick.length);
            pick.patches.push_back({begin, begin - begin % sectorBytes + sectorBytes,
                                    static_cast<std::size_t>(random.below(pick.version + 1))});
        }
        for (std::uint64_t i = random.below(6); i > 0 && pick.length > 0; --i) {
            std::uint64_t begin = random.below(pick.length);
            begin -= begin % sectorBytes;
            const std::uint64_t end = begin + sectorBytes * (1 + random.below(9));
            pick.patches.push_back({begin, end, static_cast<std::size_t>(random.below(count))});
        }
    }
    for (const auto& [path, directory] : m_directories) {
        if (directory.changes.empty() || random.below(3) == 0)
            continue;
        const bool inOrder = random.below(2) == 0;
        const std::uint64_t made = random.below(directory.changes.size() + 1);
        std::vector<bool>& chosen = choice.names[path];
        for (std::size_t i = 0; i < directory.changes.size(); ++i)
            chosen.push_back(inOrder ? i < made : random.below(2) == 0);
    }
    return choice;
}

DiskImage CrashStates::anyState(std::uint64_t seed) const {
    Random random(seed);
    const std::vector<std::size_t> pending = pendingCalls();
    if (!pending.empty() && random.below(3) == 0)
        return build(upTo(pending[static_cast<std::size_t>(random.below(pending.size()))]));
    return build(randomChoice(random));
}

// One call of `visit`: remembers whether it was told to stop.
class CrashStates::Enumeration {
public:
    Enumeration(const CrashStates& states, std::uint64_t seed, const Visit& visit)
        : m_states(states), m_random(seed), m_visit(visit) {}

    void everything(unsigned cuts, unsigned random) {
        show({.newest = true}, "everything");
        show({.newest = false}, "only what is durable");
        prefixes();
        for (std::uint32_t file = 1; file < m_states.m_files.size(); ++file)
            if (!m_states.m_files[file].changes.empty())
                fileChanges(file);
        for (const auto& [path, directory] : m_states.m_directories)
            if (!directory.changes.empty())
                nameChanges(path, directory);
        tornWrite(cuts);
        for (unsigned i = 0; i < random && !m_stopped; ++i)
            show(m_states.randomChoice(m_random), "a random choice");
    }

private:
    void show(const Choice& choice, std::string_view how) {
        if (!m_stopped)
            m_stopped = !m_visit(m_states.build(choice), how);
    }

    void prefixes() {
        const std::vector<std::size_t> pending = m_states.pendingCalls();
        const std::size_t first = pending.size() > mostPrefixes ? pending.size() - mostPrefixes : 0;
        for (std::size_t i = first; i < pending.size() && !m_stopped; ++i)
            show(m_states.upTo(pending[i]), "a prefix");
        if (first > 0)
            show(m_states.upTo(pending[static_cast<std::size_t>(m_random.below(first))]), "an early prefix");
    }

    void both(std::uint32_t file, const FilePick& pick, std::string_view how) {
        show({.newest = true, .files = {{file, pick}}}, how);
        show({.newest = false, .files = {{file, pick}}}, how); // and nothing of the others
    }

    void fileChanges(std::uint32_t file) {
        const FileState& state = m_states.m_files[file];
        const std::size_t newest = state.changes.size();
        both(file, m_states.pickOf(file, newest), "one file is newer");
        both(file, m_states.pickOf(file, 0), "one file is older");
        FilePick lengthOnly = m_states.pickOf(file, 0);
        lengthOnly.length = state.versions[newest]->size();
        both(file, lengthOnly, "the length without the contents");
        FilePick contentsOnly = m_states.pickOf(file, newest);
        contentsOnly.length = state.versions[0]->size();
        both(file, contentsOnly, "the contents without the length");
        const std::size_t first = newest > mostPrefixes ? newest - mostPrefixes : 0;
        for (std::size_t i = first; i < newest && !m_stopped; ++i) {
            const Change& made = state.changes[i];
            FilePick without = m_states.pickOf(file, newest);
            if (made.begin == made.end)
                without.length = state.versions[i]->size();
            else
                without.patches.push_back({made.begin, made.end, i});
            show({.newest = true, .files = {{file, without}}}, "one change is missing");
            FilePick alone = m_states.pickOf(file, 0);
            alone.length = state.versions[i + 1]->size();
            alone.patches.push_back({made.begin, made.end, i + 1});
            show({.newest = true, .files = {{file, alone}}}, "one change alone");
        }
        sectors(file);
    }

    void sectors(std::uint32_t file) {
        const FileState& state = m_states.m_files[file];
        const std::size_t newest = state.changes.size();
        std::set<std::uint64_t> dirty;
        for (const Change& made : state.changes)
            for (std::uint64_t at = made.begin / sectorBytes; at * sectorBytes < made.end; ++at)
                dirty.insert(at);
        if (dirty.size() < 2)
            return; // the same as the whole file
        std::vector<std::uint64_t> chosen(dirty.begin(), dirty.end());
        while (chosen.size() > mostSectors)
            chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(m_random.below(chosen.size())));
        for (const std::uint64_t at : chosen) {
            const Patch old{at * sectorBytes, (at + 1) * sectorBytes, 0};
            FilePick without = m_states.pickOf(file, newest);
            without.patches.push_back(old);
            show({.newest = true, .files = {{file, without}}}, "one sector is older");
            FilePick alone = m_states.pickOf(file, 0);
            alone.length = state.versions[newest]->size();
            alone.patches.push_back({old.begin, old.end, newest});
            show({.newest = true, .files = {{file, alone}}}, "one sector alone");
        }
    }

    void nameChanges(const std::string& path, const DirectoryState& directory) {
        const std::size_t count = directory.changes.size();
        const std::vector<bool> none(count, false);
        const std::vector<bool> all(count, true);
        show({.newest = true, .names = {{path, none}}}, "contents without names");
        show({.newest = false, .names = {{path, all}}}, "names without contents");
        for (std::size_t i = 0; i < count && !m_stopped; ++i) {
            std::vector<bool> without = all;
            without[i] = false;
            show({.newest = true, .names = {{path, without}}}, "one name is missing");
            std::vector<bool> alone = none;
            alone[i] = true;
            show({.newest = true, .names = {{path, alone}}}, "one name alone");
        }
    }

    void tornWrite(unsigned cuts) {
        if (m_states.m_position == 0)
            return;
        const RecordedCall& call = m_states.m_recording.calls[m_states.m_position - 1];
        if ((call.kind != Kind::write && call.kind != Kind::store) || call.bytes.size() < 2)
            return;
        const std::size_t newest = m_states.m_files[call.file].changes.size();
        const std::uint64_t size = call.bytes.size();
        const bool each = size - 1 <= cuts;
        for (std::uint64_t i = 1; i <= std::min<std::uint64_t>(cuts, size - 1) && !m_stopped; ++i) {
            const std::uint64_t cut = call.offset + (each ? i : 1 + m_random.below(size - 1));
            const std::uint64_t end = call.offset + size;
            FilePick front = m_states.pickOf(call.file, newest);
            front.patches.push_back({cut, end, newest - 1});
            show({.newest = true, .files = {{call.file, front}}}, "the front of a write");
            FilePick shorter = m_states.pickOf(call.file, newest);
            shorter.length = std::max<std::uint64_t>(cut, m_states.m_files[call.file].versions[newest - 1]->size());
            shorter.patches = front.patches;
            show({.newest = true, .files = {{call.file, shorter}}}, "a write that ends early");
            // The disk writes a sector as a whole, but a mapped page may be caught between any two stores.
            std::uint64_t from = cut;
            if (call.kind == Kind::write)
                from += (sectorBytes - from % sectorBytes) % sectorBytes;
            FilePick back = m_states.pickOf(call.file, newest);
            back.patches.push_back({call.offset, std::min(from, end), newest - 1});
            show({.newest = true, .files = {{call.file, back}}}, "the back of a write");
        }
    }

    const CrashStates& m_states;
    Random m_random;
    const Visit& m_visit;
    bool m_stopped = false;
};

void CrashStates::visit(std::uint64_t seed, unsigned cuts, unsigned random, const Visit& visit) const {
    Enumeration(*this, seed, visit).everything(cuts, random);
}

} // namespace rustcask::io
