#include "core/calibration/preview.h"

#include <gmock/gmock.h>

#include "core/formats/format.h"
#include "tests/support/npy.h"
#include "tests/support/png.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_model.h"

namespace roundoff::calibration {
namespace {

using ::testing::Contains, ::testing::HasSubstr, ::testing::IsEmpty;
using tensor::ElementType;
using testing_support::input;
using testing_support::toyModel;

const std::filesystem::path kSamples = std::filesystem::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

class DataPreview : public testing::Test {
protected:
    test::TempFolder m_folder;
    Job m_job;
};

TEST_F(DataPreview, OfPicturesWithLabels) {
    const auto model = formats::openModel((kSamples / "digits.onnx").string(), m_job).value();
    const auto shown = preview(model, {kSamples / "digits.eval"}, m_job);
    ASSERT_TRUE(shown) << shown.error().line();
    EXPECT_EQ(shown->count, 500U);
    EXPECT_EQ(shown->classes.size(), 10U);
    std::size_t labelled = 0;
    for (const auto& [label, count] : shown->classes) labelled += count;
    EXPECT_EQ(labelled, 500U);
    ASSERT_EQ(shown->samples.size(), 4U);
    for (const auto& sample : shown->samples) {
        EXPECT_EQ(sample.file, (kSamples / "digits.eval" / std::to_string(*sample.label) / std::filesystem::path(sample.file).filename()).string());
        EXPECT_EQ(sample.picture->width, 28);
        ASSERT_EQ(sample.picture->pixels.size(), 28U * 28 * 3);
        EXPECT_FLOAT_EQ(float(sample.inputs[0].max), float(*std::ranges::max_element(sample.picture->pixels)) / 255);
        EXPECT_GE(sample.inputs[0].min, 0);
        EXPECT_LT(sample.inputs[0].mean, sample.inputs[0].max);
    }
    EXPECT_THAT(shown->findings, IsEmpty());
}

/// As it is after cropping and before mean and std.
TEST_F(DataPreview, ThePictureIsWhatTheModelSees) {
    DataSource source{m_folder.write("p.png", test::pngBytes(3, 1, 3, {1, 2, 3, 40, 50, 60, 7, 8, 9}))};
    source.images.mean = {100};
    const auto shown = preview(toyModel({input("x", ElementType::Float32, {1, 3, 1, 1})}), source, m_job);
    ASSERT_TRUE(shown) << shown.error().line();
    EXPECT_EQ(shown->samples[0].picture->pixels, (std::vector<std::uint8_t>{40, 50, 60}));
    EXPECT_NEAR(shown->samples[0].inputs[0].max, 60 / 255.0 - 100, 1e-4);
}

TEST_F(DataPreview, OfTextShowsTheFirstWindow) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, -1}), input("attention_mask", ElementType::Int64, {-1, -1})},
                                {}, {}, {{"tokenizer", "bytes"}, {"context", "5"}});
    const auto shown = preview(model, {m_folder.write("t.txt", "Hello, world")}, m_job);
    ASSERT_TRUE(shown) << shown.error().line();
    EXPECT_EQ(shown->text, "Hello");
    EXPECT_EQ(shown->ids, (std::vector<std::int64_t>{'H', 'e', 'l', 'l', 'o'}));
    EXPECT_EQ(shown->samples.size(), 2U);
    EXPECT_FALSE(shown->samples[0].inputs[0].supplied);
    EXPECT_TRUE(shown->samples[0].inputs[1].supplied);
    EXPECT_EQ(shown->samples[0].inputs[0].max, 'o');
    EXPECT_THAT(shown->findings, IsEmpty()) << "a mask of ones is no finding";
}

TEST_F(DataPreview, FindsWhatLooksWrong) {
    const auto image = toyModel({input("x", ElementType::Float32, {-1, 1, 1, 2})});
    const auto array = [&](const char* shape, const std::vector<float>& values) {
        return DataSource{m_folder.write("x.npy", test::npyBytes("<f4", shape, values))};
    };
    EXPECT_THAT(preview(image, array("(2, 1, 1, 2)", {0, 255, 9, 100}), m_job)->findings,
                Contains(HasSubstr("holds values 0..255 where a model of pictures with a float input probably wants 0..1")));
    EXPECT_THAT(preview(image, array("(2, 1, 1, 2)", {0, 1, 0.5, 0.25}), m_job)->findings, IsEmpty());
    EXPECT_THAT(preview(image, array("(2, 1, 1, 2)", {3, 3, 3, 3}), m_job)->findings, Contains(HasSubstr("is constant (3)")));
    EXPECT_THAT(preview(image, array("(1, 1, 1, 2)", {3, HUGE_VALF}), m_job)->findings, Contains(HasSubstr("1 infinite")));
    EXPECT_THAT(preview(image, {}, m_job)->findings, Contains(HasSubstr("made up")));
    const auto nan = preview(image, array("(1, 1, 1, 2)", {3, NAN}), m_job);
    ASSERT_FALSE(nan);
    EXPECT_THAT(nan.error().line(), HasSubstr("x.npy: element 1 of sample 0 is NaN"));
}

}  // namespace
}  // namespace roundoff::calibration
