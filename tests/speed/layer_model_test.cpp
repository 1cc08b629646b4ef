// A layer alone computes what it computes in the model.
#include "core/speed/layer_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/formats/format.h"
#include "tests/support/temp_folder.h"

namespace roundoff::speed {
namespace {

class LayerModels : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Samples, LayerModels, testing::Values("digits", "shakespeare"), [](const auto& each) { return each.param; });

std::vector<float> floats(const tensor::TensorView& view) {
    std::vector<float> values(view.count());
    tensor::readFloats(view, 0, values);
    return values;
}

TEST_P(LayerModels, ComputeWhatTheyComputeInTheModel) {
    Job job;
    const auto model = formats::openModel(std::string(ROUNDOFF_SOURCE_DIR "/resources/samples/") + GetParam() + ".onnx", job).value();
    const runtime::Sample sample = runtime::syntheticSamples(model, 1, 32, 5).value()[0];
    const auto parts = layerParts(model);
    ASSERT_EQ(parts.size(), model.layers().size());
    const test::TempFolder folder;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const model::Layer& layer = model.layers()[i];
        SCOPED_TRACE(layer.name);
        ASSERT_EQ(parts[i].whyNot, "");
        const std::string output = model.graph().nodes[layer.uses[0]].outputs[0];
        auto names = parts[i].inputs;
        names.push_back(output);
        auto values = captureValues(model, names, sample, job).value();
        const auto expected = floats(values.back().view());
        values.pop_back();
        const auto small = layerModel(model, parts[i], values, folder.path() / (std::to_string(i) + ".onnx"), job).value();
        EXPECT_EQ(small.graph().nodes.size(), parts[i].nodes.size());
        const model::Layer* same = sameLayer(small, model, layer);
        ASSERT_TRUE(same);
        EXPECT_EQ(same->shape, layer.shape);
        const auto outputs = runtime::Session::open(small.info().path, {}).value().run(values, job).value();
        const auto found = std::ranges::find_if(outputs, [&](const auto& each) { return each.name == output; });
        ASSERT_NE(found, outputs.end());
        const auto actual = floats(found->view());
        ASSERT_EQ(actual.size(), expected.size());
        float most = 0;
        for (const float v : expected) most = std::max(most, std::abs(v));
        for (std::size_t k = 0; k < actual.size(); ++k) ASSERT_NEAR(actual[k], expected[k], 1e-5F * most) << k;
    }
}

TEST(LayerWork, CountsMultiplicationsAsOneWouldByHand) {
    const auto value = [](tensor::Shape shape) { return runtime::NamedTensor{"", tensor::ElementType::Float32, std::move(shape), {}}; };
    model::Layer layer;
    layer.op = "Conv";
    layer.shape = {16, 8, 3, 3};
    layer.parameters = 16 * 8 * 9;
    layer.outputAxis = 0;
    EXPECT_EQ(workOf(layer, {value({1, 8, 10, 10})}, {value({1, 16, 10, 10})}).macs, 16u * 100 * 8 * 9);
    layer.shape = {16, 1, 3, 3};  // depthwise
    layer.parameters = 16 * 9;
    EXPECT_EQ(workOf(layer, {value({1, 16, 10, 10})}, {value({1, 16, 10, 10})}).macs, 16u * 100 * 9);
    layer.op = "MatMul";
    layer.shape = {64, 32};
    layer.parameters = 64 * 32;
    layer.outputAxis = 1;
    EXPECT_EQ(workOf(layer, {value({1, 7, 64})}, {value({1, 7, 32})}).macs, 7u * 64 * 32);
    layer.op = "ConvTranspose";  // [in, out, kh, kw]
    layer.shape = {8, 4, 2, 2};
    layer.parameters = 8 * 4 * 4;
    layer.outputAxis = 1;
    EXPECT_EQ(workOf(layer, {value({1, 8, 5, 5})}, {value({1, 4, 10, 10})}).macs, 8u * 25 * 4 * 4);
    layer.op = "Gather";
    EXPECT_EQ(workOf(layer, {value({3})}, {value({3, 4})}).macs, 0u);
}

}  // namespace
}  // namespace roundoff::speed
