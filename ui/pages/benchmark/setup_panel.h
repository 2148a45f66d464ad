// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QStringList>

#include <rustcask/bench/run.h>

#include "pages/benchmark/configuration_model.h"
#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ElidedLabel;

/// What to run: workloads, sizes, engine configurations; and the buttons that start and stop it. Knows nothing of
/// processes.
class SetupPanel : public Card {
    Q_OBJECT
public:
    /// `run` and `stop` are shown as buttons; the panel renames and enables them.
    SetupPanel(const bench::EngineRegistry& engines, QAction* run, QAction* stop, QWidget* parent = nullptr);

    /// The run as chosen: workloads, chosen configurations, rounds. Whether it makes sense says RunRecorder::check.
    [[nodiscard]] bench::Run request() const;
    [[nodiscard]] QString scratchFolder() const { return m_scratch; }
    void setScratchFolder(const QString& folder);
    [[nodiscard]] ConfigurationModel* configurations() const { return m_model; }
    void setWorkloads(const QStringList& names);
    void setSizes(quint64 keys, int keyBytes, int valueBytes, int threads, int rounds);

    /// Adds the configurations of other engines, once: who removes one does not find it again.
    [[nodiscard]] bool peersOffered() const { return m_peersOffered; }
    void offerPeers(std::vector<ConfigurationModel::Entry> entries);

    /// Everything that was chosen, as text for the settings. `restoreState` ignores what it cannot read.
    [[nodiscard]] QString state() const;
    void restoreState(const QString& state);

    /// While a run is under way nothing can be changed; `text` says how far it is.
    void setRunning(bool running);
    void setProgress(int done, int total, const QString& text);

    /// Opens the dialog for a configuration; -1: a new one.
    void editConfiguration(int row);

Q_SIGNALS:
    void changed();

private:
    QWidget* buildWorkloads();
    QWidget* buildSizes();
    QWidget* buildConfigurations();
    QWidget* buildScratch();
    void updateRunButton();
    void updateConfigurationButtons();
    void showMoreWorkloads(bool more);
    [[nodiscard]] int currentRow() const;

    const bench::EngineRegistry& m_engines;
    QAction* m_run;
    QAction* m_stop;
    ConfigurationModel* m_model;
    QList<QPushButton*> m_chips;
    QPushButton* m_more = nullptr;
    QSpinBox* m_keys = nullptr;
    QSpinBox* m_keyBytes = nullptr;
    QSpinBox* m_valueBytes = nullptr;
    QSpinBox* m_threads = nullptr;
    QSpinBox* m_rounds = nullptr;
    QSpinBox* m_seed = nullptr;
    QTableView* m_table = nullptr;
    QToolButton* m_duplicate = nullptr;
    QToolButton* m_edit = nullptr;
    QToolButton* m_remove = nullptr;
    QWidget* m_inside = nullptr;
    ElidedLabel* m_scratchLabel = nullptr;
    QProgressBar* m_bar;
    QLabel* m_progress;
    QString m_scratch;
    bool m_peersOffered = false;
};

} // namespace rustcask::ui
