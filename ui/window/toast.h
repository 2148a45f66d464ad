// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QFrame>
#include <QTimer>

namespace rustcask::ui {

class Banner;

/// A message in the corner of its window that takes neither focus nor place: what went on in the background has ended.
/// It goes by itself after some seconds, but not under the mouse; a problem stays until it is dismissed.
class Toast : public QFrame {
    Q_OBJECT
public:
    explicit Toast(QWidget* window);

    /// With `action`, a button of that name beside the text runs it.
    void notify(const QString& text, bool problem, const QString& actionText = {}, std::function<void()> action = {});
    [[nodiscard]] Banner& banner() { return *m_banner; }

    static constexpr int shownMs = 8'000;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void place();
    Banner* m_banner;
    QTimer m_timer;
    bool m_problem = false;
};

} // namespace rustcask::ui
