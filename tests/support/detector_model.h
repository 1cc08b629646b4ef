#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/onnx_builder.h"
#include "tests/support/random.h"

namespace roundoff::test {

/// A network as large as a mobile text detector: 62 convolutions with Relu on a 3×320×320 picture, inverted bottlenecks below,
/// three scales joined above. Weights are made up (He et al., so that signals neither die nor grow); ModelProto bytes.
inline std::string detectorModel() {
    GraphBuilder graph;
    Random random(1);
    int count = 0;
    const auto conv = [&](const std::string& x, std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, bool depthwise,
                          bool relu) {
        const std::string name = "conv" + std::to_string(count++), raw = relu ? name + ".raw" : name;
        const std::int64_t reduced = (depthwise ? 1 : in) * kernel * kernel;
        std::vector<float> weight(std::size_t(out * reduced)), bias(static_cast<std::size_t>(out));
        for (float& w : weight) w = float(std::sqrt((relu ? 2.0 : 1.0) / double(reduced)) * random.gauss());
        for (float& b : bias) b = float(0.05 * random.gauss());
        graph.floats(name + ".weight", {out, depthwise ? 1 : in, kernel, kernel}, weight).floats(name + ".bias", {out}, bias);
        const std::int64_t pad = kernel / 2;
        graph.node("Conv", {x, name + ".weight", name + ".bias"}, {raw},
                   {{"kernel_shape", std::vector{kernel, kernel}}, {"strides", std::vector{stride, stride}},
                    {"pads", std::vector{pad, pad, pad, pad}}, {"group", depthwise ? in : 1}}, name);
        if (relu) graph.node("Relu", {raw}, {name}, {}, name + ".relu");
        return name;
    };
    const auto add = [&](const std::string& a, const std::string& b) {
        const std::string name = b + ".sum";
        graph.node("Add", {a, b}, {name}, {}, name);
        return name;
    };

    graph.input("image", ElementType::Float32, {1, 3, 320, 320});
    std::string x = conv("image", 3, 16, 3, 2, false, true);
    std::int64_t width = 16;
    struct Stage {
        std::int64_t width, stride;
    };
    std::vector<std::string> scales;
    for (const Stage& stage : {Stage{16, 1}, {24, 2}, {40, 2}, {80, 2}, {112, 1}, {160, 2}}) {
        for (int block = 0; block < 3; ++block) {
            const std::int64_t inner = 4 * width, stride = block == 0 ? stage.stride : 1;
            const std::string wide = conv(x, width, inner, 1, 1, false, true), seen = conv(wide, inner, inner, 3, stride, true, true),
                              narrow = conv(seen, inner, stage.width, 1, 1, false, false);
            x = stride == 1 && width == stage.width ? add(x, narrow) : narrow;
            width = stage.width;
        }
        if (stage.width == 40 || stage.width == 112 || stage.width == 160) scales.push_back(x);
    }
    graph.floats("twice", {4}, {1, 1, 2, 2});
    const std::int64_t widths[] = {40, 112, 160};
    std::string joined = conv(scales[2], widths[2], 64, 1, 1, false, false);
    for (int scale = 1; scale >= 0; --scale) {
        const std::string side = conv(scales[std::size_t(scale)], widths[scale], 64, 1, 1, false, false), larger = joined + ".twice";
        graph.node("Resize", {joined, "", "twice"}, {larger}, {{"mode", "nearest"}}, larger);
        joined = conv(add(larger, side), 64, 64, 3, 1, false, true);
    }
    const std::string last = conv(joined, 64, 24, 3, 1, false, true);
    graph.node("Sigmoid", {conv(last, 24, 1, 1, 1, false, false)}, {"map"}, {}, "map");
    graph.output("map", ElementType::Float32, {1, 1, 40, 40});
    return onnxModel(graph);
}

}  // namespace roundoff::test
