// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/analysis_text.h"

#include <QCoreApplication>
#include <QDateTime>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

class AnalysisText {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::AnalysisText)
};

QByteArray bytesOf(const std::string& text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

QString detail(quint64 count, quint64 bytes) {
    return formatBytes(bytes) + QStringLiteral(" · ") + formatKeys(count);
}

QString share(quint64 part, quint64 whole) {
    return whole == 0 ? QString() : formatPercent(static_cast<double>(part) / static_cast<double>(whole));
}

QString ownName() {
    return AnalysisText::tr("Keys without a further separator");
}

QString othersName() {
    return AnalysisText::tr("Other prefixes, too many to list");
}

QString partial(quint64 seen, quint64 all) {
    return AnalysisText::tr("Partial: %1 of %2 keys were looked at.").arg(formatCount(seen), formatCount(all));
}

/// The time of a bucket as text short enough for an axis: as exact as its length asks for.
QString bucketName(const rustcask::AgeBucket& bucket, bool oneDay) {
    const auto time = QDateTime::fromMSecsSinceEpoch(bucket.begin.time_since_epoch().count());
    using namespace std::chrono_literals;
    if (bucket.length >= 24h) {
        return time.toString(QStringLiteral("yyyy-MM-dd"));
    }
    const QString clock = bucket.length >= 1min ? QStringLiteral("HH:mm") : QStringLiteral("HH:mm:ss");
    return time.toString(oneDay ? clock : QStringLiteral("MM-dd ") + clock);
}

bool withinOneDay(const rustcask::LogReport& report) {
    if (report.ages.empty()) {
        return true;
    }
    const auto day = [](rustcask::Timestamp time) {
        return QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count()).date();
    };
    return day(report.ages.front().begin) == day(report.ages.back().begin);
}

} // namespace

std::vector<TreemapItem> prefixTiles(const rustcask::PrefixReport& report) {
    std::vector<TreemapItem> tiles;
    quint64 restKeys = report.otherKeys;
    quint64 restBytes = report.otherBytes;
    for (std::size_t i = 0; i < report.shares.size(); ++i) {
        const rustcask::PrefixShare& each = report.shares[i];
        if (i < maxTiles) {
            tiles.push_back({.name = displayKey(bytesOf(each.prefix), 120),
                             .detail = detail(each.keys, each.bytes),
                             .weight = static_cast<double>(each.bytes),
                             .kind = TreemapItem::Kind::folder});
        } else {
            restKeys += each.keys;
            restBytes += each.bytes;
        }
    }
    if (report.ownKeys > 0) {
        tiles.push_back({.name = ownName(),
                         .detail = detail(report.ownKeys, report.ownBytes),
                         .weight = static_cast<double>(report.ownBytes),
                         .kind = TreemapItem::Kind::single});
    }
    if (restKeys > 0) {
        tiles.push_back({.name = AnalysisText::tr("Smaller prefixes"),
                         .detail = detail(restKeys, restBytes),
                         .weight = static_cast<double>(restBytes),
                         .kind = TreemapItem::Kind::rest});
    }
    // The layout is at its best with the largest first; equal ones keep their order.
    std::stable_sort(tiles.begin(), tiles.end(),
                     [](const TreemapItem& a, const TreemapItem& b) { return a.weight > b.weight; });
    return tiles;
}

std::vector<ReportRow> prefixRows(const rustcask::PrefixReport& report) {
    std::vector<ReportRow> rows;
    const auto add = [&](const QByteArray& key, const QString& name, quint64 count, quint64 bytes) {
        rows.push_back(
            {.key = key,
             .name = name,
             .numbers = {static_cast<double>(count), static_cast<double>(bytes),
                         report.bytes == 0 ? 0 : 100 * static_cast<double>(bytes) / static_cast<double>(report.bytes)},
             .shown = {formatCount(count), formatBytes(bytes), share(bytes, report.bytes)}});
    };
    for (const rustcask::PrefixShare& each : report.shares) {
        add(bytesOf(each.prefix), {}, each.keys, each.bytes);
    }
    if (report.ownKeys > 0) {
        add({}, ownName(), report.ownKeys, report.ownBytes);
    }
    if (report.otherKeys > 0) {
        add({}, othersName(), report.otherKeys, report.otherBytes);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const ReportRow& a, const ReportRow& b) { return a.numbers[1] > b.numbers[1]; });
    return rows;
}

std::vector<ReportRow> largestRows(const rustcask::LargestReport& report) {
    std::vector<ReportRow> rows;
    for (const rustcask::LargeValue& value : report.values) {
        rows.push_back({.key = bytesOf(value.key),
                        .numbers = {static_cast<double>(value.valueBytes), static_cast<double>(value.key.size())},
                        .shown = {formatBytes(value.valueBytes), formatBytes(value.key.size())}});
    }
    return rows;
}

std::vector<ReportRow> overwrittenRows(const rustcask::LogReport& report) {
    std::vector<ReportRow> rows;
    for (const rustcask::OverwrittenKey& key : report.overwritten) {
        rows.push_back(
            {.key = bytesOf(key.key),
             .numbers = {static_cast<double>(key.superseded), static_cast<double>(key.bytes), key.live ? 1.0 : 0.0},
             .shown = {formatCount(key.superseded), formatBytes(key.bytes),
                       key.live ? AnalysisText::tr("yes") : AnalysisText::tr("deleted")}});
    }
    return rows;
}

BarData ageBars(const rustcask::LogReport& report) {
    BarData data;
    BarSeries series;
    series.name = AnalysisText::tr("Live records");
    series.ink = Ink{InkRole::live};
    const bool oneDay = withinOneDay(report);
    for (const rustcask::AgeBucket& bucket : report.ages) {
        data.categories << bucketName(bucket, oneDay);
        series.values << static_cast<double>(bucket.keys);
    }
    data.series << series;
    return data;
}

ChartTable ageTable(const rustcask::LogReport& report) {
    ChartTable table;
    table.headers = {AnalysisText::tr("Written from"), AnalysisText::tr("Live records"), AnalysisText::tr("Bytes")};
    table.units = {AxisUnit::number, AxisUnit::bytes};
    for (const rustcask::AgeBucket& bucket : report.ages) {
        table.rowNames << QDateTime::fromMSecsSinceEpoch(bucket.begin.time_since_epoch().count())
                              .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
        table.rows << QVector<double>{static_cast<double>(bucket.keys), static_cast<double>(bucket.bytes)};
    }
    return table;
}

QString prefixSentence(const rustcask::PrefixReport& report, quint64 allKeys) {
    const QString text =
        AnalysisText::tr("%1, %2 of keys and values.").arg(formatKeys(report.keys), formatBytes(report.bytes));
    return report.complete ? text : text + QLatin1Char(' ') + partial(report.keysSeen, allKeys);
}

QString largestSentence(const rustcask::LargestReport& report, quint64 allKeys) {
    const auto count = static_cast<quint64>(report.values.size());
    const QString text =
        report.complete && count == allKeys
            ? AnalysisText::tr("All %1.").arg(formatKeys(count))
            : AnalysisText::tr("The %1 largest values of %2.").arg(formatCount(count), formatKeys(allKeys));
    return report.complete ? text : text + QLatin1Char(' ') + partial(report.keysSeen, allKeys);
}

QString logSentence(const rustcask::LogReport& report) {
    QString text = AnalysisText::tr("%1 live records; %2 superseded records and tombstones of %3, %4.")
                       .arg(formatCount(report.liveRecords), formatCount(report.supersededRecords),
                            formatKeys(report.overwrittenKeys), formatBytes(report.supersededBytes));
    if (report.complete) {
        return text;
    }
    if (report.filesMissing > 0) {
        text += QLatin1Char(' ') +
                AnalysisText::tr("Partial: a merge removed %1 files meanwhile.").arg(formatCount(report.filesMissing));
    } else if (report.keysUncounted > 0) {
        text += QLatin1Char(' ') + AnalysisText::tr("Partial: more keys have superseded records than are counted; %1 "
                                                    "of those records are left out.")
                                       .arg(formatCount(report.keysUncounted));
    } else {
        text += QLatin1Char(' ') + AnalysisText::tr("Partial: the log was not read to its end.");
    }
    return text;
}

} // namespace rustcask::ui
