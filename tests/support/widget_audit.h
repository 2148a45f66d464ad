// SPDX-License-Identifier: Apache-2.0
// How to use: every test of a view ends with
//
//     QCOMPARE(rustcask::test::auditWidgets(page), QStringList());
//
// It walks `page` and all its children, hidden ones too, and lists in words every focusable widget that a screen reader
// could not name and every button without text that has no tooltip. A name is what the platform is told:
// accessibleName, a button's text, the text of a label whose buddy it is.
#pragma once

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QHeaderView>
#include <QList>
#include <QMenu>
#include <QScrollBar>
#include <QString>
#include <QStringList>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QWidget>

namespace rustcask::test {

namespace detail {

/// Parts that Qt itself builds into its widgets: their owner is the one to be named.
inline bool isPartOfQtWidget(const QWidget& widget) {
    const QWidget* parent = widget.parentWidget();
    const QLatin1String className(widget.metaObject()->className());
    return widget.objectName().startsWith(QLatin1String("qt_")) ||
           qobject_cast<const QScrollBar*>(&widget) != nullptr ||
           qobject_cast<const QHeaderView*>(&widget) != nullptr || qobject_cast<const QMenu*>(&widget) != nullptr ||
           className == QLatin1String("QTableCornerButton") || className == QLatin1String("QLineEditIconButton") ||
           className == QLatin1String("QDockWidgetTitleButton") ||
           className == QLatin1String("QComboBoxPrivateContainer") ||
           (parent != nullptr &&
            (qobject_cast<const QComboBox*>(parent) != nullptr ||
             qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
             qobject_cast<const QTabBar*>(parent) != nullptr || qobject_cast<const QTabWidget*>(parent) != nullptr)) ||
           (parent != nullptr && isPartOfQtWidget(*parent) &&
            QLatin1String(parent->metaObject()->className()) == QLatin1String("QComboBoxPrivateContainer"));
}

inline QString accessibleNameOf(QWidget& widget) {
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(&widget);
    return accessible != nullptr ? accessible->text(QAccessible::Name) : widget.accessibleName();
}

inline QString describeWidget(const QWidget& widget) {
    QString path;
    for (const QWidget* part = &widget; part != nullptr; part = part->parentWidget()) {
        QString step = QString::fromLatin1(part->metaObject()->className());
        if (!part->objectName().isEmpty())
            step += QLatin1Char('#') + part->objectName();
        path = path.isEmpty() ? step : step + QStringLiteral(" > ") + path;
    }
    return path;
}

} // namespace detail

/// The findings below `root`, itself included; empty when all is well.
inline QStringList auditWidgets(QWidget& root) {
    QStringList findings;
    QList<QWidget*> widgets = root.findChildren<QWidget*>();
    widgets.prepend(&root);
    for (QWidget* widget : std::as_const(widgets)) {
        if (detail::isPartOfQtWidget(*widget))
            continue;
        if (widget->focusPolicy() != Qt::NoFocus && detail::accessibleNameOf(*widget).trimmed().isEmpty())
            findings << QStringLiteral("no accessible name: ") + detail::describeWidget(*widget);
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        if (button == nullptr)
            continue;
        const auto* toolButton = qobject_cast<const QToolButton*>(widget);
        const bool showsIconOnly =
            button->text().isEmpty() || (toolButton != nullptr && !button->icon().isNull() &&
                                         toolButton->toolButtonStyle() == Qt::ToolButtonIconOnly);
        if (showsIconOnly && button->toolTip().isEmpty())
            findings << QStringLiteral("no tooltip: ") + detail::describeWidget(*widget);
    }
    return findings;
}
inline QStringList auditWidgets(QWidget* root) {
    return auditWidgets(*root);
}

} // namespace rustcask::test
