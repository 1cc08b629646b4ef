#include "core/speed/projection.h"

#include <gtest/gtest.h>

#include <set>

#include "core/formats/format.h"
#include "core/speed/roofline.h"
#include "tests/support/temp_folder.h"

namespace roundoff::speed {
namespace {

const std::string kGood = R"({"roundoff_device": 1, "id": "x", "name": "X",
 "peaks": {"fp32": {"tera_ops": 1, "source": "a"}, "int8": {"tera_ops": 4, "source": "b"}},
 "bandwidth": {"gigabytes_per_second": 100, "source": "c"},
 "efficiency": {"compute": 0.5, "memory": 1, "source": "d"}, "launch": {"ms": 0.25, "source": "e"}})";

std::string with(const std::string& from, const std::string& to) {
    std::string text = kGood;
    return text.replace(text.find(from), from.size(), to);
}

TEST(Devices, OfTheProgramAreAllReadable) {
    const auto devices = loadDevices(ROUNDOFF_SOURCE_DIR "/resources/devices");
    ASSERT_TRUE(devices) << devices.error().line();
    EXPECT_GE(devices->size(), 15u);
    std::set<std::string> ids;
    for (const Device& device : *devices) {
        EXPECT_TRUE(ids.insert(device.id).second) << device.id;
        EXPECT_GT(peakFor(device, "fp32").teraOps + peakFor(device, "fp16").teraOps, 0) << device.id;
    }
}

TEST(Devices, NeedASourceForEveryNumber) {
    ASSERT_TRUE(parseDevice(kGood, "x.json"));
    for (const char* source : {"\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\""}) {
        const auto device = parseDevice(with(source, "\"\""), "x.json");
        ASSERT_FALSE(device) << source;
        EXPECT_EQ(device.error().code, ErrorCode::BadInput);
        EXPECT_NE(device.error().line().find("x.json"), std::string::npos);
    }
}

TEST(Devices, RefuseWhatMakesNoSense) {
    for (const auto& text : {std::string("{"), std::string("[]"), std::string("{}"), with("\"id\": \"x\"", "\"id\": 3"), with("100", "-100"),
                             with("100", "\"fast\""), with("\"fp32\"", "\"fp33\""), with("0.5", "1.5"), with("\"roundoff_device\": 1", "\"a\": 1")})
        EXPECT_FALSE(parseDevice(text, "x.json")) << text;
    EXPECT_FALSE(loadDevices("/no/such/folder"));
    const test::TempFolder folder;
    folder.write("note.txt", "no device");
    EXPECT_TRUE(loadDevices(folder.path()).value().empty());
    folder.write("a.json", kGood);
    EXPECT_EQ(loadDevices(folder.path()).value().size(), 1u);
}

TEST(Peaks, FallBackToTheNextWiderType) {
    const Device device = parseDevice(kGood, "x").value();
    EXPECT_EQ(peakFor(device, "int8").type, "int8");
    EXPECT_EQ(peakFor(device, "int4").type, "int8");
    EXPECT_EQ(peakFor(device, "fp8").type, "fp32");
    EXPECT_EQ(peakFor(device, "fp16").type, "fp32");
    EXPECT_EQ(peakFor({}, "int8").type, "");
}

TEST(Roofs, AreTheLongerOfArithmeticAndMemory) {
    const Work work{1'000'000'000, 1'000'000, 500'000, 500'000};
    const Roof roof = roofOf(work, 32, 4, 1000, 100);  // 2 GFLOP at 1 TFLOP/s; 8 MB at 100 GB/s
    EXPECT_DOUBLE_EQ(roof.computeMs, 2);
    EXPECT_DOUBLE_EQ(roof.memoryMs, 0.08);
    EXPECT_DOUBLE_EQ(roof.ms(), 2);
    EXPECT_STREQ(roof.bound(), "compute");
    EXPECT_STREQ(roofOf(work, 32, 4, 100'000, 100).bound(), "memory");
}

TEST(Projections, TakeTheArithmeticAndTheBytesOfTheFormats) {
    Job job;
    const auto model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", job).value();
    Device device;
    device.peaks = {{"fp32", 1}, {"fp16", 2}, {"int8", 4}, {"fp8", 5}, {"int4", 8}, {"fp4", 10}};
    device.gigabytes = 1000;
    device.computeEfficiency = device.memoryEfficiency = 1;
    const auto estimate = [&](const char* scheme, Work work) {
        Timing timing;
        timing.layers.resize(model.layers().size());
        timing.layers[0].scheme = schemes::parseScheme(scheme).value();
        timing.layers[0].weightBits = 16;
        timing.layers[0].work = work;
        return project(model, timing, device).layers.at(0).value().quantizedMs;
    };
    const auto peak = [&](const char* scheme) { return 2 / estimate(scheme, {1'000'000'000, 1, 0, 0}); };
    EXPECT_DOUBLE_EQ(peak("int8/uint8"), 4);
    EXPECT_DOUBLE_EQ(peak("int4/int4"), 8);
    EXPECT_DOUBLE_EQ(peak("int8/int16"), 2);
    EXPECT_DOUBLE_EQ(peak("int16/int8"), 2);
    EXPECT_DOUBLE_EQ(peak("fp8-e4m3/fp8-e4m3"), 5);
    EXPECT_DOUBLE_EQ(peak("fp4-e2m1/fp4-e2m1"), 10);
    EXPECT_DOUBLE_EQ(peak("nvfp4/fp4-e2m1:dynamic"), 10);
    EXPECT_DOUBLE_EQ(peak("int4/fp8-e4m3"), 5);
    EXPECT_DOUBLE_EQ(peak("int8/fp8-e4m3"), 2);
    for (const char* scheme : {"nf4/int8", "log4/int8", "kmeans4/int8"}) EXPECT_DOUBLE_EQ(peak(scheme), 2) << scheme;

    const Work memory{1, 1, 500'000'000, 500'000'000};  // an element a microsecond at 1 byte
    EXPECT_NEAR(estimate("int8/uint8", memory), 1, 1e-6);
    EXPECT_NEAR(estimate("int8/int16", memory), 2, 1e-6);
    EXPECT_NEAR(estimate("int4/int4", memory), 0.5, 1e-6);
}

TEST(Projections, FollowTheFormula) {
    Job job;
    const auto model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", job).value();
    Timing timing;
    timing.layers.resize(model.layers().size());
    for (std::size_t i = 0; i < timing.layers.size(); ++i) timing.layers[i].layer = i;
    LayerTiming& layer = timing.layers[1];
    layer.scheme = schemes::parseScheme("int8/uint8").value();
    layer.weightBits = 8;
    layer.work = {1'000'000'000, 1'000'000, 0, 0};
    const Projection projection = project(model, timing, parseDevice(kGood, "x").value());
    EXPECT_FALSE(projection.layers[0]);  // its work is not known
    ASSERT_TRUE(projection.layers[1]);
    EXPECT_DOUBLE_EQ(projection.layers[1]->floatMs, 4 + 0.25);      // 2 GFLOP at half of 1 TFLOP/s
    EXPECT_DOUBLE_EQ(projection.layers[1]->quantizedMs, 1 + 0.25);  // half of 4 TOP/s
    EXPECT_EQ(projection.layers[1]->bound, "compute");
    EXPECT_EQ(projection.device, "X");
}

}  // namespace
}  // namespace roundoff::speed
