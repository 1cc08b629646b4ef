#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>

#include "core/runtime/session.h"
#include "tests/support/toy_model.h"

namespace roundoff::runtime {
namespace {

using model::Model;
using model::Node;
using model::Value;
using tensor::ElementType;
using testing_support::constant;
using testing_support::input;
using testing_support::toyModel;

template <class T>
std::vector<T> values(const NamedTensor& tensor) {
    std::vector<T> out(tensor.bytes.size() / sizeof(T));
    std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
    return out;
}

TEST(Synthetic, FloatsAreStandardNormalAndImagesAreInTheUnitInterval) {
    const Model model = toyModel(
        {input("x", ElementType::Float32, {-1, 20000}), input("image", ElementType::Float32, {-1, 3, 50, 50})});
    const auto samples = syntheticSamples(model, 1, 16, 1);
    ASSERT_TRUE(samples);
    const auto x = values<float>((*samples)[0][0]);
    EXPECT_EQ((*samples)[0][0].shape, (tensor::Shape{1, 20000}));
    double sum = 0, squares = 0;
    for (const float v : x) sum += v, squares += double(v) * v;
    EXPECT_NEAR(sum / 20000, 0, 0.03);
    EXPECT_NEAR(squares / 20000, 1, 0.04);
    for (const float v : values<float>((*samples)[0][1])) {
        ASSERT_GE(v, 0);
        ASSERT_LE(v, 1);
    }
}

TEST(Synthetic, TheSeedDecidesTheBits) {
    const Model model = toyModel({input("x", ElementType::Float32, {1, 3})});
    const auto a = syntheticSamples(model, 2, 16, 7), b = syntheticSamples(model, 2, 16, 7),
               c = syntheticSamples(model, 2, 16, 8);
    EXPECT_EQ((*a)[1][0].bytes, (*b)[1][0].bytes);
    EXPECT_NE((*a)[1][0].bytes, (*c)[1][0].bytes);
    EXPECT_NE((*a)[0][0].bytes, (*a)[1][0].bytes);
    // Pinned: another machine must make the same inputs.
    const auto first = values<float>((*a)[0][0]);
    EXPECT_FLOAT_EQ(first[0], 0.98847431f);
}

TEST(Synthetic, TokenIdsStayWithinTheSmallestTableTheyReach) {
    const Model model = toyModel(
        {input("ids", ElementType::Int64, {-1, -1}, {"batch", "sequence"})},
        {Node{"wide", "Gather", "", {"table", "ids"}, {"a"}, 0}, Node{"cast", "Cast", "", {"ids"}, {"cast"}, 0},
         Node{"narrow", "Gather", "", {"dequantized", "cast"}, {"b"}, 0},
         Node{"dq", "DequantizeLinear", "", {"codes", "scale"}, {"dequantized"}, 0}},
        {constant("table", {1000, 8}), constant("codes", {5, 8})});
    const auto samples = syntheticSamples(model, 1, 4000, 1);
    ASSERT_TRUE(samples);
    EXPECT_EQ((*samples)[0][0].shape, (tensor::Shape{1, 4000}));
    std::set<std::int64_t> seen;
    for (const auto id : values<std::int64_t>((*samples)[0][0])) seen.insert(id);
    EXPECT_EQ(seen, (std::set<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(Synthetic, MasksPositionsAndPast) {
    const Model model =
        toyModel({input("attention_mask", ElementType::Int64, {-1, -1}, {"batch_size", "total_sequence_length"}),
                  input("position_ids", ElementType::Int32, {-1, -1}, {"batch_size", "sequence_length"}),
                  input("past_key_values.0.key", ElementType::Float16, {-1, 4, -1, 8},
                        {"batch_size", "", "past_sequence_length", ""}),
                  input("token_type_ids", ElementType::Int64, {-1, -1}), input("flag", ElementType::Bool, {1})});
    const auto samples = syntheticSamples(model, 1, 3, 1);
    ASSERT_TRUE(samples);
    const Sample& s = (*samples)[0];
    EXPECT_EQ(values<std::int64_t>(s[0]), (std::vector<std::int64_t>{1, 1, 1}));
    EXPECT_EQ(values<std::int32_t>(s[1]), (std::vector<std::int32_t>{0, 1, 2}));
    EXPECT_EQ(s[2].shape, (tensor::Shape{1, 4, 0, 8}));
    EXPECT_TRUE(s[2].bytes.empty());
    EXPECT_EQ(values<std::int64_t>(s[3]), (std::vector<std::int64_t>{0, 0, 0}));
    EXPECT_EQ(values<std::uint8_t>(s[4]), std::vector<std::uint8_t>{1});
}

TEST(Synthetic, WhatCannotBeMadeUpIsNamed) {
    for (const Value& value :
         {input("words", ElementType::String, {1}), Value{"free", ElementType::Float32, {}, {}, false},
          input("huge", ElementType::Float32, {1, 1 << 30, 1 << 20})}) {
        const auto samples = syntheticSamples(toyModel({value}), 1, 8, 1);
        ASSERT_FALSE(samples);
        EXPECT_NE(samples.error().line().find('"' + value.name + '"'), std::string::npos);
        EXPECT_EQ(samples.error().remedy, "Give real data");
    }
}

}  // namespace
}  // namespace roundoff::runtime
