#include "core/speed/why.h"

#include <gmock/gmock.h>

namespace roundoff::speed {
namespace {

using ::testing::AllOf, ::testing::HasSubstr, ::testing::Not;
using runtime::NodeTime;

LayerTiming layer(const char* scheme = "int8", double floatMs = 1) {
    LayerTiming out;
    out.scheme = schemes::parseScheme(scheme).value();
    out.target = "onnx-qdq";
    out.time = Duel{{floatMs, 0, 10}, {2 * floatMs, 0, 10}, false, "", 0};
    out.work = {1'000'000, 1000, 1000, 1000};
    return out;
}
const Machine kMachine{100, 10, 0.001};
const char* const kVnni = "Some CPU, AVX-512 VNNI";
const char* const kAvx2 = "Some CPU, AVX2";

std::string why(const LayerTiming& timing, std::vector<NodeTime> nodes, std::vector<NodeTime> floats, const char* cpu = kVnni) {
    return whyNotFaster(timing, "Conv", summarize(nodes), summarize(floats), kMachine, cpu);
}

TEST(Why, CountsWhatStayed) {
    const std::vector<NodeTime> nodes{{"a", "QuantizeLinear", 1, 1, ""}, {"b", "QLinearConv", 6, 1, ""}, {"c", "Conv", 2, 1, ""},
                                      {"d", "DequantizeLinear", 1, 1, ""}};
    const NodeSummary summary = summarize(nodes);
    EXPECT_EQ(summary.quantizers, 1u);
    EXPECT_EQ(summary.dequantizers, 1u);
    EXPECT_EQ(summary.integerOp, "QLinearConv");
    EXPECT_EQ(summary.integerOps, 1u);
    EXPECT_EQ(summary.floatOps, 1u);
    EXPECT_DOUBLE_EQ(summary.total, 10);
    EXPECT_DOUBLE_EQ(summary.share(), 0.2);
    EXPECT_DOUBLE_EQ(summary.products, 8);
}

TEST(Why, NamesTheCauseThatTheNodesShow) {
    const std::vector<NodeTime> conv{{"c", "Conv", 1, 1, ""}};
    EXPECT_THAT(why(layer(), {{"d", "DequantizeLinear", 1, 1, ""}, {"c", "Conv", 1, 1, ""}}, conv),
                AllOf(HasSubstr("at every run, 50 %"), HasSubstr("activations")));
    EXPECT_THAT(why(layer(), {{"d", "DequantizeLinear", 1, 1, ""}, {"c", "Conv", 3, 1, ""}}, conv), HasSubstr("no constant"));
    EXPECT_THAT(why(layer(), conv, conv), HasSubstr("same float kernel"));
    const std::vector<NodeTime> integer{{"c", "QLinearConv", 1, 1, ""}};
    EXPECT_THAT(why(layer("int8", 0.002), integer, conv), HasSubstr("too small"));
    EXPECT_THAT(why(layer(), {{"q", "QuantizeLinear", 1, 1, ""}, {"c", "QLinearConv", 1, 1, ""}}, conv),
                HasSubstr("1 QuantizeLinear and 0 DequantizeLinear around it take 50 %"));
    EXPECT_THAT(why(layer(), integer, conv, kAvx2), HasSubstr("no VNNI"));
    EXPECT_THAT(why(layer(), integer, conv), AllOf(Not(HasSubstr("VNNI")), HasSubstr("bound by compute")));
    EXPECT_THAT(why(layer(), {{"m", "MatMulNBits", 1, 1, ""}}, conv), HasSubstr("accuracy level 4"));
}

TEST(Why, SaysNothingOfPeaksThatTheFigureBeats) {
    EXPECT_THAT(why(layer("int8", 0.015), {{"c", "QLinearConv", 1, 1, ""}}, {}), Not(HasSubstr("bound by")));
}

TEST(Why, TellsOfTheWholeModel) {
    const std::vector<NodeTime> floats{{"c", "Conv", 4, 1, ""}};
    const std::vector<NodeTime> nodes{{"d", "DequantizeLinear", 4, 1, ""}, {"c", "Conv", 4, 1, ""}};
    const Duel duel{{8, 0, 10}, {9, 0, 10}, false, "", 0};
    EXPECT_THAT(whyNotFaster(duel, summarize(nodes), summarize(floats), kMachine, kVnni),
                AllOf(HasSubstr("1 DequantizeLinear stayed"), HasSubstr("50 %"), HasSubstr("0 of 1 products")));
    EXPECT_THAT(whyNotFaster(duel, summarize(floats), summarize(floats), kMachine, kVnni), HasSubstr("same float kernels"));
}

}  // namespace
}  // namespace roundoff::speed
