#include "ui/shell/comparison_builder.h"

#include <gtest/gtest.h>

namespace roundoff::ui {
namespace {

analysis::Comparison layers(std::size_t count) {
    analysis::Comparison comparison;
    comparison.reports.resize(1);
    comparison.reports[0].layers.resize(count);
    comparison.statistics.resize(count);
    return comparison;
}

ComparisonBuilder::Edit finish(std::size_t layer) {
    return [layer](analysis::Comparison& comparison) {
        comparison.reports[0].layers[layer].status = analysis::Status::Quantized;
        comparison.reports[0].layers[layer].bytesAfter += layer + 1;  // shows an edit that ran twice on one copy
    };
}

TEST(ComparisonBuilder, EveryStepHoldsAllEditsOnce) {
    ComparisonBuilder builder;
    auto now = builder.reset(layers(20));
    for (std::size_t i = 0; i < 20; ++i) {
        now = builder.apply(finish(i));
        for (std::size_t k = 0; k < 20; ++k) EXPECT_EQ(now->reports[0].layers[k].bytesAfter, k <= i ? k + 1 : 0) << i;
    }
}

TEST(ComparisonBuilder, WhatSomebodyHoldsNeverChanges) {
    ComparisonBuilder builder;
    std::vector<std::shared_ptr<const analysis::Comparison>> held{builder.reset(layers(10))};
    for (std::size_t i = 0; i < 10; ++i) held.push_back(builder.apply(finish(i)));
    for (std::size_t i = 0; i < held.size(); ++i)
        for (std::size_t k = 0; k < 10; ++k)
            EXPECT_EQ(held[i]->reports[0].layers[k].status == analysis::Status::Quantized, k < i);
}

TEST(ComparisonBuilder, CopiesTakeTurnsWhenNobodyHoldsThem) {
    ComparisonBuilder builder;
    auto now = builder.reset(layers(4));
    now = builder.apply(finish(0));
    const auto* first = now.get();
    now = builder.apply(finish(1));
    now = builder.apply(finish(2));
    EXPECT_EQ(now.get(), first) << "the first copy was free again";
    builder.relax();
    now = builder.apply(finish(3));
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(now->reports[0].layers[k].bytesAfter, k + 1);
}

}  // namespace
}  // namespace roundoff::ui
