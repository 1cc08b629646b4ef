#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/simulation.h"
#include "core/exports/activation_notes.h"
#include "core/exports/activation_plan.h"
#include "core/exports/digest.h"
#include "core/exports/provenance.h"
#include "core/exports/target.h"
#include "core/formats/format.h"
#include "core/formats/onnx/edit.h"
#include "core/runtime/session.h"
#include "tests/exports/exported_fixture.h"

namespace roundoff::exports {
namespace {

using ::testing::Contains, ::testing::Each, ::testing::HasSubstr, ::testing::Not;

class StaticExport : public ExportedTest {};

TEST_F(StaticExport, DigitsRunsInIntegerKernelsThroughout) {
    const auto exported = make(digits(), "int8/uint8", "onnx-qdq");
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(exported->verification->ok());
    ASSERT_EQ(exported->nodes.size(), digits().graph().nodes.size());
    for (const analysis::NodeReport& node : exported->nodes) {
        EXPECT_EQ(node.status, analysis::Status::Quantized) << node.name;
        EXPECT_FALSE(node.reason.empty());
    }
    const auto ops = optimizedOps();
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "QLinearConv"), 9);
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "QuantizeLinear"), 1) << "the entrance";
    EXPECT_THAT(ops, Contains("QGemm"));
    for (const char* op : {"DequantizeLinear", "Conv", "FusedConv", "Gemm", "Relu"}) EXPECT_THAT(ops, Not(Contains(op)));
}

TEST_F(StaticExport, SevenBitWeightsAreStoredInEightAndFuse) {
    const auto exported = make(digits(), "int7/uint8", "onnx-qdq");
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(exported->verification->ok());
    const model::Model file = open(m_out);
    for (const model::Layer& layer : file.layers()) {
        EXPECT_EQ(file.tensors()[layer.weight].type, tensor::ElementType::Int8) << layer.name;
        const auto codes = file.weight(layer).value();
        for (const std::byte code : codes.view.bytes) ASSERT_LE(std::abs(int(std::int8_t(code))), 63);
    }
    const auto ops = optimizedOps();
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "QLinearConv"), 9);
}

TEST_F(StaticExport, EverySchemeIsWrittenProvenAndRuns) {
    for (const char* scheme : {"int8/int8", "int8/int8:asym", "uint8/uint8", "int8:tensor/uint8:p99.9", "int8/int16", "int8/uint16:mse",
                               "fp8-e4m3/fp8-e4m3", "int4:g32/int8", "int6/uint8:pot"}) {
        const auto exported = make(digits(), scheme, "onnx-qdq");
        ASSERT_TRUE(exported) << scheme << exported.error().line();
        EXPECT_TRUE(exported->verification->ok()) << scheme;
        ASSERT_EQ(exported->verification->checks.size(), 8u);
        EXPECT_EQ(exported->verification->checks.back().name, "as simulated");
        EXPECT_THAT(exported->verification->checks.back().detail, HasSubstr("against the simulation")) << scheme;
        for (const OutputComparison& output : exported->verification->outputs) EXPECT_GT(output.cosine, 0.5) << scheme;
    }
    const auto wide = make(digits(), "int16/int16", "onnx-qdq");
    ASSERT_TRUE(wide) << wide.error().line();
    for (const OutputComparison& output : wide->verification->outputs) EXPECT_GT(output.sqnrDb, 45) << "next to nothing is lost";
}

TEST_F(StaticExport, TheFileComputesWhatTheSimulationSays) {
    const model::Model model = digits();
    for (const char* scheme : {"int8/uint8", "int8/int8", "int8/int16", "fp8-e4m3/fp8-e4m3"}) {
        ASSERT_TRUE(make(model, scheme, "onnx-qdq")) << scheme;
        analysis::Report report;
        report.recipe = recipe(scheme);
        for (std::size_t i = 0; i < model.layers().size(); ++i) {
            auto& layer = report.layers.emplace_back();
            layer.status = analysis::Status::Quantized;
            layer.scheme = report.recipe.standard;
        }
        const auto weights = analysis::quantizedWeights(model, report, m_job);
        ASSERT_TRUE(weights);
        auto simulation = analysis::Simulation::open(model, report, &*weights, m_calibration.get(), {}, m_job);
        ASSERT_TRUE(simulation) << simulation.error().line();
        auto session = runtime::Session::open(m_out, {runtime::SessionOptions::Level::Faithful, 1, 2});
        ASSERT_TRUE(session);
        double signal = 0, noise = 0;
        for (const auto& sample : m_samples) {
            const auto expected = simulation->run(sample, m_job), actual = session->run(sample, m_job);
            ASSERT_TRUE(expected && actual);
            const auto values = [](const auto& outputs) {
                const auto& bytes = outputs->front().bytes;
                return std::span(reinterpret_cast<const float*>(bytes.data()), bytes.size() / 4);
            };
            for (std::size_t i = 0; i < values(actual).size(); ++i) {
                signal += std::pow(values(expected)[i], 2);
                noise += std::pow(values(expected)[i] - values(actual)[i], 2);
            }
        }
        EXPECT_GT(10 * std::log10(signal / noise), 35) << scheme;
    }
}

TEST_F(StaticExport, AFileThatLostAnOperatorFailsTheProof) {
    ASSERT_TRUE(make(digits(), "int8/int16", "onnx-qdq"));
    const model::Model file = open(m_out);
    const auto& nodes = file.graph().nodes;
    const auto relu = std::ranges::find(nodes, "Relu", &model::Node::op);
    ASSERT_NE(relu, nodes.end());
    auto edit = formats::onnx::OnnxEdit::begin(file);
    ASSERT_TRUE(edit);
    edit->changeOperator(std::size_t(relu - nodes.begin()), "Identity", "", relu->inputs, relu->outputs);
    edit->setMetadata(std::string(kDigestKey), kUnsealed);
    const auto changed = m_temporary.path() / "changed.onnx";
    ASSERT_TRUE(edit->write(changed, {}, m_job));
    ASSERT_TRUE(seal(changed, {}, m_job));
    const auto proof = verify(digits(), changed, m_data, m_job);
    ASSERT_TRUE(proof) << proof.error().line();
    for (const Check& check : proof->checks) EXPECT_EQ(check.ok, check.name != "as simulated") << check.name << ": " << check.detail;
    EXPECT_THAT(proof->checks.back().detail, HasSubstr("the file computes something else: output \"logits\""));
    EXPECT_FALSE(proof->ok());
    EXPECT_TRUE(verify(digits(), m_out, m_data, m_job)->ok());
}

TEST_F(StaticExport, WeightsThatAreNoNumbersAreWarnedOf) {
    model::Model model = digits();
    auto edit = formats::onnx::OnnxEdit::begin(model);
    ASSERT_TRUE(edit);
    const model::Layer& layer = model.layers()[1];
    std::vector<float> values(layer.parameters, 0.5F);
    values[7] = std::numeric_limits<float>::quiet_NaN();
    const auto bytes = std::as_bytes(std::span(values));
    edit->replaceTensor(layer.weight, tensor::ElementType::Float32, model.tensors()[layer.weight].shape,
                        [kept = std::vector<std::byte>(bytes.begin(), bytes.end())](auto& sink, Job&) { return sink.write(kept); });
    const auto path = m_temporary.path() / "broken.onnx";
    ASSERT_TRUE(edit->write(path, {}, m_job));
    ExportOptions options;
    options.verify = false;
    const auto exported = exportModel(open(path), recipe("int8"), *findTarget("onnx-qdq"), m_out, options, m_job);
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_THAT(exported->notes, Contains(HasSubstr("WARNING: " + layer.name + ": 1 NaN and 0 infinite of")));
}

TEST_F(StaticExport, TheRecipeAndTheRangesStandInTheFile) {
    ASSERT_TRUE(make(digits(), "int8/uint8", "onnx-qdq"));
    const model::Model file = open(m_out);
    EXPECT_THAT(file.info().metadata.at("roundoff.recipe"), HasSubstr("/uint8:tensor:asym:minmax:static"));
    EXPECT_THAT(file.info().metadata.at("roundoff.activations"), HasSubstr("stem.relu"));
}

TEST_F(StaticExport, ADamagedScaleOrBiasIsNamed) {
    ASSERT_TRUE(make(digits(), "int8/uint8", "onnx-qdq"));
    const std::string good = read(m_out);
    const model::Model file = open(m_out);
    for (const char* name : {"stem.relu_scale", "stem.relu_zero_point", "stem.bias_quantized"}) {
        const auto tensor = std::ranges::find(file.tensors(), name, &model::Tensor::name);
        ASSERT_NE(tensor, file.tensors().end()) << name;
        std::string bad = good;
        bad[tensor->offset] ^= 1;
        write(m_out, bad);
        const auto proof = verify(digits(), m_out, {}, m_job);
        ASSERT_TRUE(proof) << proof.error().line();
        for (const Check& check : proof->checks) {
            if (check.name == "runs in ONNX Runtime") continue;
            EXPECT_EQ(check.ok, check.name != "digest" && check.name != "activations") << name << check.name << check.detail;
        }
        write(m_out, good);
    }
    EXPECT_TRUE(verify(digits(), m_out, {}, m_job)->ok());
}

TEST_F(StaticExport, AnyFlippedBitFailsTheProof) {
    for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
        ASSERT_TRUE(make(digits(), "int8/uint8", target));
        const std::string good = read(m_out);
        for (std::size_t byte = 0; byte < good.size(); byte += 509) {
            std::string bad = good;
            bad[byte] = char(bad[byte] ^ (1 << byte % 8));
            write(m_out, bad);
            const auto proof = verify(digits(), m_out, {}, m_job);
            ASSERT_FALSE(proof && proof->ok()) << target << byte;
        }
    }
}

TEST_F(StaticExport, WithoutRangesItSaysWhatToGive) {
    m_calibration.reset();
    const auto exported = make(digits(), "int8/uint8", "onnx-qdq");
    ASSERT_FALSE(exported);
    EXPECT_EQ(exported.error().code, ErrorCode::Usage);
    EXPECT_THAT(exported.error().line(), HasSubstr("static activations need data to find their ranges. Give --calib DATA"));
}

TEST_F(StaticExport, ABiasThatDoesNotFitStaysFloat) {
    const float scales[] = {1e-3F, 1e-12F};
    const float fits[] = {1, 0}, tooLarge[] = {1, 1};
    const auto codes = analysis::biasCodes(fits, 0.5F, scales);
    ASSERT_TRUE(codes);
    EXPECT_EQ(codes->codes, (std::vector<std::int32_t>{2000, 0}));
    EXPECT_FALSE(analysis::biasCodes(tooLarge, 0.5F, scales));
}

TEST_F(StaticExport, AdviceOnSaturationComesOnlyWhereItHelps) {
    const auto advice = [](const char* cpu, const char* scheme) { return saturationAdvice(cpu, schemes::parseScheme(scheme).value()); };
    EXPECT_THAT(advice("AVX2", "int8/uint8"), HasSubstr("int7"));
    EXPECT_THAT(advice("AVX-512", "int8/int8"), HasSubstr("VNNI"));
    for (const char* scheme : {"int7/uint8", "uint8/uint8", "int8/int16", "int8"}) EXPECT_EQ(advice("AVX2", scheme), "") << scheme;
    for (const char* cpu : {"AVX-512 VNNI", "AVX2 VNNI", "NEON"}) EXPECT_EQ(advice(cpu, "int8/uint8"), "") << cpu;
}

}  // namespace
}  // namespace roundoff::exports
