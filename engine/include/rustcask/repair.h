// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/types.h>
#include <rustcask/verify.h>

/// What can be done about a damaged database: new hint files in place, or every sound record into a new directory.
/// Free functions, safe from any thread; each call is one long operation with its own `Progress`.
namespace rustcask {

/// What the hint file of a data file is worth.
enum class HintState : std::uint8_t {
    fits,        ///< every entry is what the data file holds, and nothing is missing
    missing,     ///< there is none
    unfit,       ///< it says something else than the data file, or is damaged; an opening reads the data file instead
    dataDamaged, ///< the data file holds damage. A hint from before it is kept, because it knows what stood there;
                 ///< a new one is not written, because it could only hide that something did
    active,      ///< the newest file with a torn tail or reserved space: its hint is written when it is sealed
};

/// Stable lower-case name of a state ("dataDamaged"), for JSON.
[[nodiscard]] std::string_view hintStateName(HintState state) noexcept;

/// The hint of one data file, and what was done about it.
struct HintFinding {
    Generation generation{};
    HintState state = HintState::fits; ///< before anything was done
    bool rebuilt = false;              ///< a new hint was written
    bool removed = false;              ///< the hint did not fit and was removed, and none written (`dataDamaged`)
    std::uint64_t hintBytes = 0;       ///< length of the hint that is there now; 0: none
    std::string text{};                ///< one sentence about what was wrong; empty when it fits
};

struct HintReport {
    std::vector<HintFinding> files{}; ///< one a data file, ascending by generation
    std::uint64_t rebuilt = 0;
    std::uint64_t removed = 0;
    std::uint64_t bytesRead = 0;

    /// Whether there is, or was, something to do.
    [[nodiscard]] bool anyToRepair() const noexcept;
};

/// What `rebuildHints` would do: reads every data file and compares it with its hint. Takes no lock and writes nothing.
/// Errors: ioError, notADatabase, cancelled.
[[nodiscard]] Result<HintReport> examineHints(const std::filesystem::path& directory, Progress& progress);

/// Writes a new hint file for every sealed, sound data file whose hint is missing or does not fit, and removes those
/// of damaged data files that do not fit. Data files are not touched. Each hint is replaced atomically: cancelled or
/// failed, the rest is as it was. Holds the writer's lock: no other process, nor another handle of this one, may have
/// the database open for writing. A committed merge that was interrupted is finished first, as an opening does. Memory:
/// about 30 bytes and the key for each key of one file at a time. Errors: locked (with the holder's pid), ioError,
/// noSpace, notADatabase, corruption (a merge record is damaged: salvage instead), cancelled.
[[nodiscard]] Result<HintReport> rebuildHints(const std::filesystem::path& directory, Progress& progress);

/// What a lost record means for its key, once the salvage is done.
enum class KeyFate : std::uint8_t {
    unknown,    ///< the key is not known: it stood in the bytes that were lost
    superseded, ///< a newer sound record of the key was salvaged: nothing of worth was lost
    older,  ///< an older version answers for the key now, `LostRecord::olderVersion`; a lost deletion looks like this
    absent, ///< the key is not in the salvaged database
};

/// Stable lower-case name of a fate, for JSON.
[[nodiscard]] std::string_view keyFateName(KeyFate fate) noexcept;

/// A range of the damaged database that could not be salvaged.
struct LostRecord {
    std::filesystem::path file{};
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::string reason{};               ///< one sentence without full stop
    std::optional<std::string> key{};   ///< the whole key, where it is known
    std::optional<Sequence> sequence{}; ///< likewise
    bool tombstone = false;             ///< with a known key: the record was a deletion
    KeyFate fate = KeyFate::unknown;
    std::optional<Sequence> olderVersion{}; ///< with `KeyFate::older`: what the key stands at now
};

struct SalvageOptions {
    /// Also take the sound records of tails that earlier recoveries cut off and kept (`*.torn-*`), where nothing was
    /// written after them. They were no part of the database since then.
    bool includeTornTails = false;
    std::uint64_t scanChunkBytes = std::uint64_t{1} << 20; ///< read size, 4 KiB to 1 GiB
};

struct SalvageReport {
    std::filesystem::path target{};    ///< the salvaged database
    std::filesystem::path backup{};    ///< `salvageInPlace`: where the damaged directory is now; else empty
    std::vector<LostRecord> lost{};    ///< by file and offset; at most `maxLost`, then counted only
    std::uint64_t lostLeftOut = 0;     ///< lost ranges beyond those
    std::uint64_t lostRanges = 0;      ///< all of them
    std::uint64_t lostBytes = 0;       ///< in them
    std::uint64_t unreadableBytes = 0; ///< of these, such as the device would not give back
    std::uint64_t files = 0;           ///< data files read
    std::uint64_t records = 0;         ///< salvaged, old versions and tombstones included
    std::uint64_t bytes = 0;           ///< of these records
    std::uint64_t duplicates = 0;      ///< second copies of a record, as an interrupted merge leaves them; not lost
    std::uint64_t liveKeys = 0;        ///< of the salvaged database
    std::vector<std::string> notes{};  ///< about the directory as such, one sentence each
    static constexpr std::size_t maxLost = 10'000;

    [[nodiscard]] bool complete() const noexcept { return lostRanges == 0; }
};

/// Copies every sound record of the data files in `directory`, byte for byte and old versions and tombstones included,
/// into a new database at `target`, and says what could not be saved. Reads around sectors that the device refuses. The
/// source is not changed and no lock is taken; a writer at work is no obstacle, but what it appends meanwhile is left
/// out (a backup is what you want then). `target` must be absent, or an empty directory; it appears whole, hint files
/// included, by one rename: cancelled or failed, it is as before. The new database is verified before that.
/// Memory: about 8 bytes a record, and afterwards what opening the salvaged database takes. Errors: invalidArgument
/// (the target is not empty, or lies inside the source), notADatabase, ioError, noSpace, cancelled; corruption when the
/// salvaged copy itself reads back wrong.
[[nodiscard]] Result<SalvageReport> salvage(const std::filesystem::path& directory, const std::filesystem::path& target,
                                            const SalvageOptions& options, Progress& progress);

/// As `salvage`, into a directory beside `directory`, which then takes its place; the damaged one is kept, whole, under
/// the name `SalvageReport::backup` (`<name>.damaged`, or with a number behind). Holds the writer's lock all the time.
/// The last step is two renames; between them neither name is taken, which a crash can leave: nothing is lost then,
/// both directories stand beside each other. Errors: as `salvage`, and locked.
[[nodiscard]] Result<SalvageReport> salvageInPlace(const std::filesystem::path& directory,
                                                   const SalvageOptions& options, Progress& progress);

} // namespace rustcask
