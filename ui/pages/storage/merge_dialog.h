// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QAbstractTableModel>
#include <QDialog>
#include <QTimer>

#include <rustcask/merge.h>
#include <rustcask/result.h>

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class KeyValueList;
class Session;

/// The files that a merge would take, and why.
class MergeCandidatesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { file, size, live, deadShare, reason, columnCountValue };
    using QAbstractTableModel::QAbstractTableModel;

    void setCandidates(std::vector<rustcask::MergeCandidate> candidates);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    std::vector<rustcask::MergeCandidate> m_candidates{};
};

/// "about 12 s, at the 412 MiB/s of the last merge": how long `bytes` to read and write will take. Pure.
/// @param measured bytes a second of the last merge, 0: unknown; `limit`: of the policy, 0: none
[[nodiscard]] QString expectedTimeText(quint64 bytes, double measured, quint64 limit);

/// Choosing what to merge, with a preview that follows the choice and the database. Nothing is read or written before
/// `mergeRequested`.
class MergeDialog : public QDialog {
    Q_OBJECT
public:
    /// `chosen`: the files selected on the page; empty disables that choice.
    /// `measuredRate`: bytes a second that the last merge read and wrote; 0: none was measured yet.
    MergeDialog(Session& session, std::vector<rustcask::Generation> chosen, double measuredRate,
                QWidget* parent = nullptr);

    [[nodiscard]] rustcask::MergeSelection selection() const;
    [[nodiscard]] const std::optional<rustcask::MergePreview>& preview() const { return m_preview; }
    [[nodiscard]] QSpinBox* rateBox() const { return m_rate; }
    [[nodiscard]] QPushButton* mergeButton() const { return m_merge; }
    void choose(rustcask::MergeSelection::Kind kind);

Q_SIGNALS:
    void previewed();
    void mergeRequested(const rustcask::MergeSelection& selection, const rustcask::MergePreview& preview);

private:
    void requestPreview();
    void begin();
    void showPreview(Result<rustcask::MergePreview> preview);

    Session& m_session;
    std::vector<rustcask::Generation> m_chosen;
    QRadioButton* m_everything;
    QRadioButton* m_byPolicy;
    QRadioButton* m_files;
    KeyValueList* m_figures;
    QTableView* m_table;
    MergeCandidatesModel* m_model;
    Banner* m_warning;
    QLabel* m_state;
    QSpinBox* m_rate;
    QPushButton* m_merge;
    double m_measuredRate = 0;
    std::uint64_t m_givenRate = 0; // of the policy in effect; the box has whole MiB
    QTimer m_refresh;
    std::optional<rustcask::MergePreview> m_preview{};
    quint64 m_request = 0; // the newest one; answers to older ones are dropped
};

} // namespace rustcask::ui
