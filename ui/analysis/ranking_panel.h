// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

QT_BEGIN_NAMESPACE
class QLabel;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class ReportModel;

/// A table of keys in the order of a number, with a sentence under it.
class RankingPanel : public QWidget {
    Q_OBJECT
public:
    /// `headers`: of the key's column and of one column a number.
    RankingPanel(const QStringList& headers, const QString& accessibleName, QWidget* parent = nullptr);

    [[nodiscard]] ReportModel* model() const { return m_model; }
    [[nodiscard]] QTableView* table() const { return m_table; }
    [[nodiscard]] QByteArray selectedKey() const; ///< empty: none
    void setSentence(const QString& text);
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void keyActivated(const QByteArray& key);

private:
    QTableView* m_table;
    ReportModel* m_model;
    QLabel* m_sentence;
};

} // namespace rustcask::ui
