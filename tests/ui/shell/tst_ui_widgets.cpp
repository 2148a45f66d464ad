// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTabBar>
#include <QTableView>
#include <QTest>

#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "tasks/task_runner.h"
#include "theme/theme.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestWidgets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void labelsShowDataAsItIs() {
        const QString nasty = QStringLiteral("<b>bold</b><img src=x>");
        Banner banner;
        banner.show(Banner::Kind::info, nasty);
        KeyValueList list;
        list.addRow(nasty, nasty);
        Pill pill(nasty);
        Card card(nasty);
        card.setSubtitle(nasty);
        EmptyState empty(QStringLiteral("file"), nasty, nasty);
        for (QWidget* widget : QList<QWidget*>{&banner, &list, &card, &empty}) {
            const auto labels = widget->findChildren<QLabel*>();
            for (const QLabel* label : labels) {
                QVERIFY(label->text().isEmpty() || label->textFormat() == Qt::PlainText);
            }
        }
        QCOMPARE(pill.textFormat(), Qt::PlainText);
    }

    void elidedLabelKeepsItsText() {
        ElidedLabel label(QStringLiteral("/a/very/long/path/to/some/database/directory"));
        label.resize(80, 20);
        label.grab();
        QVERIFY(label.toolTip().contains(QStringLiteral("directory")));
        QVERIFY(label.minimumSizeHint().width() < 80);
        label.resize(2'000, 20);
        label.grab();
        QVERIFY(label.toolTip().isEmpty());
        QCOMPARE(label.accessibleName(), label.text());
    }

    void bannerButtonsGoWithTheirMessage() {
        Banner banner;
        QVERIFY(!banner.isVisible());
        banner.show(Banner::Kind::error, QStringLiteral("locked"));
        QPointer<QPushButton> button = banner.addButton(QStringLiteral("Open read-only"));
        QVERIFY(banner.isVisible());
        banner.show(Banner::Kind::info, QStringLiteral("other"));
        QTRY_VERIFY(button.isNull());
        QCOMPARE(rustcask::test::auditWidgets(banner), QStringList());
    }

    // The chosen tab is bold: whichever it is, before and after the bar is shown, no tab is scrolled away where there
    // is room.
    void tabsHaveRoomForTheBoldOne() {
        Theme theme(*qApp);
        QWidget window;
        auto* row = new QHBoxLayout(&window);
        QTabBar* tabs = makeTabBar(QStringLiteral("Views"));
        for (const char* name : {"Text", "Hex", "Structure"})
            tabs->addTab(QString::fromLatin1(name));
        row->addWidget(tabs);
        row->addStretch(1);
        window.resize(800, 60);
        const auto whole = [&] {
            QCoreApplication::processEvents();
            return tabs->tabRect(0).left() >= 0 && tabs->tabRect(2).right() < tabs->width();
        };
        tabs->setCurrentIndex(2);
        window.show();
        QVERIFY(whole());
        for (const int chosen : {0, 1, 2, 0}) {
            const QSignalBlocker quietly(tabs);
            const QRect before = tabs->tabRect(1);
            tabs->setCurrentIndex(chosen);
            QVERIFY(whole());
            QVERIFY(std::abs(tabs->tabRect(1).left() - before.left()) <= 1); // rounded widths of two fonts
        }
    }

    void tableRowsAreOfOneHeight() {
        QTableView table;
        QStandardItemModel model(5, 2);
        table.setModel(&model);
        styleTable(&table, QStringLiteral("Numbers"));
        QCOMPARE(table.rowHeight(0), 24);
        QCOMPARE(table.verticalHeader()->sectionResizeMode(0), QHeaderView::Fixed);
        QCOMPARE(rustcask::test::auditWidgets(table), QStringList());
    }

    void progressIsPutInWords() {
        ProgressCounts counts;
        counts.bytesTotal = quint64{5} << 30;
        counts.bytesDone = quint64{3} << 30;
        const QString text = progressText(counts, 6'000);
        QCOMPARE(text, QStringLiteral("3.0 GiB of 5.0 GiB · 512 MiB/s · 4 s left"));
        QCOMPARE(progressText(counts, 100), QStringLiteral("3.0 GiB of 5.0 GiB"));
        QCOMPARE(progressFraction(counts), 0.6);
        QVERIFY(progressFraction(ProgressCounts{}) < 0);
        QCOMPARE(progressText(ProgressCounts{}, 9'000), QString());
    }

    void progressStripDrivesItsTask() {
        TaskRunner runner;
        ProgressStrip strip;
        Task* task = runner.start<int>(
            QStringLiteral("Merging"),
            [](Progress& progress) -> Result<int> {
                progress.setTotals(1, 10, 0);
                for (;;) {
                    if (auto go = progress.checkpoint("merge"); !go) {
                        return failure(go.error());
                    }
                }
            },
            this, [](Result<int>) {}, {.pausable = true});
        strip.setTask(task);
        QVERIFY(strip.isVisible());
        const auto buttons = strip.findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 2);
        QTest::mouseClick(buttons[0], Qt::LeftButton);
        QVERIFY(task->isPaused());
        QTest::mouseClick(buttons[0], Qt::LeftButton);
        QVERIFY(!task->isPaused());
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QTRY_VERIFY(runner.isIdle());
        QVERIFY(!strip.isVisible());
        QCOMPARE(rustcask::test::auditWidgets(strip), QStringList());
    }

    void hexViewSelectsAndCopies() {
        HexView view;
        view.resize(760, 200);
        view.show();
        QByteArray data;
        for (int i = 0; i < 400; ++i) {
            data += static_cast<char>(i);
        }
        view.setData(data, 32);
        view.setSpans({{0, 4, Field::checksum, QStringLiteral("checksum"), true},
                       {4, 8, Field::sequence, QStringLiteral("sequence"), true},
                       {12, 388, Field::value, QStringLiteral("value"), false}});
        QSignalSpy selected(&view, &HexView::selectionChanged);
        QSignalSpy spanChanged(&view, &HexView::currentSpanChanged);
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(view.cursor(), std::optional<quint64>(0));
        QCOMPARE(view.currentSpan(), 0);
        for (int i = 0; i < 3; ++i) {
            QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        }
        QCOMPARE(view.selectionLength(), quint64{4});
        QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("00 01 02 03"));
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.currentSpan(), 1);
        QCOMPARE(spanChanged.count(), 2);
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.cursor(), std::optional<quint64>(399));
        QVERIFY(view.verticalScrollBar()->value() > 0);
        QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view.selectionLength(), quint64{400});
        view.select(10, 5);
        QCOMPARE(view.selectedBytes(), data.mid(10, 5));
        QVERIFY(selected.count() > 5);
        const int emitted = static_cast<int>(spanChanged.count());
        view.setCurrentSpan(2);
        QCOMPARE(spanChanged.count(), emitted); // programs move it silently
        QCOMPARE(rustcask::test::auditWidgets(view), QStringList());
    }

    void hexViewAsksOnlyForTheScreen() {
        HexView view;
        view.resize(760, 200);
        view.show();
        quint64 highest = 0;
        qint64 longest = 0;
        view.setSource(quint64{1} << 45, [&](quint64 offset, qint64 length) {
            highest = std::max(highest, offset);
            longest = std::max(longest, length);
            return QByteArray(static_cast<qsizetype>(length), 'x');
        });
        view.grab();
        view.select((quint64{1} << 45) - 1, 1);
        view.grab();
        QVERIFY(highest > (quint64{1} << 44));
        QVERIFY2(longest < 4'096, qPrintable(QString::number(longest)));
        view.setSource(100, [](quint64, qint64) { return QByteArray(); }); // not at hand yet
        view.grab();
        QCOMPARE(view.selectedBytes(), QByteArray());
    }

    void hexViewPaintsFieldsInTheirColours() {
        HexView view;
        view.resize(760, 120);
        view.setData(QByteArray(8, 'A'));
        view.setSpans({{0, 8, Field::checksum, QStringLiteral("checksum"), true}});
        const QImage image = view.grab().toImage();
        const QColor wanted = tokensFor(view.palette()).field(Field::checksum);
        bool found = false;
        for (int y = 0; y < image.height() && !found; ++y) {
            for (int x = 0; x < image.width() && !found; ++x) {
                const QColor pixel = image.pixelColor(x, y);
                found = std::abs(pixel.red() - wanted.red()) < 30 && std::abs(pixel.green() - wanted.green()) < 30 &&
                        std::abs(pixel.blue() - wanted.blue()) < 30;
            }
        }
        QVERIFY(found);
    }

    void fieldsBecomeSpans() {
        const std::vector<FieldSpan> fields{{Field::key, 60, 5, "apple", true}, {Field::checksum, 32, 4, "", false}};
        const QVector<HexSpan> spans = hexSpans(fields, 32);
        QCOMPARE(spans.size(), 2);
        QCOMPARE(spans[0].field, Field::checksum);
        QCOMPARE(spans[0].offset, quint64{0});
        QVERIFY(!spans[0].valid);
        QCOMPARE(spans[1].offset, quint64{28});
        for (int field = 0; field <= static_cast<int>(Field::unused); ++field) {
            QVERIFY(!fieldText(static_cast<Field>(field)).isEmpty());
        }
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestWidgets)
#include "tst_ui_widgets.moc"
