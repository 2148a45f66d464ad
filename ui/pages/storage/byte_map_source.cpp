// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/byte_map_source.h"

#include <algorithm>

#include <QCoreApplication>
#include <QHash>
#include <QStringList>

#include <rustcask/database.h>

#include "pages/storage/record_text.h"
#include "pages/storage/steady_inspector.h"
#include "theme/format.h"

namespace rustcask::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::ByteMap)
};

} // namespace

rustcask::ByteTally MapFile::tally(quint64 begin, quint64 end) const {
    return estimateTally(map.get(), complete, whole, bytes, begin, end);
}

bool MapFile::damaged() const {
    return (kind == rustcask::FileKind::data && stats.damaged) ||
           (map && map->total()[rustcask::ByteKind::damaged] > 0);
}

rustcask::ByteTally tallyOf(const rustcask::FileStats& stats) {
    rustcask::ByteTally tally;
    tally[rustcask::ByteKind::live] = stats.liveBytes;
    tally[rustcask::ByteKind::tombstone] = stats.tombstoneBytes;
    tally[rustcask::ByteKind::header] = stats.headerBytes;
    const quint64 rest = stats.headerBytes + stats.liveBytes + stats.tombstoneBytes;
    tally[rustcask::ByteKind::superseded] = stats.bytes > rest ? stats.bytes - rest : 0;
    return tally;
}

std::vector<MapFile> mapFiles(const rustcask::Stats& stats, const HintSizes& hints, std::vector<MapFile> before) {
    std::vector<MapFile> files;
    files.reserve(stats.files.size() * 2);
    QHash<QString, MapFile*> known;
    for (MapFile& file : before) {
        known.insert(file.name, &file);
    }
    const auto add = [&](MapFile fresh) {
        if (MapFile* old = known.value(fresh.name); old != nullptr && !old->growing) {
            fresh.index = std::move(old->index);
            fresh.map = std::move(old->map);
            fresh.complete = old->complete;
            fresh.unusedTail = old->unusedTail;
            fresh.drained = old->drained;
            fresh.wholeWhenScanned = old->wholeWhenScanned;
            // A shorter file is another one; a longer one has been scanned in part.
            if (fresh.map && fresh.bytes < fresh.map->filledTo()) {
                fresh.bytes = std::max<quint64>(fresh.bytes, fresh.map->filledTo());
            }
            fresh.complete = fresh.complete && fresh.map && fresh.bytes <= fresh.map->filledTo();
            // What stands at the end of a file is no record being written any more once the file is sealed.
            if (fresh.complete && old->stats.active && !fresh.stats.active &&
                fresh.map->total()[rustcask::ByteKind::unused] > 0) {
                fresh.complete = false;
            }
        }
        files.push_back(std::move(fresh));
    };
    for (const auto& file : stats.files) {
        MapFile data;
        data.name = QStringLiteral("%1.rustcask.data").arg(file.generation.value);
        data.generation = file.generation;
        data.bytes = file.bytes;
        data.stats = file;
        data.whole = tallyOf(file);
        add(std::move(data));
        const quint64 hintBytes = file.hasHint ? file.hintBytes : hints.value(file.generation.value);
        if (hintBytes > 0) {
            MapFile hint;
            hint.name = QStringLiteral("%1.rustcask.hint").arg(file.generation.value);
            hint.kind = rustcask::FileKind::hint;
            hint.generation = file.generation;
            hint.bytes = hintBytes;
            hint.stats = file;
            hint.whole[rustcask::ByteKind::hint] = hintBytes;
            add(std::move(hint));
        }
    }
    for (auto& file : before) {
        if (file.growing) {
            files.push_back(std::move(file));
        }
    }
    return files;
}

Result<MapDetail> readDetail(const std::filesystem::path& file, const ByteWindow& window, quint64 start,
                             const rustcask::Database* database, bool mayGrow, rustcask::Progress& progress) {
    auto inspector = SteadyInspector::open(file, mayGrow);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    MapDetail detail;
    detail.name = QString::fromStdString(file.filename().string());
    detail.window = window;
    detail.map = rustcask::ByteMap(window.from, window.to, detailBuckets);
    bool tooMany = false;
    quint64 sinceCheck = 0;
    inspector->seek(start);
    while (true) {
        if (++sinceCheck % 256 == 0) {
            if (auto go = progress.checkpoint("look closer at the file"); !go) {
                return rustcask::failure(go.error());
            }
        }
        auto next = inspector->next();
        if (!next) {
            return rustcask::failure(next.error());
        }
        if (!*next || (*next)->info.offset >= window.to) {
            break;
        }
        auto& info = (*next)->info;
        if ((*next)->unfinished) {
            info.kind = rustcask::RecordKind::unused;
            info.verdict.clear();
        }
        if (info.offset + info.bytes <= window.from) {
            continue;
        }
        auto judgement = rustcask::judge(info, inspector->inspector().generation(), database);
        detail.map.add(info.offset, info.bytes, judgement.kind);
        if (detail.records.size() == maxMapRecords) {
            tooMany = true;
            detail.records.clear();
            detail.records.shrink_to_fit();
        }
        if (!tooMany) {
            if (info.key.size() > maxListedKeyBytes) {
                info.key.resize(maxListedKeyBytes);
            }
            detail.records.push_back({.offset = info.offset,
                                      .bytes = info.bytes,
                                      .kind = judgement.kind,
                                      .recordKind = info.kind,
                                      .sequence = info.sequence,
                                      .key = std::move(info.key),
                                      .verdict = std::move(info.verdict),
                                      .newest = std::move(judgement.newest)});
        }
    }
    return detail;
}

QString byteKindText(rustcask::ByteKind kind) {
    switch (kind) {
    case rustcask::ByteKind::live:
        return Words::tr("live");
    case rustcask::ByteKind::tombstone:
        return Words::tr("tombstones");
    case rustcask::ByteKind::hint:
        return Words::tr("hint");
    case rustcask::ByteKind::header:
        return Words::tr("header");
    case rustcask::ByteKind::superseded:
        return Words::tr("superseded");
    case rustcask::ByteKind::unused:
        return Words::tr("unused");
    case rustcask::ByteKind::damaged:
        return Words::tr("damaged");
    }
    return {};
}

QString mapRecordText(const MapRecord& record) {
    const bool keyed = !record.key.empty() && record.kind != rustcask::ByteKind::header;
    QString text =
        keyed ? Words::tr("%1 “%2”, %3, sequence %4")
                    .arg(recordKindText(record.recordKind),
                         displayKey(QByteArrayView(record.key.data(), static_cast<qsizetype>(record.key.size())), 60),
                         formatBytes(record.bytes), formatCount(record.sequence.value))
              : Words::tr("%1, %2").arg(recordKindText(record.recordKind), formatBytes(record.bytes));
    if (record.kind == rustcask::ByteKind::live) {
        text += Words::tr(": live");
    } else if (record.kind == rustcask::ByteKind::superseded) {
        text += record.newest ? Words::tr(": superseded, newest at %1").arg(formatLocation(record.newest->location))
                              : Words::tr(": superseded, the key was deleted");
    }
    if (!record.verdict.empty()) {
        text += Words::tr(": %1").arg(displayKey(record.verdict));
    }
    return text;
}

QString tallyText(const rustcask::ByteTally& tally) {
    const quint64 total = tally.total();
    if (total == 0) {
        return Words::tr("empty");
    }
    QStringList parts;
    for (std::size_t i = 0; i < rustcask::byteKindCount; ++i) {
        if (tally.bytes[i] > 0) {
            const double share = static_cast<double>(tally.bytes[i]) / static_cast<double>(total);
            parts.append(
                QStringLiteral("%1 %2").arg(formatPercent(share), byteKindText(static_cast<rustcask::ByteKind>(i))));
        }
    }
    return parts.join(QStringLiteral(", "));
}

} // namespace rustcask::ui
