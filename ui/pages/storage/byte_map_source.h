// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QHash>
#include <QString>
#include <QVector>

#include <rustcask/byte_map.h>
#include <rustcask/inspect.h>
#include <rustcask/stats.h>

#include "layout/byte_map_layout.h"
#include "pages/storage/record_source.h"

/// What the byte map shows, as values, and the reading behind it. Functions with a Progress block: for workers.
namespace rustcask::ui {

/// One file on the map.
struct MapFile {
    QString name{};
    rustcask::FileKind kind = rustcask::FileKind::data;
    rustcask::Generation generation{};
    quint64 bytes = 0;           ///< written
    rustcask::FileStats stats{}; ///< of the data file; of a hint file, of its data file
    rustcask::ByteTally whole{}; ///< what the statistics say of all its bytes
    bool growing = false;        ///< output of a merge that still runs: all that is there is live
    double drained = 0;          ///< input of such a merge: the share that it has read, 0 to 1

    std::shared_ptr<RecordIndex> index{};           ///< of the last scan; null: none yet
    std::shared_ptr<const rustcask::ByteMap> map{}; ///< what it found
    bool complete = false;                          ///< to the end
    quint64 unusedTail = 0;                         ///< reserved after `bytes`
    rustcask::ByteTally wholeWhenScanned{};

    /// What `[begin, end)` holds, as far as is known.
    [[nodiscard]] rustcask::ByteTally tally(quint64 begin, quint64 end) const;
    [[nodiscard]] bool damaged() const; ///< as the statistics or the scan say
};

/// What the statistics say of a data file's bytes.
[[nodiscard]] rustcask::ByteTally tallyOf(const rustcask::FileStats& stats);
/// Bytes of the hint files in a directory, by generation; those that no opening would take, too.
using HintSizes = QHash<quint64, quint64>;

/// The files of a database on the map: each data file, followed by its hint file. What was scanned before is kept.
/// @param hints as listed last; the statistics know only of those that fit
[[nodiscard]] std::vector<MapFile> mapFiles(const rustcask::Stats& stats, const HintSizes& hints,
                                            std::vector<MapFile> before);

/// One record as the map draws it.
struct MapRecord {
    quint64 offset = 0;
    quint64 bytes = 0;
    rustcask::ByteKind kind = rustcask::ByteKind::superseded;
    rustcask::RecordKind recordKind = rustcask::RecordKind::put;
    rustcask::Sequence sequence{};
    std::string key{}; ///< at most `maxListedKeyBytes` of it
    std::string verdict{};
    std::optional<rustcask::KeydirEntry> newest{};
};

/// A part of a file looked at more closely.
struct MapDetail {
    QString name{};
    ByteWindow window{};
    rustcask::ByteMap map{};
    std::vector<MapRecord> records{}; ///< all of the window, in file order; empty when there are too many to be drawn
};

inline constexpr std::size_t maxMapRecords = 4000;
inline constexpr std::size_t detailBuckets = 4096;

/// Reads the records of `window`. @param start offset of a record at or before its beginning. @param mayGrow somebody
/// may be appending to the file. Errors: those of FileInspector, cancelled.
[[nodiscard]] Result<MapDetail> readDetail(const std::filesystem::path& file, const ByteWindow& window, quint64 start,
                                           const rustcask::Database* database, bool mayGrow,
                                           rustcask::Progress& progress);

/// "put “user:7”, live", "tombstone …": one record in a line.
[[nodiscard]] QString mapRecordText(const MapRecord& record);
/// "62 % live, 30 % superseded, 8 % tombstones".
[[nodiscard]] QString tallyText(const rustcask::ByteTally& tally);
/// "live", "superseded" … in the user's language.
[[nodiscard]] QString byteKindText(rustcask::ByteKind kind);

} // namespace rustcask::ui
