// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>

#include <vector>

#include "pages/learn/tape_view.h"

namespace rustcask::ui {

namespace {

/// One block of a tape. Lives as long as the view's interface; blocks that are gone are invalid.
class BlockAccessible final : public QAccessibleInterface {
public:
    BlockAccessible(TapeView* view, int number) : m_view(view), m_number(number) {}

    [[nodiscard]] bool isValid() const override { return m_view != nullptr && m_number < m_view->blockCount(); }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QWindow* window() const override { return m_view->window()->windowHandle(); }
    [[nodiscard]] QAccessibleInterface* parent() const override {
        return QAccessible::queryAccessibleInterface(m_view.data());
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Name && isValid() ? m_view->describe(m_view->blockNumber(m_number)) : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    [[nodiscard]] QRect rect() const override {
        if (!isValid()) {
            return {};
        }
        const QRect local = m_view->tapeLayout().rect(m_view->blockNumber(m_number)).toRect();
        return {m_view->mapToGlobal(local.topLeft()), local.size()};
    }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::ListItem; }
    [[nodiscard]] QAccessible::State state() const override {
        QAccessible::State state;
        state.focusable = true;
        state.selectable = true;
        if (isValid()) {
            state.selected = m_view->selected() == m_view->blockNumber(m_number);
            state.focused = state.selected && m_view->hasFocus();
        } else {
            state.invalid = true;
        }
        return state;
    }

private:
    QPointer<TapeView> m_view;
    int m_number;
};

class TapeAccessible final : public QAccessibleWidget {
public:
    explicit TapeAccessible(TapeView* view) : QAccessibleWidget(view, QAccessible::List) {}
    ~TapeAccessible() override {
        for (const QAccessible::Id id : m_blocks) {
            QAccessible::deleteAccessibleInterface(id);
        }
    }

    [[nodiscard]] int childCount() const override { return view()->blockCount(); }
    [[nodiscard]] QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount()) {
            return nullptr;
        }
        while (static_cast<int>(m_blocks.size()) <= index) {
            m_blocks.push_back(QAccessible::registerAccessibleInterface(
                new BlockAccessible(view(), static_cast<int>(m_blocks.size()))));
        }
        return QAccessible::accessibleInterface(m_blocks[static_cast<std::size_t>(index)]);
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* wanted) const override {
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            if (QAccessible::accessibleInterface(m_blocks[i]) == wanted) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }
    [[nodiscard]] QAccessibleInterface* childAt(int x, int y) const override {
        const QPoint local = view()->mapFromGlobal(QPoint(x, y));
        return child(view()->numberOf(view()->tapeLayout().blockAt(local)));
    }
    [[nodiscard]] QAccessibleInterface* focusChild() const override {
        return view()->hasFocus() ? child(view()->numberOf(view()->selected())) : nullptr;
    }

private:
    [[nodiscard]] TapeView* view() const { return static_cast<TapeView*>(widget()); }
    mutable std::vector<QAccessible::Id> m_blocks;
};

QAccessibleInterface* makeTapeAccessible(const QString&, QObject* object) {
    auto* view = qobject_cast<TapeView*>(object);
    return view != nullptr ? new TapeAccessible(view) : nullptr;
}

} // namespace

void installTapeAccessibility() {
    QAccessible::installFactory(&makeTapeAccessible); // keeps one copy of a factory it already knows
}

} // namespace rustcask::ui
