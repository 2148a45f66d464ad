// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QAbstractTableModel>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "support/stall_watchdog.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/choose_row.h"
#include "widgets/labels.h"
#include "widgets/tall_table_view.h"

using namespace rustcask::ui;

namespace {

/// Any number of rows that cost nothing, and how often somebody asked for one.
class Numbers : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : m_rows; }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 3; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override {
        ++asked;
        return role == Qt::DisplayRole ? QVariant(index.row()) : QVariant();
    }
    void reset(int rows) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    }
    void insert(int at, int count) {
        beginInsertRows({}, at, at + count - 1);
        m_rows += count;
        endInsertRows();
    }
    void remove(int at, int count) {
        beginRemoveRows({}, at, at + count - 1);
        m_rows -= count;
        endRemoveRows();
    }
    void touch(int row) { Q_EMIT dataChanged(index(row, 0), index(row, 2)); }
    mutable int asked = 0;

private:
    int m_rows = 0;
};

constexpr int many = 60'000'000;

} // namespace

class TestTallTable : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<Numbers> m_model;
    std::unique_ptr<TallTableView> m_view;
    [[nodiscard]] int current() const { return m_view->currentIndex().row(); }
    [[nodiscard]] int top() const { return m_view->rowAt(0); }
    [[nodiscard]] int bottom() const { return m_view->rowAt(m_view->viewport()->height() - tableRowHeight); }
    void key(Qt::Key pressed, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(m_view.get(), pressed, modifiers);
    }
    [[nodiscard]] qint64 selected() const {
        qint64 rows = 0;
        for (const QItemSelectionRange& range : m_view->selectionModel()->selection()) {
            rows += range.height();
        }
        return rows;
    }

private Q_SLOTS:
    void init() {
        m_model = std::make_unique<Numbers>();
        m_view = std::make_unique<TallTableView>();
        m_view->setModel(m_model.get());
        styleTable(m_view.get(), QStringLiteral("Numbers"));
        m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
        m_view->resize(400, 300);
        m_view->show();
        m_view->activateWindow();
        m_view->setFocus();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
        m_model->reset(many);
        QCoreApplication::processEvents();
    }
    void cleanup() {
        m_view.reset();
        m_model.reset();
    }

    void asksOnlyForWhatIsSeen() {
        QCOMPARE(m_view->verticalHeader()->count(), 0); // eight bytes a row otherwise, written at each reset
        m_model->asked = 0;
        m_view->viewport()->repaint();
        QVERIFY(m_model->asked > 0);
        QVERIFY2(m_model->asked < 1000, qPrintable(QString::number(m_model->asked)));
        QCOMPARE(rustcask::test::auditWidgets(*m_view), QStringList());
        const auto buttons = m_view->findChildren<QAbstractButton*>();
        for (const QAbstractButton* button : buttons) {
            QVERIFY(!button->isVisible()); // the corner button would cover the first column's title
        }
    }

    void findsRowsByPlaceAndPlacesByRow() {
        for (const int row : {0, 5, many / 2, many - 1}) {
            m_view->scrollTo(m_model->index(row, 1));
            const QRect place = m_view->visualRect(m_model->index(row, 1));
            QVERIFY(m_view->viewport()->rect().contains(place));
            QCOMPARE(place.height(), tableRowHeight);
            QCOMPARE(m_view->indexAt(place.center()), m_model->index(row, 1));
            QCOMPARE(m_view->rowAt(place.top()), row);
            QCOMPARE(m_view->rowAt(place.bottom()), row);
        }
        QCOMPARE(top(), many - m_view->viewport()->height() / tableRowHeight);
        m_model->reset(3);
        QCoreApplication::processEvents();
        QCOMPARE(top(), 0);
        QCOMPARE(m_view->rowAt(3 * tableRowHeight), -1);
        QVERIFY(!m_view->indexAt(QPoint(5, 3 * tableRowHeight)).isValid());
        QVERIFY(!m_view->verticalScrollBar()->isVisible());
    }

    void goesWithTheKeys() {
        chooseRow(m_view.get(), 0);
        key(Qt::Key_Down);
        QCOMPARE(current(), 1);
        key(Qt::Key_Up);
        key(Qt::Key_Up);
        QCOMPARE(current(), 0);
        const int page = m_view->viewport()->height() / tableRowHeight;
        key(Qt::Key_PageDown);
        QCOMPARE(current(), page);
        QCOMPARE(bottom(), page);
        key(Qt::Key_End);
        QCOMPARE(current(), many - 1);
        QCOMPARE(selected(), 1);
        key(Qt::Key_PageUp);
        QCOMPARE(current(), many - 1 - page);
        key(Qt::Key_Home);
        QCOMPARE(current(), 0);
        QCOMPARE(top(), 0);
    }

    void selectsRangesThatReachBeyondTheWindow() {
        chooseRow(m_view.get(), 10);
        key(Qt::Key_End, Qt::ShiftModifier);
        QCOMPARE(selected(), many - 10);
        key(Qt::Key_Home, Qt::ShiftModifier);
        QCOMPARE(selected(), 11);
        m_view->selectAll();
        QCOMPARE(selected(), many);
        m_view->scrollToTop();
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, m_view->visualRect(m_model->index(3, 1)).center());
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, Qt::ShiftModifier,
                          m_view->visualRect(m_model->index(6, 1)).center());
        QCOMPARE(selected(), 4);
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, Qt::ControlModifier,
                          m_view->visualRect(m_model->index(9, 1)).center());
        QCOMPARE(selected(), 5);
    }

    void keepsWhatIsLookedAtWhenRowsComeAndGo() {
        m_view->scrollTo(m_model->index(1000, 0), QAbstractItemView::PositionAtTop);
        QCOMPARE(top(), 1000);
        m_model->insert(0, 50);
        QCOMPARE(top(), 1050);
        m_model->insert(2000, 5);
        QCOMPARE(top(), 1050);
        m_model->remove(10, 40);
        QCOMPARE(top(), 1010);
        m_model->remove(1005, 10); // the first ones that are seen among them
        QCOMPARE(top(), 1005);
    }

    void repaintsWhatHasChanged() {
        m_view->viewport()->repaint();
        QCoreApplication::processEvents();
        m_model->asked = 0;
        m_model->touch(2);
        QTRY_VERIFY(m_model->asked > 0);
    }

    /// Views look through all rows for what is typed: minutes, with millions.
    void typingDoesNotSearchAllRows() {
        QSignalSpy typed(m_view.get(), &TallTableView::typed);
        m_model->asked = 0;
        rustcask::test::StallWatchdog watchdog;
        QTest::keyClicks(m_view.get(), QStringLiteral("zz"));
        QCOMPARE(typed.size(), 2);
        QCOMPARE(typed.last().first().toString(), QStringLiteral("zz"));
        QVERIFY2(m_model->asked < 1000, qPrintable(QString::number(m_model->asked)));
        QTRY_VERIFY(watchdog.turns() > 0);
        QVERIFY(watchdog.longestStallMs() < 2000);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestTallTable)
#include "tst_ui_tall_table.moc"
