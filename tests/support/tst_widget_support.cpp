// SPDX-License-Identifier: Apache-2.0
#include "support/widget_audit.h"
#include "support/widget_test_main.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

using namespace rustcask::test;

class TestWidgetSupport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wellNamedWidgetsPass() {
        QWidget page;
        auto* layout = new QVBoxLayout(&page);
        layout->addWidget(new QPushButton(QStringLiteral("Merge…")));
        auto* label = new QLabel(QStringLiteral("&Find"));
        auto* edit = new QLineEdit;
        edit->setClearButtonEnabled(true);
        label->setBuddy(edit);
        auto* spin = new QSpinBox;
        spin->setAccessibleName(QStringLiteral("Size"));
        auto* combo = new QComboBox;
        combo->setEditable(true);
        combo->setAccessibleName(QStringLiteral("Workload"));
        auto* table = new QTableWidget(2, 2);
        table->setAccessibleName(QStringLiteral("Keys"));
        auto* tabs = new QTabWidget;
        tabs->setAccessibleName(QStringLiteral("Value"));
        tabs->addTab(new QLabel(QStringLiteral("a")), QStringLiteral("A"));
        auto* tool = new QToolButton;
        tool->setAccessibleName(QStringLiteral("Refresh"));
        tool->setToolTip(QStringLiteral("Refresh"));
        for (QWidget* widget : std::initializer_list<QWidget*>{label, edit, spin, combo, table, tabs, tool})
            layout->addWidget(widget);
        page.show();
        combo->showPopup(); // makes its container and list
        combo->hidePopup();
        QCOMPARE(auditWidgets(page), QStringList());
    }

    void namelessWidgetsAreFound() {
        QWidget page;
        page.setObjectName(QStringLiteral("page"));
        auto* edit = new QLineEdit(&page);
        edit->setObjectName(QStringLiteral("edit"));
        auto* tool = new QToolButton(&page);
        tool->setAccessibleName(QStringLiteral("Refresh"));
        tool->setFocusPolicy(Qt::TabFocus);
        const QStringList findings = auditWidgets(&page);
        QCOMPARE(findings, QStringList({QStringLiteral("no accessible name: QWidget#page > QLineEdit#edit"),
                                        QStringLiteral("no tooltip: QWidget#page > QToolButton")}));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestWidgetSupport)
#include "tst_widget_support.moc"
