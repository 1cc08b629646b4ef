#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "core/calibration/dataset.h"
#include "tests/support/png.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_model.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using tensor::ElementType;
using test::pngBytes;
using testing_support::input;
using testing_support::toyModel;

class Images : public testing::Test {
protected:
    DataSource picture(int width, int height, int channels, const std::vector<std::uint8_t>& pixels) {
        return {m_folder.write("picture.png", pngBytes(width, height, channels, pixels))};
    }
    Result<runtime::NamedTensor> read(const model::Model& model, const DataSource& source) {
        const auto data = loadDataset(model, source, 9, m_job);
        if (!data) return propagate(data);
        m_words = data->words;
        const auto sample = data->sample(0);
        if (!sample) return propagate(sample);
        return sample->at(0);
    }
    static std::vector<float> floats(const runtime::NamedTensor& tensor) {
        std::vector<float> out(tensor.bytes.size() / 4);
        std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
        return out;
    }
    static model::Model model(tensor::Shape shape, ElementType type = ElementType::Float32) {
        return toyModel({input("image", type, std::move(shape))});
    }
    test::TempFolder m_folder;
    std::string m_words;
    Job m_job;
};

/// (pixel / 255 − mean) / std, in either layout and either order of channels.
TEST_F(Images, PixelsAreNormalizedInEachChannel) {
    test::Random random(5);
    std::vector<std::uint8_t> pixels(3 * 2 * 3);
    for (auto& pixel : pixels) pixel = std::uint8_t(random.bits());
    DataSource source = picture(3, 2, 3, pixels);
    source.images.mean = {0.5, 0.25, 0.125};
    source.images.std = {0.5, 2, 0.25};
    for (const bool first : {true, false}) {
        for (const bool bgr : {false, true}) {
            source.images.bgr = bgr;
            const auto tensor = read(model(first ? tensor::Shape{1, 3, 2, 3} : tensor::Shape{-1, 2, 3, 3}), [&] {
                auto asked = source;  // 3 at both ends: the layout must be said
                asked.images.layout = first ? ImageOptions::Layout::Nchw : ImageOptions::Layout::Nhwc;
                return asked;
            }());
            ASSERT_TRUE(tensor) << tensor.error().line();
            const auto values = floats(*tensor);
            for (std::size_t p = 0; p < 6; ++p)
                for (std::size_t c = 0; c < 3; ++c) {
                    const double pixel = pixels[p * 3 + (bgr ? 2 - c : c)] / 255.0;
                    EXPECT_FLOAT_EQ(values[first ? c * 6 + p : p * 3 + c],
                                    float((pixel - source.images.mean[c]) / source.images.std[c]));
                }
        }
    }
    EXPECT_NE(m_words.find("0..1, mean 0.5,0.25,0.125, std 0.5,2,0.25, bgr"), std::string::npos) << m_words;
}

TEST_F(Images, IntegersTakePixelsAsTheyAreAndAScaleIsHeeded) {
    DataSource source = picture(2, 1, 1, {7, 200});
    const auto raw = read(model({1, 1, 1, 2}, ElementType::Uint8), source);
    ASSERT_TRUE(raw) << raw.error().line();
    EXPECT_EQ(raw->bytes, (std::vector<std::byte>{std::byte{7}, std::byte{200}}));
    source.images.scale = 2;
    EXPECT_EQ(floats(read(model({1, 1, 1, 2}), source).value()), (std::vector<float>{14, 400}));
}

/// Rounded to the nearest; what then lies outside of the type is refused by the picture's name.
TEST_F(Images, IntegersThatDoNotTakeAPixelSaySo) {
    DataSource source = picture(2, 1, 1, {3, 200});
    source.images.scale = 0.5;
    EXPECT_EQ(read(model({1, 1, 1, 2}, ElementType::Uint8), source)->bytes, (std::vector<std::byte>{std::byte{2}, std::byte{100}}));
    source.images.scale.reset();
    const auto error = [&](ElementType type) {
        const auto tensor = read(model({1, 1, 1, 2}, type), source);
        return tensor ? std::string("none") : tensor.error().line();
    };
    EXPECT_EQ(error(ElementType::Uint8), "none");
    EXPECT_NE(error(ElementType::Int8).find("picture.png: a pixel becomes 200, input \"image\" takes int8. Choose --mean"), std::string::npos)
        << error(ElementType::Int8);
    source.images.mean = {128};
    EXPECT_EQ(error(ElementType::Int8), "none");
    EXPECT_NE(error(ElementType::Uint8).find("a pixel becomes -125"), std::string::npos) << error(ElementType::Uint8);
}

/// Dark in the middle, bright at both ends: a crop of the middle is all dark, a stretched picture is not.
TEST_F(Images, AnotherSizeIsFittedByItsShorterSideThenCroppedInTheMiddle) {
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 24; ++x) pixels.push_back(x < 8 || x >= 16 ? 255 : 0);
    DataSource source = picture(24, 8, 1, pixels);
    const auto brightest = [&](const tensor::Shape& shape) {
        const auto tensor = read(model(shape), source);
        EXPECT_TRUE(tensor) << tensor.error().line();
        if (!tensor) return -1.0f;
        EXPECT_EQ(tensor->shape, shape);
        return std::ranges::max(floats(*tensor));
    };
    EXPECT_EQ(brightest({1, 1, 8, 8}), 0);
    EXPECT_LT(brightest({1, 1, 4, 2}), 0.01f);
    ASSERT_TRUE(setResize(source.images, "8x8"));
    EXPECT_GT(brightest({1, 1, 8, 8}), 0.9f);
    ASSERT_TRUE(setResize(source.images, "16"));
    EXPECT_EQ(brightest({1, 1, 8, 8}), 0);
    EXPECT_NE(m_words.find("shorter side to 16, centre crop 8 × 8"), std::string::npos) << m_words;
    ASSERT_TRUE(setResize(source.images, "none"));
    EXPECT_EQ(brightest({1, 1, 8, 24}), 1);
    const auto refused = read(model({1, 1, 8, 8}), source);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().line().find("the picture of 8 × 24 cannot be fitted to the input's 8 × 8"), std::string::npos)
        << refused.error().line();
}

/// An even picture stays even, a smooth one close to itself, whatever the size.
TEST_F(Images, ResizingInventsNothing) {
    for (const std::int64_t side : {3, 17, 64, 200}) {
        const auto tensor = read(model({1, 1, side, side}), picture(40, 50, 1, std::vector<std::uint8_t>(2000, 119)));
        ASSERT_TRUE(tensor) << tensor.error().line();
        for (const float value : floats(*tensor)) ASSERT_NEAR(value, 119 / 255.0, 1e-6);
        std::vector<std::uint8_t> ramp;
        for (int i = 0; i < 2500; ++i) ramp.push_back(std::uint8_t(i % 50 * 4));
        const auto values = floats(read(model({1, 1, side, side}), picture(50, 50, 1, ramp)).value());
        for (std::int64_t x = 0; x < side; ++x) {
            const double at = std::clamp((double(x) + 0.5) * 50 / double(side) - 0.5, 0.0, 49.0);
            ASSERT_NEAR(values[std::size_t(x)] * 255, at * 4, side < 50 ? 6 : 2.5) << side << ' ' << x;
        }
    }
}

TEST_F(Images, AnyRatioOfSizesCanBeResized) {
    for (const auto& [width, height] : {std::pair{1440, 900}, {1366, 768}, {641, 1279}, {7, 5}}) {
        DataSource source = picture(width, height, 1, std::vector<std::uint8_t>(std::size_t(width * height), 100));
        ASSERT_TRUE(setResize(source.images, "640x640"));
        const auto tensor = read(model({1, 1, 640, 640}), source);
        ASSERT_TRUE(tensor) << tensor.error().line();
        for (const float value : floats(*tensor)) ASSERT_NEAR(value, 100 / 255.0, 0.5 / 255) << width << " x " << height;
    }
}

TEST_F(Images, AFreeAxisAsksForItsSize) {
    DataSource source = picture(6, 4, 1, std::vector<std::uint8_t>(24, 9));
    const auto free = toyModel({input("image", ElementType::Float32, {-1, 1, -1, -1}, {"batch", "", "height", ""})});
    const auto without = read(free, source);
    ASSERT_FALSE(without);
    EXPECT_NE(without.error().line().find("the height of input \"image\" (height) has no size. Give --resize HxW, or --dim height=N"),
              std::string::npos)
        << without.error().line();
    DataSource named = source;
    ASSERT_TRUE(setDim(named, "height=3"));
    const auto half = read(free, named);
    ASSERT_FALSE(half);
    EXPECT_NE(half.error().line().find("--dim image:3=N"), std::string::npos) << half.error().line();
    ASSERT_TRUE(setDim(named, "image:3=5"));
    EXPECT_EQ(read(free, named).value().shape, (tensor::Shape{1, 1, 3, 5}));
    DataSource sized = source;
    ASSERT_TRUE(setResize(sized.images, "2x3"));
    EXPECT_EQ(read(free, sized).value().shape, (tensor::Shape{1, 1, 2, 3}));
    ASSERT_TRUE(setResize(sized.images, "none"));
    EXPECT_EQ(read(free, sized).value().shape, (tensor::Shape{1, 1, 4, 6}));
    // What is made up asks too.
    const auto made = loadDataset(free, {}, 9, m_job);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().line().find("Give one with --dim height=N"), std::string::npos) << made.error().line();
    named.path.clear();
    EXPECT_EQ(loadDataset(free, named, 9, m_job).value().sample(0).value()[0].shape, (tensor::Shape{1, 1, 3, 5}));
}

TEST_F(Images, FoldersNameTheClassesAndTheConditionsSayHow) {
    const std::string png = pngBytes(2, 2, 3, std::vector<std::uint8_t>(12, 9));
    const auto labels = [&](const char* folder) { return loadDataset(model({1, 3, 2, 2}), {m_folder.path() / folder}, 9, m_job); };
    for (const char* place : {"numbers/7/a.png", "numbers/2/b.png", "names/dog/a.png", "names/cat/b.png", "mixed/3/a.png", "mixed/4/b.png", "mixed/c.png"})
        m_folder.write(place, png);
    EXPECT_EQ(labels("numbers")->labels, (std::vector{7, 2}));
    EXPECT_NE(labels("numbers")->words.find("the folders' numbers"), std::string::npos);
    EXPECT_EQ(labels("names")->labels, (std::vector{1, 0}));
    EXPECT_EQ(labels("names")->namedClasses, 2U);
    EXPECT_NE(labels("names")->words.find("alphabetical order"), std::string::npos);
    EXPECT_EQ(labels("mixed")->labels, (std::vector{3, 4, kNoLabel}));
}

TEST_F(Images, WrongOptionsAreNamed) {
    ImageOptions options;
    for (const char* text : {"0", "x", "3x", "x3", "-4", "4x4x4", "big", "99999", "224x0"}) {
        const auto set = setResize(options, text);
        ASSERT_FALSE(set) << text;
        EXPECT_NE(set.error().line().find(text), std::string::npos);
    }
    for (const char* text : {"1,", ",", "a", "1;2", "nan", "1,,2"}) EXPECT_FALSE(parseNumbers("--mean", text)) << text;
    EXPECT_EQ(parseNumbers("--mean", "1,-2.5,3").value(), (std::vector<double>{1, -2.5, 3}));
    DataSource source = picture(2, 1, 1, {7, 200});
    for (const char* text : {"height", "=3", "height=", "height=0", "height=-1", "height=x"}) EXPECT_FALSE(setDim(source, text)) << text;
    source.images.mean = {1, 2, 3};
    const auto refused = read(model({1, 1, 1, 2}), source);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().line().find("--mean: 3 numbers for the 1 channel"), std::string::npos) << refused.error().line();
}

}  // namespace
}  // namespace roundoff::calibration
