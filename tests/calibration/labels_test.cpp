// Which class a picture has, as its folder says, and data that hold nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/calibration/dataset.h"
#include "core/formats/format.h"
#include "tests/support/npy.h"
#include "tests/support/png.h"
#include "tests/support/temp_folder.h"

namespace roundoff::calibration {
namespace {

using testing::HasSubstr;

class Labels : public testing::Test {
protected:
    Result<Dataset> load(const std::vector<std::string>& folders) {
        const auto bytes = test::pngBytes(28, 28, 1, std::vector<std::uint8_t>(784, 7));
        for (const std::string& folder : folders) {
            std::filesystem::create_directories(m_folder.path() / "data" / folder);
            m_folder.write("data/" + folder + "/a.png", bytes);
        }
        return loadDataset(m_model, {m_folder.path() / "data"}, 99, m_job);
    }
    Job m_job;
    test::TempFolder m_folder;
    const model::Model m_model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", m_job).value();
};

TEST_F(Labels, NumbersAreTheClasses) {
    const auto data = load({"7", "3"});
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_EQ(data->labels, (std::vector{3, 7}));
    EXPECT_THAT(data->words, HasSubstr("classes = the folders' numbers"));
}

TEST_F(Labels, NamesCountByAlphabetWhereThereIsOneForEachClass) {
    const auto all = load({"b", "c", "d", "e", "f", "g", "h", "three", "zero", "a"});
    ASSERT_TRUE(all) << all.error().line();
    EXPECT_EQ(all->labels, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_THAT(all->words, HasSubstr("alphabetical"));
}

TEST_F(Labels, APictureBesideTheFoldersHasNone) {
    const auto data = load({"3", "."});
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_THAT(data->labels, testing::UnorderedElementsAre(3, kNoLabel));
    EXPECT_THAT(data->words, HasSubstr("of pictures beside them unknown"));
}

TEST_F(Labels, OneFolderCountsWhereItIsANumber) {
    EXPECT_EQ(load({"7"})->labels, (std::vector{7}));
    const auto alone = loadDataset(m_model, {m_folder.path() / "data/7/a.png"}, 99, m_job);
    ASSERT_TRUE(alone) << alone.error().line();
    EXPECT_TRUE(alone->labels.empty());
    EXPECT_TRUE(loadDataset(m_model, {m_folder.path() / "data/7/"}, 99, m_job)->labels.empty());
    std::filesystem::remove_all(m_folder.path() / "data");
    const auto named = load({"cats"});
    EXPECT_TRUE(named->labels.empty());
    EXPECT_THAT(named->words, HasSubstr("the one folder is not taken as a class"));
}

TEST_F(Labels, ZeroSamplesAreNone) {
    const auto path = m_folder.write("zero.npy", test::npyBytes("<f4", "(0, 1, 28, 28)", std::vector<float>()));
    const auto data = loadDataset(m_model, {path}, 99, m_job);
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().line(), HasSubstr("holds no samples"));
}

TEST_F(Labels, WhatDoesNotCountIsSaid) {
    const std::vector<float> pixels(784, 0.5F);
    DataSource source{m_folder.write("mixed/a.npy", test::npyBytes("<f4", "(1, 1, 28, 28)", pixels))};
    source.images.mean = {0.5};
    const auto data = loadDataset(m_model, source, 99, m_job);
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_THAT(data->words, HasSubstr("none are pictures"));
    m_folder.write("mixed/a.png", test::pngBytes(28, 28, 1, std::vector<std::uint8_t>(784, 7)));
    const auto both = loadDataset(m_model, {m_folder.path() / "mixed"}, 99, m_job);
    ASSERT_FALSE(both);
    EXPECT_THAT(both.error().line(), HasSubstr("holds .npy arrays, as a.npy, and pictures, as a.png"));
}

}  // namespace
}  // namespace roundoff::calibration
