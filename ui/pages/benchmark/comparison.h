// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QAbstractTableModel>
#include <QStringList>

#include <rustcask/bench/summary.h>

#include "charts/chart_data.h"

namespace rustcask::ui {

/// One line of a comparison: a configuration of a run on a workload.
struct ComparedSeries {
    std::shared_ptr<const bench::Run> run;
    bench::SeriesSummary summary;
    QString workload; ///< equal texts mean equal work: "fillrandom, 1,000,000 × (16 B + 100 B)"
    QString label;    ///< configuration, and run where several are compared
    int ink = 0;      ///< the same label has the same ink on every chart
};

/// Several runs beside each other. A value, made on a worker (`compareRuns` merges histograms). Lines of different
/// durability classes are never put into one picture: every picture is of one class.
struct Comparison {
    std::vector<std::shared_ptr<const bench::Run>> runs;
    std::vector<ComparedSeries> series; ///< by workload, class, then run and configuration
    QStringList workloads;
    std::vector<bench::Durability> classes; ///< that occur, ascending
    QStringList warnings;                   ///< of all runs, each once, and what comparing them adds
};

[[nodiscard]] Comparison compareRuns(std::vector<std::shared_ptr<const bench::Run>> runs);

/// Median rates of one class: a category a workload, a series a label, with repetitions as dots and the interval.
[[nodiscard]] BarData medianBars(const Comparison& comparison, bench::Durability durability);
/// Latency percentiles of one workload and class over 1/(1-q), as far as there are ten samples beyond.
[[nodiscard]] QVector<ChartSeries> percentileCurves(const Comparison& comparison, const QString& workload,
                                                    bench::Durability durability);
/// Throughput over the seconds of each repetition; of several repetitions, the last complete one of each label.
[[nodiscard]] QVector<ChartSeries> throughputCurves(const Comparison& comparison, const QString& workload,
                                                    bench::Durability durability);
[[nodiscard]] QString workloadText(const bench::WorkloadSpec& spec);

/// The table under the pictures: one row a line of the comparison.
class ComparisonModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        WorkloadColumn,
        LabelColumn,
        ClassColumn,
        RateColumn,
        P50Column,
        P99Column,
        P999Column,
        MemoryColumn,
        WriteAmplificationColumn,
        RoundsColumn,
        ColumnCount
    };

    explicit ComparisonModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setComparison(std::shared_ptr<const Comparison> comparison);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const Comparison> m_comparison;
};

} // namespace rustcask::ui
