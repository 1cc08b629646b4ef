// Calibrations that are kept, gone on with and reused, against those made in one go.
#include "core/calibration/store.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/calibration/trial.h"
#include "core/formats/format.h"
#include "tests/support/npy.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr, ::testing::Not;

const fs::path kSamples = fs::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

/// Every bit of what was seen.
std::vector<std::byte> bits(const Calibration& calibration) {
    ProgressOfValues values;
    for (const auto& [name, seen] : calibration.values) values[name] = {seen, Detail::Channels, calibration.samples};
    return encode(values);
}

std::string bytesOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Stores : public testing::TestWithParam<const char*> {
protected:
    Job m_job;
    test::TempFolder m_folder;
    model::Model m_model = formats::openModel((kSamples / GetParam()).string(), m_job).value();
    DataSource m_source = sourceOf(GetParam());
    Store m_store{m_folder.path() / "kept"};
    std::vector<std::string> m_names = inputs();

    DataSource sourceOf(const std::string& model) const {
        if (model == "digits.onnx") return {kSamples / "digits.calib"};
        DataSource text{m_folder.write("some.txt", bytesOf(kSamples / "shakespeare.calib.txt").substr(0, 800))};
        text.window = 64;
        return text;
    }
    std::vector<std::string> inputs() const {
        std::vector<std::string> names;
        for (const auto& values : layerValues(m_model))
            if (!values.input.empty() && values.input != "input_ids") names.push_back(values.input);
        return names;
    }
    Calibration calibrated(const std::vector<std::string>& names, Detail detail, const Store* store) {
        auto done = calibrate(m_model, names, m_source, detail, m_job, store);
        EXPECT_TRUE(done) << done.error().line();
        return done.value_or(Calibration());
    }
    /// Stopped as sample `at` begins.
    void stopped(Detail detail, int at) {
        const auto stop = std::make_shared<std::stop_source>();
        Job job(stop->get_token(), [stop, at, samples = 0](double, std::string_view what) mutable {
            if (what.find("calibration sample") != std::string_view::npos && samples++ == at) stop->request_stop();
        });
        const auto done = calibrate(m_model, m_names, m_source, detail, job, &m_store);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
    }
    std::vector<fs::path> files() const {
        std::vector<fs::path> all;
        for (const auto& entry : fs::directory_iterator(m_folder.path() / "kept")) all.push_back(entry.path());
        return all;
    }
};

INSTANTIATE_TEST_SUITE_P(Samples, Stores, testing::Values("digits.onnx", "shakespeare.onnx"), [](const auto& each) {
    return fs::path(each.param).stem().string();
});

TEST_P(Stores, GiveWhatWasSeenBitForBit) {
    bool channels = false;
    for (const Detail detail : {Detail::Extremes, Detail::Histograms, Detail::Channels, Detail::Extremes}) {
        const auto fresh = calibrated(m_names, detail, nullptr);
        EXPECT_THAT(fresh.conditions, Not(HasSubstr("reused")));
        calibrated(m_names, detail, &m_store);
        auto again = calibrated(m_names, detail, &m_store);
        EXPECT_EQ(again.conditions, fresh.conditions + "; reused");
        EXPECT_EQ(again.samples, fresh.samples);
        // Who asks for channels sees the elements in another order, so that sums differ in their last bits; nothing else does.
        channels = channels || detail == Detail::Channels;
        for (auto& [name, seen] : again.values) {
            const kernels::Moments& want = fresh.values.at(name).moments;
            if (!channels) continue;
            EXPECT_NEAR(seen.moments.sum2, want.sum2, 1e-12 * want.sum2);
            EXPECT_NEAR(seen.moments.sum, want.sum, 1e-12 * std::sqrt(want.sum2 * double(want.count)));
            seen.moments.sum = want.sum;
            seen.moments.sum2 = want.sum2;
        }
        EXPECT_EQ(bits(again), bits(fresh));
    }
    EXPECT_EQ(files().size(), 1U);
}

TEST_P(Stores, GoOnWhereACalibrationStopped) {
    const auto fresh = calibrated(m_names, Detail::Channels, nullptr);
    stopped(Detail::Channels, 3);
    stopped(Detail::Channels, 2);
    stopped(Detail::Channels, 0);
    std::size_t run = 0;
    Job job({}, [&](double, std::string_view what) { run += what.find("calibration sample") != std::string_view::npos ? 1 : 0; });
    const auto rest = calibrate(m_model, m_names, m_source, Detail::Channels, job, &m_store);
    ASSERT_TRUE(rest) << rest.error().line();
    EXPECT_EQ(run, fresh.samples - 5);
    EXPECT_EQ(rest->conditions, fresh.conditions + "; partly reused");
    EXPECT_EQ(bits(*rest), bits(fresh));
}

TEST_P(Stores, ObserveTheValuesThatTheyLack) {
    const std::vector<std::string> half(m_names.begin(), m_names.begin() + std::ptrdiff_t(m_names.size() / 2));
    calibrated(half, Detail::Histograms, &m_store);
    const auto all = calibrated(m_names, Detail::Histograms, &m_store);
    EXPECT_THAT(all.conditions, HasSubstr("; partly reused"));
    EXPECT_EQ(bits(all), bits(calibrated(m_names, Detail::Histograms, nullptr)));
    EXPECT_THAT(calibrated(half, Detail::Extremes, &m_store).conditions, HasSubstr("; reused"));
}

TEST_P(Stores, BrokenFilesCountAsNone) {
    const auto fresh = calibrated(m_names, Detail::Histograms, &m_store);
    const std::string whole = bytesOf(files().at(0));
    for (const std::string& broken : {std::string(), whole.substr(0, 63), whole.substr(0, 64), whole.substr(0, whole.size() - 1),
                                      whole + "x", std::string(whole.size(), '\0')}) {
        std::ofstream(files().at(0), std::ios::binary | std::ios::trunc) << broken;
        const auto again = calibrated(m_names, Detail::Histograms, &m_store);
        EXPECT_EQ(again.conditions, fresh.conditions);
        EXPECT_EQ(bits(again), bits(fresh));
        EXPECT_EQ(bytesOf(files().at(0)), whole);
    }
}

TEST_P(Stores, NothingIsKeptOfWhatIsMadeUp) {
    m_source = {{}, 2, 1};
    calibrated(m_names, Detail::Extremes, &m_store);
    EXPECT_FALSE(fs::exists(m_folder.path() / "kept"));
}

TEST_P(Stores, AFolderThatCannotBeIsNoError) {
    const Store nowhere(m_folder.write("file", "x") / "kept"), none(fs::path{});
    for (const Store* store : {&nowhere, &none}) EXPECT_THAT(calibrated(m_names, Detail::Extremes, store).conditions, Not(HasSubstr("reused")));
}

ProgressOfValues some(std::uint64_t seed) {
    ProgressOfValues values;
    for (const char* name : {"a", "\xff\n\"", ""}) {
        Progress& own = values[name];
        own.detail = Detail::Histograms;
        own.samples = 7;
        own.seen.samples = 5;
        own.seen.shape = {1, 3, 0};
        own.seen.counts.assign(Observation::kBins, seed << 40);
        own.seen.limit = 0x1p-100;
        own.seen.bands = {{-1, 2}};
        own.seen.channelAbsmax = {1, 2};
        own.seen.channelSum2 = {1.0 / 3, double(seed)};
        own.seen.moments.sum = -1.0 / 3 * double(seed);
        own.seen.moments.sum4 = std::numeric_limits<double>::infinity();
    }
    return values;
}

TEST(StoredValues, ComeBackAndNoOtherBytesDo) {
    const auto bytes = encode(some(3));
    const auto back = decode(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_EQ(back->at("\xff\n\"").seen.moments.min, std::numeric_limits<float>::infinity());
    EXPECT_EQ(back->at("a").seen.counts, some(3).at("a").seen.counts);
    EXPECT_EQ(back->at("a").seen.channelSum2, some(3).at("a").seen.channelSum2);
    test::Random random(1);
    for (int i = 0; i < 300; ++i) {
        auto broken = bytes;
        const auto at = std::size_t(random.uniform() * double(bytes.size()));
        broken[at] ^= std::byte(1 << (i % 8));
        EXPECT_FALSE(decode(broken)) << at;
        broken = bytes;
        broken.resize(at);
        EXPECT_FALSE(decode(broken)) << at;
    }
}

TEST(StoredValues, SizesThatDoNotFitAreRefused) {
    const auto refused = [](auto&& spoil) {
        auto values = some(1);
        spoil(values["a"]);
        return !decode(encode(values));
    };
    EXPECT_TRUE(refused([](Progress& own) { own.seen.counts.pop_back(); }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.counts.push_back(0); }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.bands.resize(Observation::kMostBands + 1); }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.limit = 0; }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.channelSum2.pop_back(); }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.shape = {-1}; }));
    EXPECT_TRUE(refused([](Progress& own) { own.seen.samples = own.samples + 1; }));
    EXPECT_TRUE(refused([](Progress& own) { own.detail = Detail(3); }));
}

TEST(StoreRoom, TheOldestGoFirst) {
    const test::TempFolder folder;
    const auto one = encode(some(1)).size();
    const Store store(folder.path(), 2 * one + one / 2);
    const fs::path other = folder.write("notes.txt", std::string(3 * one, 'x'));
    const auto age = [&](const char* key, int hours) {
        fs::last_write_time(folder.path() / (std::string(key) + ".calibration"), fs::file_time_type::clock::now() - std::chrono::hours(hours));
    };
    store.save("a", some(1));
    store.save("b", some(1));
    age("a", 3);
    age("b", 2);
    EXPECT_FALSE(store.load("a").empty());  // and so it is the youngest
    store.save("c", some(1));
    EXPECT_FALSE(store.load("a").empty());
    EXPECT_TRUE(store.load("b").empty());
    EXPECT_FALSE(store.load("c").empty());
    EXPECT_TRUE(fs::exists(other));
    Store(folder.path(), one / 2).save("d", some(1));  // would not fit at all
    EXPECT_TRUE(store.load("d").empty());
    EXPECT_FALSE(store.load("c").empty());
}

class StoreKeys : public testing::Test {
protected:
    Job m_job;
    test::TempFolder m_folder;
    std::string key(const fs::path& path, const DataSource& source) {
        const auto model = formats::openModel(path.string(), m_job).value();
        return storeKey(model, loadDataset(model, source, 9, m_job).value(), source, m_job).value();
    }
    fs::path data(float last) {
        std::vector<float> x(784, 0.5F);
        x.back() = last;
        return m_folder.write("x.npy", test::npyBytes("<f4", "(1, 1, 28, 28)", x));
    }
};

TEST_F(StoreKeys, FollowModelDataAndHowTheyAreRead) {
    const std::string bytes = bytesOf(kSamples / "digits.onnx");
    const fs::path model = m_folder.write("a/model.onnx", bytes), same = m_folder.write("b/model.onnx", bytes);
    const std::string first = key(model, {data(1)});
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(key(same, {data(1)}), first);
    EXPECT_NE(key(model, {data(2)}), first);
    std::string other = bytes;
    other[other.find("classifier")] = 'C';
    EXPECT_NE(key(m_folder.write("c/model.onnx", other), {data(1)}), first);
    DataSource sized{data(1)};
    sized.dims["batch"] = 1;
    EXPECT_NE(key(model, sized), first);
}

}  // namespace
}  // namespace roundoff::calibration
