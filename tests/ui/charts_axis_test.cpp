#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "ui/charts/axis.h"

namespace roundoff::ui::tests {
namespace {

TEST(NumberText, keepsSignificantFigures) {
    EXPECT_EQ(numberText(0.033571), QStringLiteral("0.0336"));
    EXPECT_EQ(numberText(163.84), QStringLiteral("164"));
    EXPECT_EQ(numberText(3.1e-4), QStringLiteral("3.10e-4"));
    EXPECT_EQ(numberText(-0.235, 4), QStringLiteral("−0.2350"));
    EXPECT_EQ(numberText(0), QStringLiteral("0"));
    EXPECT_EQ(numberText(std::numeric_limits<double>::quiet_NaN()), QStringLiteral("—"));
    EXPECT_EQ(numberText(std::numeric_limits<double>::infinity()), QStringLiteral("∞"));
}

TEST(NumberText, readsBackWithinItsFigures) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> exponent(-12, 12), lead(1, 10);
    for (int i = 0; i < 2000; ++i) {
        const double value = (i % 2 ? -1 : 1) * lead(random) * std::pow(10, exponent(random));
        double parsed = 0;
        ASSERT_TRUE(parseNumber(numberText(value, 4), parsed)) << numberText(value, 4).toStdString();
        EXPECT_NEAR(parsed, value, std::abs(value) * 6e-4);
    }
}

TEST(ParseNumber, refusesWhatIsNoNumber) {
    double value = 3;
    for (const char* text : {"", "abc", "1e", "nan", "inf", "1..2"}) {
        EXPECT_FALSE(parseNumber(QString::fromLatin1(text), value)) << text;
    }
    EXPECT_EQ(value, 3);
    EXPECT_TRUE(parseNumber(QStringLiteral(" −0,5 "), value));
    EXPECT_EQ(value, -0.5);
}

TEST(Axis, pixelAndValueAreInverse) {
    for (const auto scale : {Axis::Scale::Linear, Axis::Scale::Log}) {
        const Axis axis(scale, 0.003, 70, 40, 640);
        for (double at = 40; at <= 640; at += 7) EXPECT_NEAR(axis.pixel(axis.value(at)), at, 1e-9);
    }
}

TEST(Axis, ticksLieInsideApartAndIncludeZero) {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> exponent(-9, 6), side(0.1, 1);
    for (int i = 0; i < 500; ++i) {
        const double size = std::pow(10, exponent(random));
        const Axis axis(Axis::Scale::Linear, -size * side(random), size * side(random), 0, 600);
        const auto ticks = axis.ticks(80);
        ASSERT_GE(ticks.size(), 2U);
        bool zero = false;
        for (std::size_t t = 0; t < ticks.size(); ++t) {
            EXPECT_GE(ticks[t].value, axis.low() - 1e-9 * size);
            EXPECT_LE(ticks[t].value, axis.high() + 1e-9 * size);
            zero |= ticks[t].label == QStringLiteral("0");
            if (t > 0) {
                EXPECT_GE(axis.pixel(ticks[t].value) - axis.pixel(ticks[t - 1].value), 79.9);
            }
            double shown = 0;
            ASSERT_TRUE(parseNumber(ticks[t].label, shown));
            EXPECT_NEAR(shown * std::pow(10, axis.exponent()), ticks[t].value, size * 1e-6);
        }
        EXPECT_TRUE(zero);
        EXPECT_EQ(axis.exponent() % 3, 0);
    }
}

TEST(Axis, survivesDegenerateEnds) {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    for (const auto& [low, high] : {std::pair{0.0, 0.0}, {5.0, 5.0}, {nan, 1.0}, {-inf, inf}, {1e-300, 1e-300}, {-1.0, 0.0}}) {
        for (const auto scale : {Axis::Scale::Linear, Axis::Scale::Log}) {
            const Axis axis(scale, low, high, 0, 100);
            EXPECT_LT(axis.low(), axis.high());
            EXPECT_TRUE(std::isfinite(axis.pixel(0.5)));
            EXPECT_LE(axis.ticks(20).size(), 12U);
        }
    }
}

TEST(Axis, logTicksAreDecades) {
    const Axis axis(Axis::Scale::Log, 0.6, 30000, 300, 0);
    const auto ticks = axis.ticks(30);
    ASSERT_EQ(ticks.size(), 5U);
    EXPECT_EQ(ticks.front().label, QStringLiteral("10⁰"));
    EXPECT_EQ(ticks.back().label, QStringLiteral("10⁴"));
    EXPECT_EQ(powerText(-12), QStringLiteral("10⁻¹²"));
    EXPECT_EQ(axis.pixel(0), axis.pixel(0.6));  // nothing at or below zero leaves the axis
}

}  // namespace
}  // namespace roundoff::ui::tests
