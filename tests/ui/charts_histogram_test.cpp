#include <gtest/gtest.h>

#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <numeric>
#include <random>

#include "tests/ui/charts_fixture.h"
#include "ui/charts/histogram_bins.h"
#include "ui/charts/histogram_plot.h"
#include "ui/views/distribution_clip.h"

namespace roundoff::ui::tests {
namespace {

analysis::Histogram bell(int bins, double low, double high, unsigned seed = 1) {
    analysis::Histogram histogram{low, high, std::vector<std::uint64_t>(std::size_t(bins))};
    std::mt19937 random(seed);
    std::normal_distribution<double> normal((low + high) / 2, (high - low) / 9);
    for (int i = 0; i < 50000; ++i) {
        const double x = normal(random);
        if (x < low || x > high) continue;
        const auto bin = std::min(std::size_t((x - low) / histogram.binWidth()), histogram.counts.size() - 1);
        ++histogram.counts[bin];
    }
    histogram.counts.front() += 3;  // both edges occupied
    histogram.counts.back() += 5;
    return histogram;
}

HistogramContent content(int levels, double clip) {
    HistogramContent made;
    made.values = bell(2048, -1, 1);
    made.low = -clip;
    made.high = clip;
    const int most = levels / 2;
    for (int code = -most; code <= most; ++code) made.levels.push_back(code * clip / most);
    made.adjustable = true;
    made.name = QStringLiteral("layer, int4");
    return made;
}

class Plot : public testing::Test {
protected:
    Plot() {
        plot.resize(700, 400);
        plot.setContent(content(15, 0.8));
        plot.show();
        plot.setFocus();
    }
    [[nodiscard]] QPoint handle(double value) const {
        return {int(std::lround(plot.xOf(value))), int(plot.plotArea().center().y())};
    }
    HistogramPlot plot;
};

TEST(BinColumns, keepTheMassAtAnyWidth) {
    const auto histogram = bell(2048, -0.37, 1.9);
    for (const int pixels : {1, 2, 37, 600, 2048, 5000}) {
        const auto columns = binColumns(histogram, histogram.low, histogram.high, pixels);
        std::uint64_t sum = 0;
        for (const auto& column : columns) sum += column.mass;
        EXPECT_EQ(sum, mass(histogram)) << pixels;
        // Every column shows something: no gaps between wide bins.
        for (const auto& column : columns) EXPECT_GE(column.firstBin, 0) << pixels;
    }
}

TEST(BinColumns, showTheLowestAndHighestBin) {
    analysis::Histogram histogram{0, 8, {1, 9, 4, 4, 0, 7, 2, 2}};
    const auto columns = binColumns(histogram, 0, 8, 4);
    ASSERT_EQ(columns.size(), 4U);
    EXPECT_EQ(columns[0].most, 9U);
    EXPECT_EQ(columns[0].least, 1U);
    EXPECT_EQ(columns[2].least, 0U);
    EXPECT_EQ(columns[2].mass, 7U);
}

TEST(CountsAtLevels, keepTheMassAndMatchNearestLevel) {
    const auto histogram = bell(2048, -1, 1);
    const std::vector<double> levels{-0.9, -0.2, -0.1, 0, 0.3, 0.31};
    const auto counts = countsAtLevels(histogram, levels);
    std::vector<std::uint64_t> expected(levels.size());
    for (std::size_t bin = 0; bin < 2048; ++bin) {
        const double centre = -1 + (double(bin) + 0.5) * histogram.binWidth();
        std::size_t nearest = 0;
        for (std::size_t i = 1; i < levels.size(); ++i) {
            if (std::abs(levels[i] - centre) <= std::abs(levels[nearest] - centre)) nearest = i;
        }
        expected[nearest] += histogram.counts[bin];
    }
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0)), mass(histogram));
}

TEST(Quantile, splitsTheMass) {
    const auto histogram = bell(2048, -1, 1);
    for (const double share : {0.001, 0.25, 0.5, 0.999}) {
        const double at = quantile(histogram, share);
        EXPECT_NEAR(shareWithin(histogram, {-2, at}), share, 0.002);
    }
    const double size = absoluteQuantile(histogram, 0.9);
    EXPECT_NEAR(shareWithin(histogram, {-size, size}), 0.9, 0.005);
}

TEST(HistogramPlot, gridLinesStandOnScaleTimesCode) {
    HistogramPlot plot;
    plot.resize(1000, 400);
    for (const int levels : {15, 63, 127}) {
        plot.setContent(content(levels, 0.8));
        const auto lines = plot.gridPixels();
        ASSERT_EQ(lines.size(), std::size_t(levels));
        const int most = levels / 2;
        for (int code = -most; code <= most; ++code) {
            EXPECT_NEAR(lines[std::size_t(code + most)], plot.xOf(0.8 / most * code), 0.5);
        }
    }
    plot.setContent(content(255, 0.8));
    EXPECT_TRUE(plot.gridPixels().empty()) << "255 levels at under four pixels are told in words";
    plot.resize(2000, 400);
    EXPECT_EQ(plot.gridPixels().size(), 255U);
}

TEST_F(Plot, arrowKeysMoveOneStep) {
    QSignalSpy committed(&plot, &HistogramPlot::clipCommitted);
    const double step = plot.keyStep();
    QTest::keyClick(&plot, Qt::Key_Right);
    EXPECT_NEAR(plot.clipHigh(), 0.8 + step, 1e-12);
    EXPECT_NEAR(plot.clipLow(), -0.8 - step, 1e-12) << "mirrored";
    QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_NEAR(plot.clipHigh(), 0.8 - 9 * step, 1e-12);
    QTest::keyClick(&plot, Qt::Key_Right, Qt::ControlModifier);
    EXPECT_NEAR(plot.clipHigh(), 0.8 - 8.9 * step, 1e-12);
    EXPECT_EQ(committed.count(), 3);
    QTest::keyClick(&plot, Qt::Key_S);
    EXPECT_FALSE(plot.symmetric());
    QTest::keyClick(&plot, Qt::Key_Down);
    const double high = plot.clipHigh(), low = plot.clipLow();
    QTest::keyClick(&plot, Qt::Key_Right);
    EXPECT_EQ(plot.clipHigh(), high);
    EXPECT_NEAR(plot.clipLow(), low + step, 1e-12);
}

TEST_F(Plot, aDragMovesTheHandleAndIsOneStepOfHistory) {
    QSignalSpy changed(&plot, &HistogramPlot::clipChanged), committed(&plot, &HistogramPlot::clipCommitted);
    const QPoint from = handle(0.8), to = from - QPoint(100, 0);
    QTest::mousePress(&plot, Qt::LeftButton, {}, from);
    EXPECT_TRUE(plot.dragging());
    for (int i = 1; i <= 10; ++i) QTest::mouseMove(&plot, from - QPoint(10 * i, 0));
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, to);
    EXPECT_NEAR(plot.xOf(plot.clipHigh()), to.x(), 1.0);
    EXPECT_EQ(plot.clipLow(), -plot.clipHigh());
    EXPECT_GE(changed.count(), 1);
    EXPECT_EQ(committed.count(), 1);
    QTest::keyClick(&plot, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(plot.clipHigh(), 0.8);
    EXPECT_EQ(plot.clipLow(), -0.8);
}

TEST_F(Plot, escapeGivesTheDragUp) {
    QSignalSpy committed(&plot, &HistogramPlot::clipCommitted);
    const QPoint from = handle(0.8);
    QTest::mousePress(&plot, Qt::LeftButton, {}, from);
    QTest::mouseMove(&plot, from - QPoint(80, 0));
    EXPECT_LT(plot.clipHigh(), 0.7);
    QTest::keyClick(&plot, Qt::Key_Escape);
    EXPECT_EQ(plot.clipHigh(), 0.8);
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, from - QPoint(80, 0));
    EXPECT_EQ(plot.clipHigh(), 0.8);
    EXPECT_EQ(committed.count(), 0);
}

TEST_F(Plot, keysToggleScaleAndRange) {
    EXPECT_TRUE(plot.logarithmic());
    QTest::keyClick(&plot, Qt::Key_L);
    EXPECT_FALSE(plot.logarithmic());
    const double wide = plot.xOf(0.5) - plot.xOf(0);
    QTest::keyClick(&plot, Qt::Key_F);
    EXPECT_TRUE(plot.robust());
    EXPECT_GT(plot.xOf(0.5) - plot.xOf(0), wide * 1.2);
}

TEST_F(Plot, handlesThatMayNotMoveStandStill) {
    auto fixed = content(15, 0.8);
    fixed.adjustable = false;
    plot.setContent(fixed);
    QTest::keyClick(&plot, Qt::Key_Right);
    QTest::mousePress(&plot, Qt::LeftButton, {}, handle(0.8));
    QTest::mouseMove(&plot, handle(0.2));
    QTest::mouseRelease(&plot, Qt::LeftButton, {}, handle(0.2));
    EXPECT_EQ(plot.clipHigh(), 0.8);
}

TEST_F(Plot, survivesAThousandRandomClicksAndKeys) {
    std::mt19937 random(11);
    const Qt::Key keys[] = {Qt::Key_Left, Qt::Key_Right, Qt::Key_S, Qt::Key_L, Qt::Key_F, Qt::Key_Escape, Qt::Key_Up};
    for (int i = 0; i < 1000; ++i) {
        const QPoint at(int(random() % 720) - 10, int(random() % 420) - 10);
        switch (random() % 4) {
            case 0: QTest::mousePress(&plot, Qt::LeftButton, {}, at); break;
            case 1: QTest::mouseMove(&plot, at); break;
            case 2: QTest::mouseRelease(&plot, Qt::LeftButton, {}, at); break;
            default: QTest::keyClick(&plot, keys[random() % std::size(keys)]);
        }
        ASSERT_LT(plot.clipLow(), plot.clipHigh());
    }
    EXPECT_FALSE(plot.grab().isNull());
}

TEST(Clip, levelsHoldZeroAndTheEnds) {
    for (const int bits : {2, 3, 4, 8, 16}) {
        const auto even = clipLevels(bits, schemes::Symmetry::Symmetric, {-0.3, 0.3});
        ASSERT_EQ(even.size(), (std::size_t(1) << bits) - 1);
        EXPECT_NEAR(even.front(), -0.3, 1e-12);
        EXPECT_NEAR(even.back(), 0.3, 1e-12);
        EXPECT_EQ(even[even.size() / 2], 0);
        const auto odd = clipLevels(bits, schemes::Symmetry::Asymmetric, {-0.1, 0.6});
        ASSERT_EQ(odd.size(), std::size_t(1) << bits);
        EXPECT_TRUE(std::find(odd.begin(), odd.end(), 0.0) != odd.end());
    }
    EXPECT_TRUE(clipLevels(4, schemes::Symmetry::Symmetric, {0.2, 0.2}).empty());
}

TEST(Clip, leastErrorBeatsEveryPointOfTheCurve) {
    const auto histogram = bell(2048, -1, 0.6);
    for (const auto symmetry : {schemes::Symmetry::Symmetric, schemes::Symmetry::Asymmetric}) {
        const auto best = leastErrorRange(histogram, 4, symmetry);
        const auto estimate = analysis::estimateClip(histogram, 4, symmetry, best.low, best.high);
        for (const ClipPoint& point : clipCurve(histogram, 4, symmetry)) {
            EXPECT_LE(estimate.roundingMse + estimate.clippingMse, point.mse * (1 + 1e-12));
        }
    }
}

TEST(Clip, onlyIntegersAreClippedByHand) {
    EXPECT_EQ(integerBits(schemeOf("int4").weight), 4);
    EXPECT_EQ(integerBits(schemeOf("uint8").weight), 8);
    for (const char* text : {"fp8-e4m3", "log4", "float"}) EXPECT_FALSE(integerBits(schemeOf(text).weight)) << text;
}

}  // namespace
}  // namespace roundoff::ui::tests
