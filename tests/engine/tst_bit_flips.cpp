// SPDX-License-Identifier: Apache-2.0
// Every bit and every length of a small database, one after the other: each answer is right or an error, never an older
// value, and verification says where it is.
#include <malloc.h>
#include <sys/prctl.h>

#include <rustcask/cursor.h>
#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "database_test_access.h"
#include "format/checksum.h"
#include "small_database.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

// Under a sanitizer everything takes ten times as long: only every 17th bit, length and round then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t stride = 17; // no power of two: every bit of a byte has its turn
#else
constexpr std::uint64_t stride = 1;
#endif

/// What is asked of a database, and what it may answer besides an error: for each key any of a few values.
using Allowed = std::map<std::string, std::set<std::optional<std::string>>>;

Allowed allow(const SmallDatabase::Answers& answers) {
    Allowed allowed;
    for (const auto& [key, value] : answers)
        allowed[key].insert(value);
    return allowed;
}
void allowAlso(Allowed& allowed, const SmallDatabase::Answers& answers) {
    for (const auto& [key, value] : answers)
        allowed[key].insert(value);
}

std::string shown(const std::optional<std::string>& value) {
    return value ? '"' + *value + '"' : std::string("nothing");
}

bool isDamage(const Error& error) {
    return error.code == ErrorCode::corruption;
}

/// Asks in every way there is. Empty: all answers are allowed; otherwise the first that is not.
std::string askAll(Database& database, const Allowed& allowed) {
    std::vector<std::string_view> keys;
    for (const auto& [key, values] : allowed) {
        keys.emplace_back(key);
        auto got = database.get(key);
        if (!got && !isDamage(got.error()))
            return "get of " + key + ": " + got.error().message();
        if (got && !values.contains(*got))
            return "get of " + key + " is " + shown(*got);
        auto there = database.contains(key);
        if (!there && !isDamage(there.error()))
            return "contains of " + key + ": " + there.error().message();
        // A key whose newest record is known to be damaged counts as there, whatever the record was.
        if (there && got && *there != got->has_value())
            return "contains of " + key + " contradicts get";
        auto info = database.info(key);
        if (!info && !isDamage(info.error()))
            return "info of " + key + ": " + info.error().message();
        if (info && got && info->has_value() != got->has_value())
            return "info of " + key + " contradicts get";
    }
    std::vector<Lookup> lookups;
    if (auto many = database.getMany(keys, lookups)) {
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (!allowed.at(std::string(keys[i]))
                     .contains(lookups[i].found ? std::optional(lookups[i].value) : std::nullopt))
                return "getMany of " + std::string(keys[i]);
    } else if (!isDamage(many.error())) {
        return "getMany: " + many.error().message();
    }
    auto snapshot = database.snapshot();
    if (!snapshot)
        return "snapshot: " + snapshot.error().message();
    for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
        const SnapshotEntry entry = (*snapshot)->entry(i);
        auto value = (*snapshot)->value(i);
        if (!value && !isDamage(value.error()))
            return "snapshot: " + value.error().message();
        const auto known = allowed.find(std::string(entry.key));
        if (value && (known == allowed.end() || !known->second.contains(*value)))
            return "snapshot of " + std::string(entry.key) + " is " + shown(*value);
    }
    return {};
}

Options quiet(bool readOnly) {
    Options options;
    options.readOnly = readOnly;
    options.recoveryThreads = 1;
    options.scanChunkBytes = 4096;
    return options;
}

} // namespace

class TestBitFlips : public QObject {
    Q_OBJECT

    std::unique_ptr<TemporaryDirectory> m_directory;
    std::uint64_t m_opened = 0, m_refused = 0;

    [[nodiscard]] fs::path path() const { return m_directory->path() / "db"; }

    /// Opens what is there, to read. Empty: refused with the right code, or every answer is allowed.
    std::string openAndAsk(const Allowed& allowed) {
        auto database = Database::open(path(), quiet(true));
        if (!database) {
            ++m_refused;
            return isDamage(database.error()) ? std::string() : "open: " + database.error().message();
        }
        ++m_opened;
        return askAll(**database, allowed);
    }

    /// Opens to write, puts, closes and opens again: damage neither takes what comes after it nor wears off.
    std::string writeAndAsk(const SmallDatabase& damaged, Allowed allowed) {
        allowed["new"] = {std::nullopt, "value"};
        fs::remove_all(path());
        damaged.writeTo(path());
        for (int turn = 0; turn < 2; ++turn) {
            auto database = DatabaseTestAccess::openOn(io::posixFileSystem(), path(), quiet(false));
            if (!database)
                return isDamage(database.error()) ? std::string() : "open to write: " + database.error().message();
            const std::string wrong = askAll(**database, allowed);
            if (!wrong.empty())
                return "opened to write, " + wrong;
            if (turn == 0)
                if (auto put = (*database)->put("new", "value"); !put)
                    return "put: " + put.error().message();
            auto value = (*database)->get("new");
            if (!value || *value != "value")
                return "what was put after the damage: " + (value ? shown(*value) : value.error().message());
            if (auto closed = (*database)->close(); !closed)
                return "close: " + closed.error().message();
        }
        return {};
    }

    void replace(const std::string& name, std::string_view bytes) const { writeBytes(path() / name, bytes); }

    /// Verification's finding for damage to byte `offset` of the file: covers it, with a field, of this severity at
    /// least. Empty: it is there.
    std::string finding(const std::string& name, std::uint64_t offset, Severity severity, bool fieldToo) const {
        Progress progress;
        auto report = verify(path(), progress);
        if (!report)
            return "verify: " + report.error().message();
        for (const Finding& found : report->findings)
            if (found.file.filename() == name && found.severity >= severity && (found.field || !fieldToo) &&
                found.offset <= offset && (offset < found.offset + found.bytes || name.ends_with(".hint")))
                return {};
        return "verification does not name it";
    }

    static std::vector<SmallDatabase> databases() {
        std::vector<SmallDatabase> all{SmallDatabase::afterAMerge(), SmallDatabase::newestIsAnOutput(),
                                       SmallDatabase::insideAMerge()};
        for (std::size_t i = 0; i < 2; ++i) { // as left by a crash before any hint was written
            all.push_back(all[i]);
            std::erase_if(all.back().files, [](const auto& file) { return file.first.ends_with(".hint"); });
        }
        return all;
    }

    /// Records of the newest log that stand whole before `bytes`.
    static std::size_t wholeRecords(const DataFileBuilder& file, std::uint64_t bytes) {
        return static_cast<std::size_t>(
            std::count_if(file.records.begin(), file.records.end(),
                          [&](const auto& record) { return record.offset + record.bytes <= bytes; }));
    }
    [[nodiscard]] static const DataFileBuilder& newestLog(const SmallDatabase& database) {
        return *std::find_if(database.data.rbegin(), database.data.rend(), [](const DataFileBuilder& file) {
            return (file.bytes[format::header_at::flags] & format::mergeOutputFlag) == 0;
        });
    }

private Q_SLOTS:
    // Tens of thousands of openings: getting fresh memory from the system for each would take longer than all the rest.
    void initTestCase() {
        ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#ifdef __GLIBC__
        ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
        ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
    }
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_opened = m_refused = 0;
    }

    void everyBit() {
        std::uint64_t flips = 0;
        for (const SmallDatabase& sound : databases()) {
            const Allowed right = allow(sound.answers());
            fs::remove_all(path());
            sound.writeTo(path());
            const std::uint64_t refusedBefore = m_refused;
            QCOMPARE(openAndAsk(right), std::string());
            QCOMPARE(m_refused, refusedBefore);
            for (const auto& [name, bytes] : sound.files) {
                // What stands before a damaged record at the very end of the newest log, which a crash leaves alike.
                Allowed allowed = right;
                const DataFileBuilder& log = newestLog(sound);
                // The files that make the second database and the one inside a merge what they are; the rest is alike.
                if (!sound.files.contains("6.rustcask.data") && name[0] != '3' && name[0] != '5' && name[0] != '6')
                    continue;
                const bool torn = name == format::dataFileName(log.generation) &&
                                  !sound.files.contains(format::hintFileName(log.generation));
                for (std::uint64_t bit = 0; bit < 8 * bytes.size(); bit += stride) {
                    if (torn)
                        allowAlso(allowed = right, sound.answers(log.generation.value, wholeRecords(log, bit / 8)));
                    const std::string damaged = flipped(bytes, bit);
                    replace(name, damaged);
                    std::string wrong = openAndAsk(allowed);
                    const bool data = name.find(".data") != std::string::npos;
                    const bool input = sound.files.contains("6.rustcask.merge") && (name[0] == '1' || name[0] == '2');
                    if (wrong.empty() && !input && bit % 8 == bit / 8 % 8) // tst_verify_fields: every bit
                        wrong = finding(name, bit / 8, Severity::warning, data && !torn);
                    if (wrong.empty() && bit % 64 == bit / 64 % 64) { // one bit of every eight bytes
                        SmallDatabase copy = sound;
                        copy.files[name] = damaged;
                        wrong = writeAndAsk(copy, allowed);
                        fs::remove_all(path());
                        sound.writeTo(path());
                    }
                    QVERIFY2(wrong.empty(), (name + ", byte " + std::to_string(bit / 8) + ", bit " +
                                             std::to_string(bit % 8) + ": " + wrong)
                                                .c_str());
                    ++flips;
                }
                replace(name, bytes);
            }
        }
        qInfo("%llu flips, %llu of them refused at opening", static_cast<unsigned long long>(flips),
              static_cast<unsigned long long>(m_refused));
    }

    // A hint whose checksum is right although it was made of wrong numbers.
    void everyBitOfAHintUnderARightChecksum() {
        std::uint64_t flips = 0;
        std::map<std::string, std::uint64_t> lied;
        for (const SmallDatabase& sound : {SmallDatabase::afterAMerge(), SmallDatabase::newestIsAnOutput()}) {
            const Allowed right = allow(sound.answers());
            fs::remove_all(path());
            sound.writeTo(path());
            for (const auto& [name, bytes] : sound.files) {
                if (!name.ends_with(".hint"))
                    continue;
                const std::size_t trailer = bytes.size() - format::hintTrailerBytes;
                for (std::uint64_t bit = 0; bit < 8 * trailer; bit += stride) {
                    std::string hint = flipped(bytes, bit);
                    format::store<std::uint32_t>(
                        hint.data() + trailer,
                        format::hintChecksum(format::crc32c(std::string_view(hint).substr(
                                                 format::hintHeaderBytes, trailer - format::hintHeaderBytes)),
                                             hint));
                    replace(name, hint);
                    const std::string where = name + ", byte " + std::to_string(bit / 8);
                    const std::string wrong = openAndAsk(right);
                    ++flips;
                    if (!wrong.empty() || bit % 8 == bit / 8 % 8)
                        QVERIFY2(finding(name, bit / 8, Severity::warning, false).empty(), where.c_str());
                    if (wrong.empty())
                        continue;
                    // Only a name or a number that nothing else in the hint contradicts gets so far.
                    std::string_view entries = std::string_view(bytes).substr(0, trailer);
                    entries.remove_prefix(format::hintHeaderBytes);
                    std::uint64_t at = 0;
                    while (const auto entry = format::takeHintEntry(entries)) {
                        const std::uint64_t end = trailer - entries.size();
                        if (bit / 8 < end) {
                            at = bit / 8 - (end - format::hintEntryBytes - entry->key.size());
                            break;
                        }
                    }
                    const bool inKey = at >= format::hint_entry_at::key;
                    QVERIFY2(bit / 8 >= format::hintHeaderBytes && (inKey || at < format::hint_entry_at::offset),
                             (where + ": " + wrong).c_str());
                    ++lied[inKey ? "key" : "sequence number"];
                }
                replace(name, bytes);
            }
        }
        for (const auto& [field, count] : lied)
            qInfo("%llu flips of an entry's %s hide a record", static_cast<unsigned long long>(count), field.c_str());
        qInfo("%llu flips", static_cast<unsigned long long>(flips));
    }

    void everyTruncation() {
        std::uint64_t cuts = 0;
        for (const SmallDatabase& sound : databases()) {
            fs::remove_all(path());
            sound.writeTo(path());
            for (const auto& [name, bytes] : sound.files) {
                const DataFileBuilder* file = nullptr;
                for (const DataFileBuilder& candidate : sound.data)
                    if (name.starts_with(format::dataFileName(candidate.generation)))
                        file = &candidate;
                for (std::size_t length = 0; length < bytes.size(); length += stride) {
                    Allowed allowed = allow(sound.answers());
                    const bool hinted =
                        file != nullptr &&
                        (sound.files.contains(format::hintFileName(file->generation)) || name.ends_with(".tmp"));
                    // Without a hint nothing tells that there was more, if the cut is between two records or the file
                    // is the one that a crash may have cut.
                    if (file != nullptr && !hinted) {
                        // A key of which no other record is left is not there.
                        for (const BuiltRecord& record : file->records)
                            if (record.offset + record.bytes > length)
                                allowed[record.key].insert(std::nullopt);
                        const std::size_t whole = wholeRecords(*file, length);
                        const std::uint64_t end = whole > 0
                                                      ? file->records[whole - 1].offset + file->records[whole - 1].bytes
                                                      : format::fileHeaderBytes;
                        if (file == &newestLog(sound) || length == end || length <= format::fileHeaderBytes)
                            allowAlso(allowed, sound.answers(file->generation.value, whole));
                    }
                    replace(name, std::string_view(bytes).substr(0, length));
                    std::string wrong = openAndAsk(allowed);
                    if (wrong.empty() && hinted)
                        wrong = finding(name, length, Severity::error, false);
                    if (wrong.empty() && length % 8 == 0) {
                        SmallDatabase copy = sound;
                        copy.files[name].resize(length);
                        wrong = writeAndAsk(copy, allowed);
                        fs::remove_all(path());
                        sound.writeTo(path());
                    }
                    QVERIFY2(wrong.empty(), (name + " cut to " + std::to_string(length) + " bytes: " + wrong).c_str());
                    ++cuts;
                }
                replace(name, bytes);
            }
        }
        qInfo("%llu cuts, %llu of them refused at opening", static_cast<unsigned long long>(cuts),
              static_cast<unsigned long long>(m_refused));
    }

    // More than any one bit: noise over a few bytes, in files that have no hint to tell what was there.
    void noiseWithoutHints() {
        SeededRandom random;
        constexpr std::uint64_t rounds = 300;
        const std::vector<SmallDatabase> all = databases();
        for (std::uint64_t round = 0; round < rounds; round += stride) {
            SmallDatabase damaged = all[3 + round % 2];
            const std::size_t which = random.below(damaged.data.size());
            const DataFileBuilder& file = damaged.data[which];
            std::string& bytes = damaged.files[format::dataFileName(file.generation)];
            const std::size_t begin = format::fileHeaderBytes + random.below(bytes.size() - format::fileHeaderBytes);
            const std::size_t end = std::min(bytes.size(), begin + random.between(1, 40));
            for (std::size_t at = begin; at < end; ++at)
                bytes[at] = static_cast<char>(random.below(256));
            Allowed allowed = allow(damaged.answers());
            // A key that only damaged records tell of is not there; damage is not taken for a key's newest record where
            // there is no other.
            for (const BuiltRecord& record : file.records)
                if (record.offset < end && begin < record.offset + record.bytes)
                    allowed[record.key].insert(std::nullopt);
            if (&file == &newestLog(damaged)) // its end is what a crash may have torn
                allowAlso(allowed, damaged.answers(file.generation.value, wholeRecords(file, begin)));
            fs::remove_all(path());
            damaged.writeTo(path());
            std::string wrong = openAndAsk(allowed);
            if (wrong.empty())
                wrong = writeAndAsk(damaged, allowed);
            QVERIFY2(wrong.empty(),
                     ("round " + std::to_string(round) + ", generation " + std::to_string(file.generation.value) +
                      ", bytes " + std::to_string(begin) + " to " + std::to_string(end) + ": " + wrong)
                         .c_str());
        }
    }
};

RUSTCASK_TEST_MAIN(TestBitFlips)
#include "tst_bit_flips.moc"
