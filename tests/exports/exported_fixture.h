#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/calibration/calibration.h"
#include "core/exports/target.h"
#include "core/formats/format.h"
#include "core/runtime/session.h"
#include "tests/support/temp_folder.h"

namespace roundoff::exports {

/// Exports of models with quantized activations, with ranges of the samples' own data.
class ExportedTest : public testing::Test {
protected:
    void SetUp() override {
        m_out = m_temporary.path() / "out.onnx";
        calibrate(digits(), kDigits + "calib");
    }

    model::Model open(const std::filesystem::path& path) {
        auto opened = formats::openModel(path, m_job);
        EXPECT_TRUE(opened) << opened.error().line();
        return opened.value();
    }
    model::Model digits() { return open(kDigits + "onnx"); }
    static analysis::Recipe recipe(const std::string& scheme) { return {schemes::parseScheme(scheme).value(), {}}; }

    /// Watches every value that a static scheme asks for, in a few samples.
    void calibrate(const model::Model& model, const std::string& data) {
        std::vector<std::string> values;
        for (const char* scheme : {"int8/uint8", "int8:tensor/uint8", "int8/int8"}) {
            const auto more = calibratedValues(model, recipe(scheme), *findTarget("onnx-qdq"), {});
            ASSERT_TRUE(more) << more.error().line();
            values.insert(values.end(), more->begin(), more->end());
        }
        m_data = data.empty() ? calibration::DataSource{} : calibration::DataSource{data, 0, 0};
        auto found = calibration::calibrate(model, values, m_data, calibration::Detail::Histograms, m_job);
        ASSERT_TRUE(found) << found.error().line();
        m_calibration = std::make_shared<const calibration::Calibration>(std::move(*found));
        const auto loaded = calibration::loadDataset(model, m_data, 20, m_job).value();
        m_samples.clear();
        for (std::size_t i = 0; i < loaded.count(); ++i) m_samples.push_back(loaded.sample(i).value());
    }
    Result<Exported> make(const model::Model& model, const std::string& scheme, const std::string& target,
                          const std::string& exclude = {}) {
        return make(model, recipe(scheme), target, exclude);
    }
    Result<Exported> make(const model::Model& model, const analysis::Recipe& how, const std::string& target,
                          const std::string& exclude = {}) {
        ExportOptions options;
        options.calibration = m_calibration;
        options.data = m_data;
        options.exclude = exclude;
        return exportModel(model, how, *findTarget(target), m_out, options, m_job);
    }
    /// Operators of the exported model as ONNX Runtime runs it.
    std::vector<std::string> optimizedOps() {
        const auto path = m_temporary.path() / "optimized.onnx";
        runtime::SessionOptions options;
        options.level = runtime::SessionOptions::Level::All;
        options.threads = 1;
        options.saveOptimized = path;
        std::filesystem::remove(path);
        const auto session = runtime::Session::open(m_out, options);
        EXPECT_TRUE(session) << session.error().line();
        std::vector<std::string> ops;
        const model::Model file = open(path);
        for (const model::Node& node : file.graph().nodes) ops.push_back(node.op);
        return ops;
    }
    static std::string read(const std::filesystem::path& path) {
        std::stringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    static void write(const std::filesystem::path& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
    }

    static inline const std::string kDigits = ROUNDOFF_SOURCE_DIR "/resources/samples/digits.";
    test::TempFolder m_temporary;
    std::filesystem::path m_out;
    calibration::DataSource m_data;
    std::shared_ptr<const calibration::Calibration> m_calibration;
    std::vector<runtime::Sample> m_samples;
    Job m_job;
};

}  // namespace roundoff::exports
