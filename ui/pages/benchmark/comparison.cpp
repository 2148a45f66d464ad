// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <QCoreApplication>
#include <QDateTime>

#include "pages/benchmark/run_list_model.h"
#include "theme/format.h"

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("Comparison", text);
}

bench::Durability classOf(const ComparedSeries& series) {
    // A repetition that ended before its store was open has no class; it has no figures either.
    return series.summary.durability.value_or(bench::Durability::d0);
}

bool isShown(const ComparedSeries& series, const QString& workload, bench::Durability durability) {
    return series.workload == workload && classOf(series) == durability;
}

QString orNone(const std::optional<std::uint64_t>& ns) {
    return ns ? QString::fromStdString(bench::shortDuration(*ns)) : QStringLiteral("–");
}

void addWarnings(Comparison& comparison) {
    const auto add = [&](const std::string& text) {
        const QString warning = QString::fromStdString(text);
        if (!comparison.warnings.contains(warning))
            comparison.warnings << warning;
    };
    if (comparison.runs.size() > 1)
        comparison.warnings << tr("These runs were made at different times: what changed on the machine between them "
                                  "is part of the difference. Configurations of one run are interleaved.");
    for (const auto& run : comparison.runs) {
        for (const std::string& warning : run->warnings)
            add(warning);
        for (const bench::Repetition& repetition : run->repetitions) {
            for (const std::string& warning : repetition.warnings)
                add(warning);
            if (repetition.status != bench::RepetitionStatus::complete && !repetition.error.empty())
                add(run->configurations[repetition.configuration].label + ": " + repetition.error);
        }
        if (!run->isComplete())
            comparison.warnings << tr("“%1” is partial: %2 of %3 repetitions are complete.")
                                       .arg(runTitle(run->name, {run->workloads.empty() ? std::string()
                                                                                        : run->workloads.front().name}))
                                       .arg(std::count_if(run->repetitions.begin(), run->repetitions.end(),
                                                          [](const bench::Repetition& repetition) {
                                                              return repetition.status ==
                                                                     bench::RepetitionStatus::complete;
                                                          }))
                                       .arg(run->plannedRepetitions());
    }
}

} // namespace

QString workloadText(const bench::WorkloadSpec& spec) {
    QString text = tr("%1, %2 × (%3 B + %4 B)")
                       .arg(QString::fromStdString(spec.name), formatCount(spec.keys), formatCount(spec.keyBytes),
                            formatCount(spec.valueBytes));
    if (spec.threads != 1)
        text += tr(", %1 threads").arg(spec.threads);
    return text;
}

Comparison compareRuns(std::vector<std::shared_ptr<const bench::Run>> runs) {
    Comparison comparison;
    comparison.runs = std::move(runs);
    std::map<QString, int> inks;
    const QDateTime now = QDateTime::currentDateTime();
    for (const auto& run : comparison.runs) {
        for (bench::SeriesSummary& summary : bench::summarise(*run)) {
            ComparedSeries series;
            series.run = run;
            series.workload = workloadText(run->workloads[summary.workload]);
            series.label = QString::fromStdString(run->configurations[summary.configuration].label);
            if (comparison.runs.size() > 1)
                series.label += QStringLiteral(" · ") +
                                (run->name.empty() ? runDate(run->created, now) : QString::fromStdString(run->name));
            // Two runs may share name and minute.
            if (!inks.contains(series.label)) {
                const int next = int(inks.size());
                inks.emplace(series.label, next);
            }
            series.ink = inks[series.label];
            series.summary = std::move(summary);
            if (!comparison.workloads.contains(series.workload))
                comparison.workloads << series.workload;
            comparison.series.push_back(std::move(series));
        }
    }
    for (const ComparedSeries& series : comparison.series)
        if (std::find(comparison.classes.begin(), comparison.classes.end(), classOf(series)) ==
            comparison.classes.end())
            comparison.classes.push_back(classOf(series));
    std::sort(comparison.classes.begin(), comparison.classes.end());
    std::stable_sort(comparison.series.begin(), comparison.series.end(),
                     [&](const ComparedSeries& a, const ComparedSeries& b) {
                         const auto rank = [&](const ComparedSeries& s) {
                             return std::pair(comparison.workloads.indexOf(s.workload), classOf(s));
                         };
                         return rank(a) < rank(b);
                     });
    addWarnings(comparison);
    return comparison;
}

BarData medianBars(const Comparison& comparison, bench::Durability durability) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    BarData bars;
    bars.horizontal = true;
    bars.showValues = true;
    QStringList shown;
    for (const QString& workload : comparison.workloads)
        if (std::any_of(comparison.series.begin(), comparison.series.end(),
                        [&](const ComparedSeries& series) { return isShown(series, workload, durability); }))
            shown << workload;
    for (const QString& workload : shown)
        bars.categories << workload.section(QLatin1Char(','), 0, 0);
    // The same workload in two sizes needs the size to tell them apart.
    if (QStringList names = bars.categories; names.removeDuplicates() > 0)
        bars.categories = shown;
    for (const ComparedSeries& series : comparison.series) {
        if (classOf(series) != durability || series.summary.opsPerSecond.empty())
            continue;
        auto bar = std::find_if(bars.series.begin(), bars.series.end(),
                                [&](const BarSeries& existing) { return existing.name == series.label; });
        if (bar == bars.series.end()) {
            BarSeries fresh{series.label, categoryInk(series.ink), {}, {}, {}};
            fresh.values.fill(none, shown.size());
            fresh.intervals.fill({none, none}, shown.size());
            fresh.dots.resize(shown.size());
            bars.series.append(std::move(fresh));
            bar = bars.series.end() - 1;
        }
        const qsizetype at = shown.indexOf(series.workload);
        bar->values[at] = series.summary.medianOpsPerSecond;
        if (series.summary.interval)
            bar->intervals[at] = {series.summary.interval->low, series.summary.interval->high};
        bar->dots[at] = QVector<double>(series.summary.opsPerSecond.begin(), series.summary.opsPerSecond.end());
    }
    return bars;
}

QVector<ChartSeries> percentileCurves(const Comparison& comparison, const QString& workload,
                                      bench::Durability durability) {
    constexpr int stepsPerDecade = 24;
    QVector<ChartSeries> curves;
    for (const ComparedSeries& series : comparison.series) {
        if (!isShown(series, workload, durability) || series.summary.latency.isEmpty())
            continue;
        ChartSeries curve{series.label, categoryInk(series.ink), {}};
        const double highest = std::min(series.summary.latency.highestQuantile(), 0.99999);
        for (int step = 0;; ++step) {
            const double tail = 2 * std::pow(10.0, double(step) / stepsPerDecade); // from the median on
            const double quantile = std::min(1 - 1 / tail, highest);
            if (const auto ns = series.summary.latency.percentileNs(quantile))
                curve.points.append({1 / (1 - quantile), double(std::max<std::uint64_t>(*ns, 1))});
            if (quantile >= highest)
                break;
        }
        if (!curve.points.isEmpty())
            curves.append(std::move(curve));
    }
    return curves;
}

QVector<ChartSeries> throughputCurves(const Comparison& comparison, const QString& workload,
                                      bench::Durability durability) {
    QVector<ChartSeries> curves;
    for (const ComparedSeries& series : comparison.series) {
        if (!isShown(series, workload, durability))
            continue;
        const bench::Repetition* chosen = nullptr;
        for (const bench::Repetition& repetition : series.run->repetitions)
            if (repetition.workload == series.summary.workload &&
                repetition.configuration == series.summary.configuration && !repetition.series.empty() &&
                (chosen == nullptr || repetition.status == bench::RepetitionStatus::complete))
                chosen = &repetition;
        if (chosen == nullptr)
            continue;
        ChartSeries curve{series.label, categoryInk(series.ink), {}};
        // A rate is of the interval before its sample: the first one holds from the start.
        curve.points.append({0, chosen->series.front().opsPerSecond});
        for (const bench::Sample& sample : chosen->series)
            curve.points.append({double(sample.elapsedMs) / 1000, sample.opsPerSecond});
        curves.append(std::move(curve));
    }
    return curves;
}

void ComparisonModel::setComparison(std::shared_ptr<const Comparison> comparison) {
    beginResetModel();
    m_comparison = std::move(comparison);
    endResetModel();
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !m_comparison ? 0 : int(m_comparison->series.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ComparedSeries& series = m_comparison->series[std::size_t(index.row())];
    const bench::SeriesSummary& summary = series.summary;
    if (role == Qt::TextAlignmentRole)
        return int((index.column() > ClassColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (index.column() == WorkloadColumn)
            return series.workload;
        if (index.column() == ClassColumn && summary.durability)
            return QCoreApplication::translate("BenchmarkDurability",
                                               bench::durabilityMeaning(*summary.durability).data());
        if (index.column() == RateColumn && summary.interval)
            return ComparisonModel::tr(
                       "Median %1 operations per second; 95 % interval %2 to %3; median absolute deviation %4")
                .arg(formatCount(quint64(summary.medianOpsPerSecond)), formatCount(quint64(summary.interval->low)),
                     formatCount(quint64(summary.interval->high)), formatCount(quint64(summary.madOpsPerSecond)));
        if (index.column() == RoundsColumn && !summary.firstError.empty())
            return QString::fromStdString(summary.firstError);
        return series.label;
    }
    if (role != Qt::DisplayRole)
        return {};
    const bool none = summary.opsPerSecond.empty();
    const QString dash = QStringLiteral("–");
    switch (index.column()) {
    case WorkloadColumn:
        return QString::fromStdString(series.run->workloads[summary.workload].name);
    case LabelColumn:
        return series.label;
    case ClassColumn:
        return summary.durability ? QString::fromUtf8(bench::durabilityName(*summary.durability).data()) : dash;
    case RateColumn:
        return none ? dash : QString::fromStdString(bench::shortNumber(summary.medianOpsPerSecond));
    case P50Column:
        return orNone(summary.latency.percentileNs(0.5));
    case P99Column:
        return orNone(summary.latency.percentileNs(0.99));
    case P999Column:
        return orNone(summary.latency.percentileNs(0.999));
    case MemoryColumn:
        return none ? dash : formatBytes(quint64(summary.medianPeakMemoryBytes));
    case WriteAmplificationColumn:
        return summary.medianWriteAmplification ? QString::number(*summary.medianWriteAmplification, 'f', 2) : dash;
    case RoundsColumn:
        return summary.incomplete == 0 ? QString::number(summary.opsPerSecond.size())
                                       : ComparisonModel::tr("%1 of %2")
                                             .arg(summary.opsPerSecond.size())
                                             .arg(summary.opsPerSecond.size() + summary.incomplete);
    default:
        return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section > ClassColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == P999Column)
        return ComparisonModel::tr("A percentile is shown when at least ten operations took longer.");
    if (role == Qt::ToolTipRole && section == MemoryColumn)
        return ComparisonModel::tr("Peak of anonymous and file-backed memory, less what the harness had before.");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WorkloadColumn:
        return ComparisonModel::tr("Workload");
    case LabelColumn:
        return ComparisonModel::tr("Configuration");
    case ClassColumn:
        return ComparisonModel::tr("Class");
    case RateColumn:
        return ComparisonModel::tr("ops/s");
    case P50Column:
        return QStringLiteral("p50");
    case P99Column:
        return QStringLiteral("p99");
    case P999Column:
        return QStringLiteral("p99.9");
    case MemoryColumn:
        return ComparisonModel::tr("Peak memory");
    case WriteAmplificationColumn:
        return ComparisonModel::tr("Write amp.");
    case RoundsColumn:
        return ComparisonModel::tr("Rounds");
    default:
        return {};
    }
}

} // namespace rustcask::ui
