// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QPointer>
#include <QWidget>

#include <rustcask/analysis.h>

QT_BEGIN_NAMESPACE
class QComboBox;
class QHBoxLayout;
class QLabel;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ReportModel;
class Session;
class Settings;
class Task;
class TreemapView;

/// Size by prefix: a treemap and a table of the same, that one goes into and out of.
class PrefixPanel : public QWidget {
    Q_OBJECT
public:
    PrefixPanel(Session& session, Settings& settings, QWidget* parent = nullptr);

    /// Counts what lies below a prefix, in the background; an earlier count that runs is given up.
    void enter(const QByteArray& prefix);
    void leave(); ///< one level up
    void refresh();
    [[nodiscard]] QByteArray prefix() const { return m_prefix; }
    [[nodiscard]] QByteArray selectedPrefix() const; ///< of the current row; empty: it is none
    [[nodiscard]] TreemapView* treemap() const { return m_treemap; }
    [[nodiscard]] ReportModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QComboBox* separatorBox() const { return m_separator; }
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void started(rustcask::ui::Task* task);
    void counted();
    void keysRequested(const QByteArray& prefix);

private:
    void show(const rustcask::PrefixReport& report, quint64 allKeys);
    void showPath();
    void select(int tile);
    [[nodiscard]] QByteArray separator() const;

    Session& m_session;
    Settings& m_settings;
    QByteArray m_prefix;
    QComboBox* m_separator;
    QHBoxLayout* m_path;
    QToolButton* m_up;
    QLabel* m_sentence;
    TreemapView* m_treemap;
    QTableView* m_table;
    ReportModel* m_model;
    QPointer<Task> m_task;
    quint64 m_serial = 0;
    bool m_selecting = false;
};

} // namespace rustcask::ui
