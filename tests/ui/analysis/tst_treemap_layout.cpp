// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "layout/treemap_layout.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask::ui;

namespace {

double areaOf(const QRectF& tile) {
    return tile.width() * tile.height();
}

/// Whether each tile is as large as its share, inside the area, and beside all others.
void check(const std::vector<double>& weights, const QRectF& area) {
    const std::vector<QRectF> tiles = squarify(weights, area);
    QCOMPARE(tiles.size(), weights.size());
    double total = 0;
    for (const double weight : weights)
        total += weight > 0 ? weight : 0;
    const QRectF grown = area.adjusted(-1e-6, -1e-6, 1e-6, 1e-6);
    double covered = 0;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        covered += areaOf(tiles[i]);
        if (weights[i] <= 0) {
            QVERIFY(tiles[i].isNull());
            continue;
        }
        QVERIFY(grown.contains(tiles[i]));
        QVERIFY(std::abs(areaOf(tiles[i]) - weights[i] / total * areaOf(area)) < 1e-6 * areaOf(area));
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(areaOf(tiles[i].intersected(tiles[j])) < 1e-6 * areaOf(area));
    }
    QVERIFY(std::abs(covered - areaOf(area)) < 1e-6 * areaOf(area));
}

} // namespace

class TestTreemapLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // The figures of the paper: weights 6 6 4 3 2 2 1 in a 6 by 4 rectangle.
    void isThatOfThePaper() {
        const std::vector<double> weights{6, 6, 4, 3, 2, 2, 1};
        const std::vector<QRectF> tiles = squarify(weights, QRectF(0, 0, 6, 4));
        QCOMPARE(tiles[0], QRectF(0, 0, 3, 2));
        QCOMPARE(tiles[1], QRectF(0, 2, 3, 2));
        QCOMPARE(tiles[2].top(), 0.0);
        QVERIFY(std::abs(tiles[2].height() - 7.0 / 3) < 1e-9);
        QVERIFY(std::abs(tiles[2].width() - 12.0 / 7) < 1e-9);
        check(weights, QRectF(0, 0, 6, 4));
    }

    void coversTheAreaWhateverTheWeights() {
        rustcask::test::SeededRandom random;
        for (int round = 0; round < 60; ++round) {
            std::vector<double> weights(random.between(1, 80));
            for (double& weight : weights)
                weight = std::pow(10.0, double(random.below(7))) * double(1 + random.below(9));
            if (random.chance(30))
                weights[random.below(weights.size())] = 0;
            if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0)
                continue;
            if (random.chance(70))
                std::sort(weights.rbegin(), weights.rend());
            check(weights, QRectF(3, 7, double(random.between(20, 900)), double(random.between(20, 600))));
        }
    }

    void tilesOfOneSizeAreNearlySquare() {
        const std::vector<double> weights(50, 1.0);
        for (const QRectF& tile : squarify(weights, QRectF(0, 0, 800, 500))) {
            const double ratio = std::max(tile.width() / tile.height(), tile.height() / tile.width());
            QVERIFY2(ratio < 1.6, qPrintable(QString::number(ratio)));
        }
    }

    void nothingToShowIsNoTile() {
        QVERIFY(squarify({}, QRectF(0, 0, 10, 10)).empty());
        const std::vector<double> odd{0, -1, std::numeric_limits<double>::quiet_NaN(),
                                      std::numeric_limits<double>::infinity()};
        for (const QRectF& tile : squarify(odd, QRectF(0, 0, 10, 10)))
            QVERIFY(tile.isNull());
        const std::vector<double> one{5};
        QCOMPARE(squarify(one, QRectF(1, 2, 3, 4))[0], QRectF(1, 2, 3, 4));
        QVERIFY(squarify(one, QRectF(0, 0, 0, 4))[0].isNull());
    }

    void arrowKeysGoToTheNextTile() {
        const std::vector<QRectF> tiles{{0, 0, 10, 10}, {10, 0, 10, 10}, {0, 10, 10, 10}, {10, 10, 10, 10}, {}};
        QCOMPARE(neighbour(tiles, 0, TreemapStep::right), std::size_t(1));
        QCOMPARE(neighbour(tiles, 0, TreemapStep::down), std::size_t(2));
        QCOMPARE(neighbour(tiles, 3, TreemapStep::left), std::size_t(2));
        QCOMPARE(neighbour(tiles, 3, TreemapStep::up), std::size_t(1));
        QCOMPARE(neighbour(tiles, 0, TreemapStep::left), std::size_t(0));
        QCOMPARE(neighbour(tiles, 9, TreemapStep::left), std::size_t(9));
    }
};

RUSTCASK_TEST_MAIN(TestTreemapLayout)
#include "tst_treemap_layout.moc"
