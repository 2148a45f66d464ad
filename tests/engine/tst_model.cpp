// SPDX-License-Identifier: Apache-2.0
// Random sequences of operations against std::map, on files so small that rotation and merges happen all the time: two
// databases at once, each with a follower, snapshots that are held across merges, and a clock that jumps. A failing
// sequence is shrunk and printed with the seed that repeats it (RC_PARAMS).
//
// RUSTCASK_SEQUENCES sets how many sequences run in all (default 10,000).
#include <QTest>

#include <cstdlib>
#include <map>
#include <optional>

#include <rapidcheck.h>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "engine/crash_image.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

namespace {

enum class Kind {
    put,
    putIf,
    get,
    remove,
    removeIf,
    iterate,
    sync,
    rotate,
    mergeAll,
    mergeSome,
    mergeByPolicy,
    reopen,
    kill,
    cut,
    follow,
    hold,
    recall,
    jump
};

struct Step {
    Kind kind = Kind::put;
    std::uint32_t key = 0;
    std::uint32_t size = 0; // of a value; elsewhere a random number
    bool other = false;     // on the second database
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
    static constexpr const char* names[] = {"put",  "putIf",  "get",      "remove",    "removeIf",      "iterate",
                                            "sync", "rotate", "mergeAll", "mergeSome", "mergeByPolicy", "reopen",
                                            "kill", "cut",    "follow",   "hold",      "recall",        "jump"};
    return out << names[static_cast<int>(step.kind)] << " k" << step.key << " " << step.size
               << (step.other ? " (second)" : "");
}

} // namespace

namespace rc {
template <>
struct Arbitrary<Step> {
    static Gen<Step> arbitrary() {
        return gen::build<Step>(gen::set(&Step::kind, gen::weightedElement<Kind>({{30, Kind::put},
                                                                                  {10, Kind::putIf},
                                                                                  {10, Kind::get},
                                                                                  {10, Kind::remove},
                                                                                  {6, Kind::removeIf},
                                                                                  {2, Kind::iterate},
                                                                                  {2, Kind::sync},
                                                                                  {3, Kind::rotate},
                                                                                  {2, Kind::mergeAll},
                                                                                  {4, Kind::mergeSome},
                                                                                  {2, Kind::mergeByPolicy},
                                                                                  {2, Kind::reopen},
                                                                                  {2, Kind::kill},
                                                                                  {2, Kind::cut},
                                                                                  {4, Kind::follow},
                                                                                  {3, Kind::hold},
                                                                                  {2, Kind::recall},
                                                                                  {3, Kind::jump}})),
                                gen::set(&Step::key, gen::inRange<std::uint32_t>(0, 50)),
                                gen::set(&Step::size, gen::inRange<std::uint32_t>(0, 90)),
                                gen::set(&Step::other, gen::weightedElement<bool>({{4, false}, {1, true}})));
    }
};
} // namespace rc

namespace {

using Model = std::map<std::string, std::string>;

class Runner {
public:
    Runner(const std::filesystem::path& directory, const Options& options)
        : m_directory(directory), m_options(options) {
        m_options.clock = [this] { return Timestamp(std::chrono::milliseconds(m_clock)); };
        m_versions[0] = {};
        reopen();
    }

    void run(const Step& step) {
        const std::string key = "key-" + std::to_string(step.key);
        switch (step.kind) {
        case Kind::put: {
            const std::string value(step.size, static_cast<char>('a' + ++m_counter % 26));
            check(m_database->put(key, value));
            m_model[key] = value;
            remember();
            break;
        }
        case Kind::putIf: { // what it must stand at is right two times of three
            auto info = m_database->info(key);
            check(info);
            RC_ASSERT(info->has_value() == m_model.contains(key));
            std::optional<Sequence> expected;
            if (*info)
                expected = (*info)->sequence;
            const bool right = step.size % 3 != 0;
            if (!right)
                expected = Sequence{expected ? expected->value - 1 : 1};
            const std::string value(step.size, static_cast<char>('A' + ++m_counter % 26));
            auto stored = m_database->putIf(key, value, expected);
            check(stored);
            RC_ASSERT(*stored == right);
            if (right)
                m_model[key] = value;
            remember();
            break;
        }
        case Kind::get: {
            auto value = m_database->get(key);
            check(value);
            const auto expected = m_model.find(key);
            RC_ASSERT(value->has_value() == (expected != m_model.end()));
            if (*value)
                RC_ASSERT(**value == expected->second);
            break;
        }
        case Kind::remove: {
            auto removed = m_database->remove(key);
            check(removed);
            RC_ASSERT(*removed == (m_model.erase(key) > 0));
            remember();
            break;
        }
        case Kind::removeIf: {
            auto info = m_database->info(key);
            check(info);
            RC_ASSERT(info->has_value() == m_model.contains(key));
            const Sequence expected = *info ? (*info)->sequence : Sequence{1};
            const bool right = *info && step.size % 3 != 0;
            auto removed = m_database->removeIf(key, right ? expected : Sequence{expected.value - 1});
            check(removed);
            RC_ASSERT(*removed == right);
            if (right)
                m_model.erase(key);
            remember();
            break;
        }
        case Kind::iterate:
            compare();
            break;
        case Kind::sync:
            check(m_database->sync());
            m_durable = lastSequence();
            break;
        case Kind::rotate:
            check(m_database->rotate());
            m_durable = lastSequence();
            break;
        case Kind::mergeAll:
            merge({});
            break;
        case Kind::mergeSome: {
            MergeSelection selection{.kind = MergeSelection::Kind::files, .generations = {}};
            std::uint32_t bits = step.key * 90 + step.size;
            for (const FileStats& file : m_database->stats().files) {
                if ((bits & 1U) != 0 && !file.active)
                    selection.generations.push_back(file.generation);
                bits = bits / 2 + (bits & 1U) * 2048;
            }
            merge(selection);
            break;
        }
        case Kind::mergeByPolicy:
            merge({.kind = MergeSelection::Kind::policy, .generations = {}});
            break;
        case Kind::follow:
            follow();
            break;
        case Kind::hold:
            hold();
            break;
        case Kind::recall:
            recall();
            break;
        case Kind::jump: // up to five years back and forth; order must not come from it
            m_clock += (std::int64_t{step.size} - 45) * 3'500'000'000;
            break;
        case Kind::reopen:
            m_held.clear();
            check(m_database->close());
            reopen();
            m_durable = lastSequence();
            compare();
            break;
        case Kind::kill:
            crash(std::nullopt);
            break;
        case Kind::cut:
            crash(step.key * 90 + step.size);
            break;
        }
    }

    void finish() {
        recall();
        follow();
        compare();
        check(m_database->close());
        Progress progress;
        auto report = verify(m_directory, progress);
        check(report);
        RC_ASSERT(report->errors == 0U);
        RC_ASSERT(report->warnings == 0U);
        RC_ASSERT(report->liveKeys == m_model.size());
    }

private:
    template <typename T>
    static void check(const Result<T>& result) {
        if (!result)
            RC_FAIL(result.error().message());
    }

    [[nodiscard]] std::uint64_t lastSequence() const { return m_database->stats().lastSequence.value; }
    void remember() { m_versions[lastSequence()] = m_model; }

    void reopen() {
        auto opened = Database::open(m_directory, m_options);
        check(opened);
        m_database = std::move(*opened);
    }

    void merge(const MergeSelection& selection) {
        const auto preview = m_database->previewMerge(selection);
        check(preview);
        Progress progress;
        const auto report = m_database->merge(selection, progress);
        check(report);
        RC_ASSERT(report->bytesRead == preview->bytesRead);
        RC_ASSERT(report->versionsDropped == preview->versionsLost);
        RC_ASSERT(report->tombstonesDropped >= preview->tombstonesDropped);
        if (!report->inputs.empty())
            m_durable = lastSequence(); // a merge makes durable what supersedes what it drops
        compare();
        recall();
    }

    // A read-only database on the same directory, kept open: after a refresh it has all that was appended.
    void follow() {
        if (!m_follower) {
            Options options = m_options;
            options.readOnly = true;
            auto opened = Database::open(m_directory, options);
            check(opened);
            m_follower = std::move(*opened);
        } else {
            check(m_follower->refresh());
        }
        auto snapshot = m_follower->snapshot();
        check(snapshot);
        RC_ASSERT(contentsOf(**snapshot) == m_model);
        RC_ASSERT(m_follower->stats().liveKeys == m_model.size());
    }

    void hold() {
        if (m_held.size() == 3)
            m_held.erase(m_held.begin());
        auto snapshot = m_database->snapshot();
        check(snapshot);
        m_held.emplace_back(*snapshot, m_model);
    }

    // Whatever was overwritten, removed and merged away since: a snapshot is as it was.
    void recall() {
        for (const auto& [snapshot, model] : m_held)
            RC_ASSERT(contentsOf(*snapshot) == model);
    }

    [[nodiscard]] static Model contentsOf(const Snapshot& snapshot) {
        Model found;
        for (std::size_t i = 0; i < snapshot.size(); ++i) {
            auto value = snapshot.value(i);
            check(value);
            RC_ASSERT(found.emplace(std::string(snapshot.entry(i).key), *value).second);
        }
        return found;
    }

    // The directory as a killed process leaves it; with `cut`, as a power cut may: the newest file ends anywhere after
    // what was synced. Survivors must be a prefix of the appends.
    void crash(std::optional<std::uint32_t> cut) {
        m_held.clear();
        m_follower.reset();
        const std::filesystem::path image = m_directory.string() + "-image";
        test::copyDirectory(m_directory, image);
        check(m_database->close());
        m_database.reset();
        test::copyDirectory(image, m_directory);
        std::filesystem::remove_all(image);
        bool wasCut = false;
        if (cut) {
            std::filesystem::path newest;
            for (const auto& file : test::dataFiles(m_directory)) {
                if ((test::readBytes(file)[10] & 1) == 0) // no merge output
                    newest = file;
            }
            const bool sealed = newest.empty() ||
                                std::filesystem::exists(newest.string().substr(0, newest.string().size() - 4) + "hint");
            if (!sealed) {
                std::uint64_t begin = format::fileHeaderBytes;
                for (const auto& record : test::recordEnds(newest))
                    if (record.sequence <= m_durable)
                        begin = record.end;
                const std::uint64_t length = std::filesystem::file_size(newest);
                std::filesystem::resize_file(newest, begin + *cut % (std::min<std::uint64_t>(length - begin, 400) + 1));
                wasCut = true;
            }
        }
        reopen();
        const std::uint64_t survived = lastSequence();
        RC_ASSERT(survived >= m_durable || m_durable == 0U);
        if (!wasCut)
            RC_ASSERT(survived == m_versions.rbegin()->first || m_versions.size() == 1U);
        // Sequence numbers of appends are consecutive, so the state as of the last survivor is known.
        const auto state = std::prev(m_versions.upper_bound(survived));
        m_model = state->second;
        m_versions.erase(std::next(state), m_versions.end());
        m_durable = survived;
        compare();
    }

    void compare() {
        auto snapshot = m_database->snapshot();
        check(snapshot);
        Model found;
        for (Cursor cursor(*snapshot); cursor.valid(); cursor.next()) {
            auto value = cursor.value();
            check(value);
            RC_ASSERT(found.emplace(std::string(cursor.entry().key), *value).second);
        }
        RC_ASSERT(found == m_model);
        const Stats stats = m_database->stats();
        RC_ASSERT(stats.liveKeys == m_model.size());
        std::uint64_t live = 0;
        std::uint64_t liveBytes = 0;
        for (const FileStats& file : stats.files) {
            live += file.liveKeys;
            RC_ASSERT(file.records >= file.liveKeys + file.tombstones);
        }
        for (const auto& [key, value] : m_model)
            liveBytes += format::recordBytes(key.size(), value.size());
        RC_ASSERT(live == m_model.size());
        RC_ASSERT(stats.liveBytes == liveBytes);
    }

    std::filesystem::path m_directory;
    Options m_options;
    std::unique_ptr<Database> m_database;
    Model m_model;
    std::map<std::uint64_t, Model> m_versions; // by sequence number
    std::uint64_t m_durable = 0;
    std::uint64_t m_counter = 0;
    std::int64_t m_clock = 1'700'000'000'000; // milliseconds
    std::unique_ptr<Database> m_follower;
    std::vector<std::pair<std::shared_ptr<const Snapshot>, Model>> m_held;
};

} // namespace

class ModelTest : public QObject {
    Q_OBJECT

    void agrees(const Options& options) {
        test::TemporaryDirectory directory;
        int run = 0;
        QVERIFY(rc::check("the database agrees with std::map", [&](const std::vector<Step>& steps) {
            const auto path = directory / ("run-" + std::to_string(++run));
            const auto second = directory / ("second-" + std::to_string(run));
            {
                Runner runner(path, options);
                std::optional<Runner> other;
                for (const Step& step : steps) {
                    if (step.other && !other)
                        other.emplace(second, options);
                    (step.other ? *other : runner).run(step);
                }
                runner.finish();
                if (other)
                    other->finish();
            }
            std::filesystem::remove_all(path);
            std::filesystem::remove_all(second);
        }));
    }

    static Options small() {
        Options options;
        options.maxFileBytes = 400;
        options.scanChunkBytes = 4096;
        return options;
    }

private Q_SLOTS:
    void mapped() { agrees(small()); }
    void directWithPread() {
        Options options = small();
        options.writePath = WritePath::direct;
        options.readStrategy = ReadStrategy::keepOpen;
        options.maxOpenFiles = 2;
        agrees(options);
    }
    void intervalWithFewHandles() {
        Options options = small();
        options.sync = SyncMode::interval;
        options.syncInterval = std::chrono::milliseconds(1);
        options.readStrategy = ReadStrategy::keepOpen;
        options.maxOpenFiles = 1;
        options.recoveryThreads = 1;
        agrees(options);
    }
    void everyWriteWithOpenPerRead() {
        Options options = small();
        options.sync = SyncMode::everyWrite;
        options.writePath = WritePath::direct;
        options.readStrategy = ReadStrategy::openPerRead;
        agrees(options);
    }
};

int main(int argc, char** argv) {
    // Deterministic unless asked otherwise; RapidCheck prints the seed of a failure.
    constexpr int configurations = 4;
    bool given = false;
    const int sequences = qEnvironmentVariableIntValue("RUSTCASK_SEQUENCES", &given);
    const std::string parameters =
        "seed=20240229 max_size=70 max_success=" + std::to_string((given ? sequences : 10'000) / configurations);
    setenv("RC_PARAMS", parameters.c_str(), 0);
    qInfo("RC_PARAMS %s", getenv("RC_PARAMS"));
    QCoreApplication application(argc, argv);
    ModelTest object;
    return test::runStrict(object, argc, argv);
}
#include "tst_model.moc"
