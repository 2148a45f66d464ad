// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "pages/learn/scenario.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Where a learner types operations of their own, and chooses the options they run under.
class FreePlayForm : public QWidget {
    Q_OBJECT
public:
    explicit FreePlayForm(QWidget* parent = nullptr);

    void setOptions(const ScenarioOptions& options); ///< without emitting
    [[nodiscard]] Operation operation() const;
    /// Fills the fields in.
    void setOperation(const Operation& operation);

Q_SIGNALS:
    void operationEntered(const rustcask::ui::Operation& operation);
    void optionsChosen(const rustcask::ui::ScenarioOptions& options);

private:
    void enter();
    void adapt();
    void chooseOptions();

    QComboBox* m_kind;
    QLineEdit* m_key;
    QLineEdit* m_value;
    QLabel* m_keyLabel;
    QLabel* m_valueLabel;
    QLabel* m_problem;
    QPushButton* m_run;
    QComboBox* m_fileSize;
    QComboBox* m_sync;
    QComboBox* m_read;
    ScenarioOptions m_options;
};

} // namespace rustcask::ui
