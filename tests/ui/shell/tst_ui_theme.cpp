// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QPainter>
#include <QPixmap>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>
#include <QTimer>

#include "support/widget_test_main.h"
#include "theme/contrast.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "theme/tokens.h"
#include "widgets/color_swatch.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestTheme : public QObject {
    Q_OBJECT

private:
    static void addSchemes() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    static const Tokens& scheme() {
        QFETCH_GLOBAL(bool, dark);
        return dark ? darkTokens() : lightTokens();
    }

private Q_SLOTS:
    void initTestCase_data() { addSchemes(); }

    void contrastOfKnownPairs() {
        QCOMPARE(contrastRatio(Qt::white, Qt::black), 21.0);
        QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
        // A published example: #767676 is the lightest grey that passes on white.
        QVERIFY(contrastRatio(QColor(0x76, 0x76, 0x76), Qt::white) >= 4.5);
        QVERIFY(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) < 4.5);
        QVERIFY(contrastRatio(withContrast(QColor(0xB9, 0xC2, 0xCF), Qt::white, 4.5), Qt::white) >= 4.5);
    }

    void textIsReadable() {
        const Tokens& t = scheme();
        for (const QColor& ground : {t.card, t.window, t.inset, t.selection, t.accentSoft, t.hover}) {
            QVERIFY2(contrastRatio(t.text, ground) >= 4.5, qPrintable(ground.name()));
        }
        for (const QColor& ground : {t.card, t.window}) {
            QVERIFY2(contrastRatio(t.muted, ground) >= 4.5, qPrintable(ground.name()));
            for (const QColor& ink : {t.accent, t.warning, t.success}) {
                QVERIFY2(contrastRatio(ink, ground) >= 4.5,
                         qPrintable(ink.name() + QStringLiteral(" on ") + ground.name()));
            }
        }
        QVERIFY(contrastRatio(t.onAccent, t.accent) >= 4.5);
        for (const QColor& block : {t.live, t.tombstone, t.hint, t.damaged, t.active, t.accent}) {
            QVERIFY2(contrastRatio(inkOn(block), block) >= 4.5, qPrintable(block.name()));
        }
    }

    void graphicsAreVisible() {
        const Tokens& t = scheme();
        for (const QColor& mark : {t.live, t.tombstone, t.hint, t.damaged, t.active, t.accent, t.deadHatch}) {
            QVERIFY2(contrastRatio(mark, t.card) >= 3.0, qPrintable(mark.name()));
        }
    }

    void fieldsAreReadableAndDistinct() {
        const Tokens& t = scheme();
        for (int field = 0; field <= static_cast<int>(Field::unused); ++field) {
            const QColor ink = t.field(static_cast<Field>(field));
            QVERIFY2(contrastRatio(ink, t.inset) >= 4.5, qPrintable(QString::number(field)));
            QVERIFY2(contrastRatio(ink, t.card) >= 4.4, qPrintable(QString::number(field)));
        }
        const QList<Field> recordFields{Field::checksum, Field::sequence, Field::time, Field::keySize, Field::key};
        QSet<QRgb> colors;
        for (const Field field : recordFields) {
            colors.insert(t.field(field).rgb());
        }
        QCOMPARE(colors.size(), recordFields.size());
    }

    void paletteFollowsTokens() {
        const Tokens& t = scheme();
        const QPalette palette = paletteFrom(t);
        QCOMPARE(&tokensFor(palette), &t);
        QCOMPARE(palette.color(QPalette::Text), t.text);
        QVERIFY(contrastRatio(palette.color(QPalette::ToolTipText), palette.color(QPalette::ToolTipBase)) >= 4.5);
        QVERIFY2(!styleSheetFrom(t).contains(QLatin1Char('%')), "a colour of the style sheet has no value");
    }

    void meaningsDifferInShapeToo() {
        const Tokens& t = scheme();
        QList<QImage> greys;
        for (const Meaning meaning :
             {Meaning::live, Meaning::dead, Meaning::tombstone, Meaning::hint, Meaning::active}) {
            QImage image(12, 12, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::white);
            QPainter painter(&image);
            Tokens grey = t; // all of one colour: only the shape is left
            grey.live = grey.tombstone = grey.hint = grey.active = grey.dead = QColor(0x80, 0x80, 0x80);
            paintSwatch(&painter, QRectF(0, 0, 12, 12), meaning, grey);
            painter.end();
            QVERIFY2(!greys.contains(image), qPrintable(meaningName(meaning)));
            greys.append(image);
        }
    }

    void everyIconIsDrawnInTheThemesColour() {
        const Tokens& t = scheme();
        const QStringList names = QDir(QStringLiteral(":/rustcask/icons")).entryList({QStringLiteral("*.svg")});
        QVERIFY(names.size() > 50);
        for (const QString& name : names) {
            const QIcon icon = themedIcon(name.chopped(4), paletteFrom(t));
            const QImage image = icon.pixmap(QSize(48, 48), 1.0).toImage();
            int drawn = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QColor pixel = image.pixelColor(x, y);
                    if (pixel.alpha() > 250) {
                        ++drawn;
                        QVERIFY2(std::abs(pixel.red() - t.text.red()) < 6, qPrintable(name));
                    }
                }
            }
            QVERIFY2(drawn > 8, qPrintable(name));
            QCOMPARE(icon.pixmap(QSize(24, 24), 2.0).devicePixelRatio(), 2.0);
        }
        QTest::ignoreMessage(QtWarningMsg, "No icon is named none-such");
        QVERIFY(themedIcon(QStringLiteral("none-such")).isNull());
    }

    void themeSwitchesLive() {
        QFETCH_GLOBAL(bool, dark);
        Theme theme(*qApp);
        QWidget widget;
        theme.setMode(dark ? ThemeMode::dark : ThemeMode::light);
        QCOMPARE(tokensFor(widget.palette()).dark, dark);
        QSignalSpy changed(&theme, &Theme::changed);
        bool followed = false;
        QTimer::singleShot(0, this, [&] { // palettes reach existing widgets only while the application runs
            theme.setMode(dark ? ThemeMode::light : ThemeMode::dark);
            followed = tokensFor(widget.palette()).dark == !dark;
            QCoreApplication::quit();
        });
        QApplication::exec();
        QVERIFY(followed);
        QCOMPARE(changed.count(), 1);
        theme.setMode(theme.mode());
        QCOMPARE(changed.count(), 1);
        QCOMPARE(themeModeFromName(themeModeName(ThemeMode::dark)), ThemeMode::dark);
    }

    void fontsAreUsable() {
        QVERIFY(QFontInfo(monospaceFont()).fixedPitch());
        const QFontMetricsF metrics(numberFont());
        for (char digit = '0'; digit <= '9'; ++digit) {
            QCOMPARE(metrics.horizontalAdvance(QLatin1Char(digit)), metrics.horizontalAdvance(QLatin1Char('0')));
        }
        QFont tiny;
        tiny.setPixelSize(9);
        QVERIFY(smallFont(tiny).pixelSize() >= 11);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestTheme)
#include "tst_ui_theme.moc"
