#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include "core/exports/target.h"
#include "core/formats/format.h"
#include "core/runtime/session.h"
#include "tests/support/temp_folder.h"

namespace roundoff::exports {
namespace {

namespace fs = std::filesystem;

const std::string kSamples = ROUNDOFF_SOURCE_DIR "/resources/samples/";

analysis::Recipe recipe(const std::string& scheme) {
    analysis::Recipe made;
    made.standard = schemes::parseScheme(scheme).value();
    return made;
}

std::string read(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}
void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

ExportOptions unproven() {
    ExportOptions options;
    options.verify = false;
    return options;
}
ExportOptions excluding(const std::string& regex) {
    ExportOptions options;
    options.exclude = regex;
    return options;
}
ExportOptions external() {
    ExportOptions options;
    options.externalData = true;
    return options;
}

class Export : public testing::Test {
protected:
    void SetUp() override {
        m_out = m_folder / "out.onnx";
    }

    model::Model open(const fs::path& path) {
        auto opened = formats::openModel(path, m_job);
        EXPECT_TRUE(opened) << opened.error().line();
        return opened.value();
    }
    Result<Exported> make(const std::string& sample, const std::string& scheme, const std::string& target,
                          ExportOptions options = {}) {
        return exportModel(open(kSamples + sample), recipe(scheme), *findTarget(target), m_out, options, m_job);
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(m_folder)) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

    test::TempFolder m_temporary;
    const fs::path m_folder = m_temporary.path();
    fs::path m_out;
    Job m_job;
};

struct Case {
    const char *sample, *scheme, *target, *exclude;
};
class ExportMatrix : public Export, public testing::WithParamInterface<Case> {};

TEST_P(ExportMatrix, IsWrittenProvenAndRuns) {
    const Case& c = GetParam();
    ExportOptions options;
    options.exclude = c.exclude;
    std::vector<std::string> steps;
    options.onStep = [&](const std::string& step, std::optional<bool> ok, const std::string&) {
        if (ok.has_value() && *ok) steps.push_back(step);
    };
    const auto exported = make(c.sample, c.scheme, c.target, options);
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_EQ(files(), std::vector<std::string>{"out.onnx"});
    EXPECT_EQ(exported->files, std::vector<fs::path>{m_out});
    EXPECT_EQ(exported->bytes, fs::file_size(m_out));
    EXPECT_EQ(steps.front(), "checking");
    EXPECT_EQ(steps.back(), "renaming");

    const model::Model model = open(kSamples + c.sample);
    ASSERT_EQ(exported->layers.size(), model.layers().size());
    std::size_t quantized = 0;
    for (const ExportedLayer& layer : exported->layers) {
        quantized += layer.status == analysis::Status::Quantized;
        EXPECT_EQ(layer.reason.empty(), layer.status == analysis::Status::Quantized) << layer.name;
    }
    EXPECT_GT(quantized, 0u);
    if (std::string(c.exclude).empty()) {
        EXPECT_EQ(quantized, model.layers().size());
    }

    const auto proof = verify(model, m_out, {}, m_job);
    ASSERT_TRUE(proof) << proof.error().line();
    EXPECT_TRUE(proof->ok());
    EXPECT_EQ(proof->checks.size(), 6u);
    ASSERT_EQ(proof->outputs.size(), 2u);
    for (const OutputComparison& output : proof->outputs) {
        EXPECT_TRUE(std::isfinite(output.sqnrDb));
        EXPECT_GT(output.cosine, 0);
        EXPECT_TRUE(output.synthetic);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ExportMatrix,
    testing::Values(
        Case{"digits.onnx", "int8", "onnx-qdq", ""}, Case{"digits.onnx", "int8:tensor", "onnx-qdq", ""},
        Case{"digits.onnx", "uint8:asym", "onnx-qdq", ""}, Case{"digits.onnx", "int4:g32:asym", "onnx-qdq", ""},
        Case{"digits.onnx", "uint4:asym", "onnx-qdq", ""}, Case{"digits.onnx", "int16", "onnx-qdq", ""},
        Case{"digits.onnx", "uint16:asym", "onnx-qdq", ""}, Case{"digits.onnx", "int2:g16", "onnx-qdq", ""},
        Case{"digits.onnx", "uint2:asym", "onnx-qdq", ""}, Case{"digits.onnx", "int3", "onnx-qdq", ""},
        Case{"digits.onnx", "int6:g64", "onnx-qdq", ""}, Case{"digits.onnx", "fp8-e4m3", "onnx-qdq", ""},
        Case{"digits.onnx", "fp8-e5m2:tensor", "onnx-qdq", ""}, Case{"digits.onnx", "log6", "onnx-fakequant", ""},
        Case{"digits.onnx", "int5:mse", "onnx-fakequant", ""}, Case{"shakespeare.onnx", "int8", "onnx-qdq", ""},
        Case{"shakespeare.onnx", "int8:tensor:asym", "onnx-qdq", ""},
        Case{"shakespeare.onnx", "int4:g32", "onnx-qdq", ""},
        Case{"shakespeare.onnx", "uint8:g64:asym", "onnx-qdq", ""},
        Case{"shakespeare.onnx", "fp8-e4m3:g128", "onnx-qdq", "embed"},
        Case{"shakespeare.onnx", "int4:g32", "onnx-matmulnbits", "embed"},
        Case{"shakespeare.onnx", "int4:g128:asym", "onnx-matmulnbits", "embed"},
        Case{"shakespeare.onnx", "uint4:g16:asym", "onnx-matmulnbits", "embed"},
        Case{"shakespeare.onnx", "int8:g256", "onnx-matmulnbits", "embed"},
        Case{"shakespeare.onnx", "uint8:g64:asym", "onnx-matmulnbits", "embed"},
        Case{"shakespeare.onnx", "int3:g32", "onnx-fakequant", ""},
        Case{"shakespeare.onnx", "log4", "onnx-fakequant", ""},
        Case{"shakespeare.onnx", "fp8-e5m2", "onnx-fakequant", "lm_head"}));

/// Outputs of a model run faithfully on made-up inputs.
std::vector<float> faithful(const model::Model& model, const fs::path& path) {
    Job job;
    auto session = runtime::Session::open(path, {runtime::SessionOptions::Level::Faithful, 1, 1});
    EXPECT_TRUE(session) << session.error().line();
    std::vector<float> values;
    const auto samples = runtime::syntheticSamples(model, 2, 32, 5);
    for (const auto& sample : *samples) {
        const auto out = session->run(sample, job);
        EXPECT_TRUE(out) << out.error().line();
        const auto* floats = reinterpret_cast<const float*>((*out)[0].bytes.data());
        values.insert(values.end(), floats, floats + (*out)[0].bytes.size() / 4);
    }
    return values;
}

TEST_F(Export, CodesAndFakeQuantizedWeightsGiveTheSameOutputs) {
    for (const auto& [sample, scheme, other, exclude] :
         {Case{"digits.onnx", "int8", "onnx-qdq", ""}, Case{"digits.onnx", "fp8-e4m3", "onnx-qdq", ""},
          Case{"shakespeare.onnx", "int4:g32:asym", "onnx-qdq", ""},
          Case{"shakespeare.onnx", "int4:g32:asym", "onnx-matmulnbits", "embed"},
          Case{"shakespeare.onnx", "int8:g32", "onnx-matmulnbits", "embed"}}) {
        ExportOptions options;
        options.verify = false;
        options.exclude = exclude;
        const model::Model model = open(kSamples + sample);
        std::vector<std::vector<float>> results;
        for (const char* target : {other, "onnx-fakequant"}) {
            const auto exported = make(sample, scheme, target, options);
            ASSERT_TRUE(exported) << exported.error().line();
            results.push_back(faithful(model, m_out));
        }
        ASSERT_EQ(results[0].size(), results[1].size());
        double largest = 0, scale = 0;
        for (std::size_t i = 0; i < results[0].size(); ++i) {
            largest = std::max(largest, double(std::abs(results[0][i] - results[1][i])));
            scale = std::max(scale, double(std::abs(results[1][i])));
        }
        EXPECT_LE(largest, 1e-6 * scale * (std::string(other) == "onnx-matmulnbits" ? 10 : 1))
            << sample << scheme << other;
    }
}

TEST_F(Export, AnyFlippedBitFailsTheProof) {
    ASSERT_TRUE(make("digits.onnx", "int8", "onnx-qdq", unproven()));
    const model::Model model = open(kSamples + "digits.onnx");
    const std::string good = read(m_out);
    std::vector<std::size_t> places;
    for (std::size_t byte = 0; byte < good.size(); byte += 257) places.push_back(byte);  // names, codes, everything
    for (std::size_t byte = good.size() - std::min<std::size_t>(good.size(), 400); byte < good.size(); byte += 7)
        places.push_back(byte);
    for (const char* word :
         {"roundoff.digest", "roundoff.recipe", "roundoff.target", "stem.weight", "DequantizeLinear"}) {
        const std::size_t at = good.find(word);
        ASSERT_NE(at, std::string::npos) << word;
        places.push_back(at);
        places.push_back(at + std::string(word).size() + 3);
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::string bad = good;
        bad[places[i]] = char(bad[places[i]] ^ (1 << i % 8));
        write(m_out, bad);
        const auto proof = verify(model, m_out, {}, m_job);
        ASSERT_FALSE(proof && proof->ok()) << "byte " << places[i] << " bit " << i % 8;
    }
}

TEST_F(Export, ADamagedWeightIsNamed) {
    ASSERT_TRUE(make("digits.onnx", "int8", "onnx-qdq"));
    const model::Model model = open(kSamples + "digits.onnx"), exported = open(m_out);
    for (const model::Layer& layer : exported.layers()) {
        if (layer.name.find("block1.pointwise") == std::string::npos) continue;
        std::string bytes = read(m_out);
        bytes[exported.tensors()[layer.weight].offset] ^= 1;
        write(m_out, bytes);
    }
    const auto proof = verify(model, m_out, {}, m_job);
    ASSERT_TRUE(proof) << proof.error().line();
    for (const Check& check : proof->checks) {
        EXPECT_EQ(check.ok, check.name != "digest" && check.name != "weights bit for bit")
            << check.name << check.detail;
        if (check.name == "weights bit for bit") {
            EXPECT_NE(check.detail.find("block1.pointwise"), std::string::npos) << check.detail;
        }
    }
}

TEST_F(Export, RefusalsNameTheLayerAndTheWayOut) {
    struct Refusal {
        const char *scheme, *target, *words;
    };
    for (const auto& [scheme, target, words] :
         {Refusal{"log4", "onnx-qdq", "onnx-fakequant"}, Refusal{"int8/uint8:dynamic", "onnx-qdq", "onnx-dynamic"},
          Refusal{"int8/int6", "onnx-qdq", "whole type"}, Refusal{"int8/nf4", "onnx-qdq", "no type"}, Refusal{"int8/uint8", "onnx-matmulnbits", "slash"},
          Refusal{"int4:g32", "onnx-matmulnbits", "embed"}, Refusal{"int2:g32", "onnx-matmulnbits", "bits"},
          Refusal{"int8:asymfloat", "onnx-qdq", "zero point"}, Refusal{"int8:b32x32", "onnx-qdq", "by tensor, channel or group"},
          Refusal{"int4:g32:asymfloat", "onnx-matmulnbits", "zero points"}, Refusal{"int8", "onnx-matmulnbits", "group"}, Refusal{"int4:g48", "onnx-matmulnbits", "power of two"}}) {
        write(m_out, "old");
        const auto exported = make("shakespeare.onnx", scheme, target);
        ASSERT_FALSE(exported) << scheme << target;
        EXPECT_EQ(exported.error().code, ErrorCode::Usage);
        EXPECT_NE(exported.error().line().find(words), std::string::npos) << exported.error().line();
        EXPECT_NE(exported.error().where.find("layer "), std::string::npos);
        EXPECT_NE(exported.error().remedy.find("--exclude"), std::string::npos);
        EXPECT_EQ(read(m_out), "old");
        EXPECT_EQ(files().size(), 1u);
    }
}

TEST_F(Export, NeverOverItsOwnInput) {
    m_out = m_folder / "model.onnx";
    fs::copy_file(kSamples + "digits.onnx", m_out);
    const std::string before = read(m_out);
    fs::create_symlink(m_out, m_folder / "link.onnx");
    fs::create_hard_link(m_out, m_folder / "hard.onnx");
    const model::Model model = open(m_out);
    for (const fs::path& path :
         {m_out, m_folder / "." / "model.onnx", m_folder / "link.onnx", m_folder / "hard.onnx"}) {
        const auto exported = exportModel(model, recipe("int8"), *findTarget("onnx-qdq"), path, {}, m_job);
        ASSERT_FALSE(exported) << path;
        EXPECT_EQ(exported.error().code, ErrorCode::Usage);
    }
    EXPECT_EQ(read(m_out), before);
    EXPECT_EQ(files().size(), 3u);
}

TEST_F(Export, BadPlacesAreRefused) {
    const model::Model model = open(kSamples + "digits.onnx");
    for (const fs::path& path : {m_folder / "none" / "out.onnx", m_folder, fs::path("/proc/out.onnx")}) {
        const auto exported = exportModel(model, recipe("int8"), *findTarget("onnx-qdq"), path, {}, m_job);
        ASSERT_FALSE(exported) << path;
        EXPECT_FALSE(exported.error().remedy.empty());
    }
    EXPECT_TRUE(files().empty());
    const auto regex = make("digits.onnx", "int8", "onnx-qdq", excluding("("));
    ASSERT_FALSE(regex);
    EXPECT_EQ(regex.error().code, ErrorCode::Usage);
}

TEST_F(Export, ACancelLeavesNothing) {
    const model::Model model = open(kSamples + "shakespeare.onnx");
    for (const double at : {0.0, 0.2, 0.45, 0.6, 0.9}) {
        write(m_out, "old");
        std::stop_source stop;
        Job job(stop.get_token(), [&](double fraction, std::string_view) {
            if (fraction >= at) stop.request_stop();
        });
        const auto exported = exportModel(model, recipe("int4:g32"), *findTarget("onnx-qdq"), m_out, {}, job);
        ASSERT_FALSE(exported) << at;
        EXPECT_EQ(exported.error().code, ErrorCode::Cancelled) << exported.error().line();
        EXPECT_EQ(read(m_out), "old");
        EXPECT_EQ(files().size(), 1u);
    }
}

TEST_F(Export, TheNewFileTakesTheOldOnesPlace) {
    const model::Model model = open(kSamples + "digits.onnx");
    write(m_out, "old");
    fs::permissions(m_out, fs::perms(0640));
    const fs::path link = m_folder / "link.onnx";
    fs::create_symlink(m_out.filename(), link);
    const auto exported = exportModel(model, recipe("int8"), *findTarget("onnx-qdq"), link, unproven(), m_job);
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_NE(read(m_out), "old");
    EXPECT_EQ(fs::status(m_out).permissions(), fs::perms(0640));
    EXPECT_EQ(files().size(), 2u);
}

TEST_F(Export, WhatAKilledExportLeftIsSweptButNotWhatAnotherWrites) {
    const fs::path left = m_folder / ".roundoff-0123456789abcdef", live = m_folder / ".roundoff-fedcba9876543210";
    for (const fs::path& folder : {left, live, m_folder / ".roundoff-notes"}) {
        fs::create_directory(folder);
        write(folder / "out.onnx", "half");
    }
    const int held = ::open(live.c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(::flock(held, LOCK_EX), 0);
    const auto exported = exportModel(open(kSamples + "digits.onnx"), recipe("int8"), *findTarget("onnx-qdq"), m_out, unproven(), m_job);
    ::close(held);
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(live / "out.onnx"));
    EXPECT_TRUE(fs::exists(m_folder / ".roundoff-notes"));
}

TEST_F(Export, AFullDiskLeavesTheOldFile) {
    const model::Model model = open(kSamples + "shakespeare.onnx");
    write(m_out, "old");
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{200'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    const auto exported = exportModel(model, recipe("int8"), *findTarget("onnx-qdq"), m_out, {}, m_job);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(exported);
    EXPECT_EQ(exported.error().code, ErrorCode::Failed) << exported.error().line();
    EXPECT_EQ(read(m_out), "old");
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(Export, AFailedCheckKeepsTheOldFileAndNamesTheCheck) {
    Target clumsy = *findTarget("onnx-qdq");
    clumsy.write = [](const model::Model& model, const analysis::Recipe& recipe_, const fs::path& temporary,
                      const fs::path& final_, const ExportOptions& options, Job& job) {
        analysis::Recipe other = recipe_;
        other.layers["stem"] = other.standard;
        other.layers["stem"].weight.range.rule = schemes::Range::Rule::Mse;
        auto exported = findTarget("onnx-qdq")->write(model, other, temporary, final_, options, job);
        // Says it took another range than it did.
        std::string bytes = read(temporary);
        const std::size_t at = bytes.find(":mse:");
        if (at != std::string::npos) bytes.replace(at, 5, ":p50:");
        write(temporary, bytes);
        return exported;
    };
    write(m_out, "old");
    const auto exported = exportModel(open(kSamples + "digits.onnx"), recipe("int8"), clumsy, m_out, {}, m_job);
    ASSERT_FALSE(exported);
    EXPECT_NE(exported.error().what.find("weights bit for bit"), std::string::npos) << exported.error().line();
    EXPECT_EQ(read(m_out), "old");
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(Export, ExternalDataGoesBesideTheFileAndIsReplacedSafely) {
    for (const char* scheme : {"int8", "int4:g32"}) {
        const auto exported = make("shakespeare.onnx", scheme, "onnx-qdq", external());
        ASSERT_TRUE(exported) << exported.error().line();
        ASSERT_EQ(exported->files.size(), 2u);
        EXPECT_LT(fs::file_size(exported->files[0]), 200'000u);
        EXPECT_GT(fs::file_size(exported->files[1]), 1'000'000u);
        EXPECT_EQ(files().size(), 2u) << "the old data file is gone, nothing else came";
        const model::Model model = open(kSamples + "shakespeare.onnx");
        EXPECT_TRUE(verify(model, m_out, {}, m_job)->ok());
        std::string bytes = read(exported->files[1]);
        bytes[bytes.size() / 2] ^= 4;
        write(exported->files[1], bytes);
        EXPECT_FALSE(verify(model, m_out, {}, m_job)->ok());
    }
}

TEST_F(Export, OthersFilesAreNoExports) {
    const model::Model model = open(kSamples + "digits.onnx");
    const auto proof = verify(model, kSamples + "digits.onnx", {}, m_job);
    ASSERT_FALSE(proof);
    EXPECT_NE(proof.error().line().find("not exported by Roundoff"), std::string::npos);
    write(m_out, "just text");
    EXPECT_FALSE(verify(model, m_out, {}, m_job));
    EXPECT_FALSE(verify(model, m_folder / "none.onnx", {}, m_job));
}

TEST_F(Export, AnotherModelDoesNotPass) {
    ASSERT_TRUE(make("digits.onnx", "int8", "onnx-qdq"));
    const auto proof = verify(open(kSamples + "shakespeare.onnx"), m_out, {}, m_job);
    EXPECT_FALSE(proof && proof->ok());
}

TEST_F(Export, RealDataForTheProof) {
    ExportOptions options;
    options.data.path = kSamples + "digits.calib";
    const auto exported = make("digits.onnx", "int8", "onnx-qdq", options);
    ASSERT_TRUE(exported) << exported.error().line();
    const auto& outputs = exported->verification->outputs;
    ASSERT_EQ(outputs.size(), 2u);
    for (const OutputComparison& output : outputs) {
        EXPECT_FALSE(output.synthetic);
        EXPECT_GE(output.sameTop1.value(), 0.9);
        EXPECT_GT(output.sqnrDb, 25);
    }
    EXPECT_NE(outputs[0].conditions, outputs[1].conditions);
}

}  // namespace
}  // namespace roundoff::exports
