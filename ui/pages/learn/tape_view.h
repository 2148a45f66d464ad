// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

#include "pages/learn/sandbox_state.h"
#include "pages/learn/tape_layout.h"

QT_BEGIN_NAMESPACE
class QVariantAnimation;
QT_END_NAMESPACE

namespace rustcask::ui {

/// The files of a sandbox as tapes of records. Arrow keys move the selection, Home and End go to the ends of a tape;
/// each block is an element of its own for assistive technology. Put it into a scroll area.
class TapeView : public QWidget {
    Q_OBJECT
public:
    explicit TapeView(QWidget* parent = nullptr);

    /// `landing`: a record that is to be seen arriving; motion is left out when the desktop asks for less.
    void setState(std::shared_ptr<const SandboxState> state, const RecordRef& landing = {});
    void setHideStates(bool hide);
    /// Selects without emitting.
    void setSelected(const RecordRef& ref);
    [[nodiscard]] RecordRef selected() const { return m_selected; }
    [[nodiscard]] const SandboxState* state() const { return m_state.get(); }
    [[nodiscard]] const TapeLayout& tapeLayout() const { return m_layout; }
    [[nodiscard]] bool hidesStates() const { return m_hideStates; }
    [[nodiscard]] int blockCount() const;
    [[nodiscard]] RecordRef blockNumber(int index) const;
    [[nodiscard]] int numberOf(const RecordRef& ref) const;
    /// What is said of a block; says nothing of live and dead while that is hidden.
    [[nodiscard]] QString describe(const RecordRef& ref) const;
    /// As if it had been clicked.
    void choose(const RecordRef& ref);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    void recordSelected(const rustcask::ui::RecordRef& ref); ///< by mouse, keyboard or assistive technology

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] TapeLayout layoutFor(int width) const;
    void relayout();
    void announce();

    std::shared_ptr<const SandboxState> m_state;
    TapeLayout m_layout;
    RecordRef m_selected;
    RecordRef m_landing;
    bool m_hideStates = false;
    QVariantAnimation* m_motion;
};

/// Makes the blocks of tape views known to assistive technology; harmless when called again.
void installTapeAccessibility();

} // namespace rustcask::ui
