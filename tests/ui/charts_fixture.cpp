#include "tests/ui/charts_fixture.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

#include "core/formats/format.h"

namespace roundoff::ui::tests {
namespace {

class Memory final : public model::Source {
public:
    std::vector<std::shared_ptr<std::vector<float>>> payloads;
    std::vector<tensor::Shape> shapes;

    [[nodiscard]] Result<tensor::TensorData> data(std::size_t index) const override {
        const auto& payload = payloads[index];
        tensor::TensorData result;
        result.view = {tensor::ElementType::Float32, shapes[index], std::as_bytes(std::span<const float>(*payload))};
        result.owner = payload;
        return result;
    }
};

std::vector<float> fill(const LayerPlan& plan, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 0.05F);
    std::vector<float> values(std::size_t(plan.rows) * std::size_t(plan.columns));
    for (std::size_t i = 0; i < values.size(); ++i) {
        switch (plan.weights) {
            case Weights::Gaussian:
            case Weights::SomeNan: values[i] = normal(random) * (0.7F + 0.6F * float(i % unsigned(plan.columns)) / float(plan.columns)); break;
            case Weights::HeavyTail: values[i] = normal(random) * (random() % 200 == 0 ? 6.0F : 1.0F); break;
            case Weights::Constant: values[i] = 0.125F; break;
            case Weights::TwoValues: values[i] = i % 3 ? 0.5F : -0.25F; break;
            case Weights::AllNan: values[i] = std::numeric_limits<float>::quiet_NaN(); break;
        }
    }
    if (plan.weights == Weights::SomeNan) values[7] = values[9] = std::numeric_limits<float>::quiet_NaN();
    return values;
}

}  // namespace

schemes::Scheme schemeOf(const std::string& text) {
    auto scheme = schemes::parseScheme(text);
    if (!scheme) throw std::runtime_error(scheme.error().line());
    return *scheme;
}

model::Model makeModel(const std::vector<LayerPlan>& plan) {
    auto source = std::make_shared<Memory>();
    model::Info info;
    info.path = "memory.onnx";
    info.format = "onnx";
    std::vector<model::Tensor> tensors;
    std::vector<model::Layer> layers;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const LayerPlan& one = plan[i];
        source->payloads.push_back(std::make_shared<std::vector<float>>(fill(one, unsigned(i) + 1)));
        source->shapes.push_back({one.rows, one.columns});
        const std::uint64_t count = source->payloads.back()->size();
        tensors.push_back({one.name + ".weight", tensor::ElementType::Float32, source->shapes.back(), count * 4, info.path, 0});
        model::Layer layer;
        layer.name = one.name;
        layer.op = "MatMul";
        layer.weight = i;
        layer.shape = source->shapes.back();
        layer.parameters = count;
        layer.outputAxis = 1;
        layer.reductionAxis = 0;
        layers.push_back(layer);
        info.parameters += count;
        info.bytes += count * 4;
    }
    return model::Model(std::move(info), std::move(tensors), std::move(layers), {}, source);
}

std::vector<LayerPlan> languageModel() {
    std::vector<LayerPlan> plan;
    for (int block = 0; block < 4; ++block) {
        const std::string prefix = "layers." + std::to_string(block) + ".";
        for (const char* name : {"attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.o_proj"}) {
            plan.push_back({prefix + name, 256, 256, block == 1 ? Weights::HeavyTail : Weights::Gaussian});
        }
        for (const char* name : {"mlp.gate_proj", "mlp.up_proj"}) plan.push_back({prefix + name, 256, 640});
        plan.push_back({prefix + "mlp.down_proj", 640, 256, Weights::HeavyTail});
    }
    plan.push_back({"lm_head", 256, 256});
    return plan;
}

State makeState(const std::vector<LayerPlan>& plan, const std::string& scheme, const std::vector<std::string>& others,
                int current) {
    return makeState(makeModel(plan), scheme, others, current);
}

model::Model openSample(const std::string& file) {
    Job job;
    auto model = formats::openModel(std::string(ROUNDOFF_SOURCE_DIR) + "/resources/samples/" + file, job);
    if (!model) throw std::runtime_error(model.error().line());
    return *model;
}

State makeState(const model::Model& model, const std::string& scheme, const std::vector<std::string>& others,
                int current) {
    State state;
    state.model = model;
    state.title = QStringLiteral("memory.onnx");
    state.recipe.standard = schemeOf(scheme);
    std::vector<analysis::Recipe> recipes{state.recipe};
    for (const auto& other : others) {
        state.compared.push_back(schemeOf(other));
        recipes.push_back({schemeOf(other), {}});
    }
    Job job;
    auto comparison = analysis::compare(state.model, recipes, {}, job);
    if (!comparison) throw std::runtime_error(comparison.error().line());
    state.comparison = std::make_shared<analysis::Comparison>(std::move(*comparison));
    state.visible.resize(model.layers().size());
    std::iota(state.visible.begin(), state.visible.end(), 0);
    state.current = current;
    if (!model.layers().empty()) {
        auto close = analysis::distribution(state.model, std::size_t(current), state.recipe.standard, job);
        if (close) state.distribution = std::make_shared<analysis::Distribution>(std::move(*close));
    }
    return state;
}

State makeLargeState(int layers, int columns) {
    State state;
    std::vector<LayerPlan> plan;
    for (int i = 0; i < layers; ++i) {
        plan.push_back({"model.decoder.blocks." + std::to_string(i / 7) + ".submodule_" + std::to_string(i % 7) +
                            ".projection_with_a_long_name",
                        1 + i % 13, 7});
    }
    state.model = makeModel(plan);
    auto comparison = std::make_shared<analysis::Comparison>();
    const std::vector<std::string> words{"int8", "int4:g32:asym", "int6", "fp8-e4m3", "log4", "uint4", "int2", "int3"};
    for (int c = 0; c < columns; ++c) {
        analysis::Report report;
        report.recipe.standard = schemeOf(words[std::size_t(c) % words.size()]);
        for (int i = 0; i < layers; ++i) {
            analysis::LayerReport layer;
            layer.status = i % 97 == 5 ? analysis::Status::Kept : analysis::Status::Quantized;
            if (layer.status == analysis::Status::Kept) {
                layer.reason = "excluded";
            } else {
                analysis::WeightError error;
                error.count = 91;
                error.signal = 1;
                error.noise = std::pow(10.0, -(1.0 + c * 0.7 + double((i * 7919) % 1000) / 700));
                error.quantized = 1;
                error.product = 1 - error.noise / 2;
                error.stepSquares = 91 * error.noise / 7;
                error.maxAbsError = std::sqrt(error.noise);
                layer.weight = error;
            }
            layer.bytesBefore = 364;
            layer.bytesAfter = 91;
            report.layers.push_back(layer);
        }
        comparison->reports.push_back(std::move(report));
    }
    comparison->statistics.resize(std::size_t(layers));
    state.comparison = comparison;
    state.visible.resize(std::size_t(layers));
    std::iota(state.visible.begin(), state.visible.end(), 0);
    state.current = layers > 0 ? layers / 2 : -1;
    return state;
}

}  // namespace roundoff::ui::tests
