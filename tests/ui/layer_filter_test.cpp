#include "ui/models/layer_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace roundoff::ui {
namespace {

LayerFilter::Facts facts(std::map<QString, double> figures = {}) {
    return {QStringLiteral("layers.0.attn.q_proj"), QStringLiteral("MatMul"), QStringLiteral("int4:g32:asym"),
            [figures](const QString& figure) -> std::optional<double> {
                const auto found = figures.find(figure);
                return found == figures.end() ? std::nullopt : std::optional<double>(found->second);
            }};
}

bool passes(const char* text, std::map<QString, double> figures = {}) {
    QString error;
    const LayerFilter filter = LayerFilter::parse(QString::fromUtf8(text), &error);
    EXPECT_EQ(error, QString()) << text;
    return filter.accepts(facts(std::move(figures)));
}

QString errorOf(const char* text) {
    QString error;
    LayerFilter::parse(QString::fromUtf8(text), &error);
    return error;
}

TEST(LayerFilter, EmptyTakesAll) {
    EXPECT_TRUE(passes(""));
    EXPECT_TRUE(passes("   "));
    EXPECT_TRUE(LayerFilter::parse(QStringLiteral("  ")).empty());
}

TEST(LayerFilter, TextIsSoughtInTheNameInAnyCase) {
    EXPECT_TRUE(passes("attn"));
    EXPECT_TRUE(passes("ATTN"));
    EXPECT_FALSE(passes("mlp"));
    EXPECT_TRUE(passes("attn q_proj"));
    EXPECT_FALSE(passes("attn mlp"));
}

TEST(LayerFilter, RegularExpressionsMayHoldBlanks) {
    EXPECT_TRUE(passes("/q_proj$/"));
    EXPECT_TRUE(passes("/(q|k)_proj/ layers"));
    EXPECT_FALSE(passes("/^q_proj/"));
    EXPECT_FALSE(passes("/a b/"));
}

TEST(LayerFilter, OperatorAndSchemeByTheirBeginning) {
    EXPECT_TRUE(passes("op:mat"));
    EXPECT_FALSE(passes("op:conv"));
    EXPECT_TRUE(passes("scheme:int4"));
    EXPECT_FALSE(passes("scheme:int8"));
}

TEST(LayerFilter, FiguresCompareAsNumbers) {
    EXPECT_TRUE(passes("sqnr<20", {{QStringLiteral("sqnr"), 9.5}}));
    EXPECT_FALSE(passes("sqnr<9.5", {{QStringLiteral("sqnr"), 9.5}}));
    EXPECT_TRUE(passes("sqnr<=9.5", {{QStringLiteral("sqnr"), 9.5}}));
    EXPECT_TRUE(passes("SQNR>=9.5", {{QStringLiteral("sqnr"), 9.5}}));
    EXPECT_TRUE(passes("bits=4", {{QStringLiteral("bits"), 4}}));
    EXPECT_TRUE(passes("bits!=4", {{QStringLiteral("bits"), 8}}));
    EXPECT_TRUE(passes("sqnr>1e1", {{QStringLiteral("sqnr"), 11}}));
}

TEST(LayerFilter, UnknownFiguresPassNeitherAComparisonNorItsOpposite) {
    EXPECT_FALSE(passes("sqnr<20"));
    EXPECT_FALSE(passes("-sqnr<20"));
    EXPECT_FALSE(passes("sqnr<20", {{QStringLiteral("sqnr"), std::nan("")}}));
}

TEST(LayerFilter, MinusTurnsAWordRound) {
    EXPECT_FALSE(passes("-attn"));
    EXPECT_TRUE(passes("-mlp"));
    EXPECT_TRUE(passes("-op:conv q_"));
    EXPECT_TRUE(passes("-sqnr<20", {{QStringLiteral("sqnr"), 30}}));
}

TEST(LayerFilter, WrongWordsAreNamed) {
    EXPECT_TRUE(errorOf("sqnr<abc").contains(QStringLiteral("sqnr")));
    EXPECT_TRUE(errorOf("speed<3").contains(QStringLiteral("speed")));
    EXPECT_TRUE(errorOf("speed<3").contains(QStringLiteral("sqnr")));
    EXPECT_FALSE(errorOf("/(/").isEmpty());
    EXPECT_FALSE(errorOf("/open").isEmpty());
}

TEST(LayerFilter, KnowsWhetherResultsMatter) {
    EXPECT_FALSE(LayerFilter::parse(QStringLiteral("attn op:conv")).usesFigures());
    EXPECT_TRUE(LayerFilter::parse(QStringLiteral("attn sqnr<20")).usesFigures());
}

}  // namespace
}  // namespace roundoff::ui
