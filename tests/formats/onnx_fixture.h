#pragma once
#include <gmock/gmock.h>

#include <memory>
#include <stop_token>

#include "core/formats/format.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temp_folder.h"

namespace roundoff::formats {

/// Opens serialized models as files of a folder of their own.
class OnnxTest : public testing::Test {
protected:
    Result<model::Model> tryOpen(std::string_view bytes, const std::string& name = "model.onnx") {
        return openModel(m_folder.write(name, bytes), m_job);
    }
    model::Model open(std::string_view bytes, const std::string& name = "model.onnx") {
        auto model = tryOpen(bytes, name);
        EXPECT_TRUE(model) << model.error().line();
        return model ? std::move(*model) : model::Model();
    }
    /// The one line that a user reads, without the folder.
    std::string refusal(std::string_view bytes) {
        const auto model = tryOpen(bytes);
        if (model) return "opened";
        EXPECT_EQ(model.error().code, ErrorCode::BadInput);
        return line(model.error());
    }
    std::string line(const Error& error) const {
        std::string text = error.line();
        const std::string folder = m_folder.path().string() + "/";
        for (std::size_t at; (at = text.find(folder)) != std::string::npos;) text.erase(at, folder.size());
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        return text;
    }

    /// A job whose caller wants out. (On the heap, as GCC 12 else takes the source for uninitialized.)
    static Job cancelledJob() {
        const auto stop = std::make_unique<std::stop_source>();
        stop->request_stop();
        return Job(stop->get_token(), {});
    }

    test::TempFolder m_folder;
    Job m_job;
};

}  // namespace roundoff::formats
