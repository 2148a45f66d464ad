// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <rustcask/options.h>

QT_BEGIN_NAMESPACE
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Session;

/// When merges start, which files they take and how fast they run. Applies to the open database.
class PolicyDialog : public QDialog {
    Q_OBJECT
public:
    PolicyDialog(Session& session, const rustcask::MergePolicy& policy, QWidget* parent = nullptr);

    [[nodiscard]] rustcask::MergePolicy policy() const;
    void setPolicy(const rustcask::MergePolicy& policy);
    [[nodiscard]] QPushButton* applyButton() const { return m_apply; }

Q_SIGNALS:
    void applied(const rustcask::MergePolicy& policy);

private:
    void apply();
    void explainMode();

    Session& m_session;
    rustcask::MergePolicy m_given{}; // exact: the boxes round
    Banner* m_error;
    QComboBox* m_mode;
    QLabel* m_modeText;
    QSpinBox* m_fractionTrigger;
    QSpinBox* m_bytesTrigger;
    QSpinBox* m_fractionThreshold;
    QSpinBox* m_bytesThreshold;
    QSpinBox* m_smallFile;
    QSpinBox* m_windowBegin;
    QSpinBox* m_windowEnd;
    QSpinBox* m_rate;
    QPushButton* m_apply;
};

} // namespace rustcask::ui
