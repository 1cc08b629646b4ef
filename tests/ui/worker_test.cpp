#include "app/worker/worker.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QThread>
#include <set>

#include "tests/ui/charts_fixture.h"
#include "tests/ui/wait.h"

namespace roundoff::worker {
namespace {

using roundoff::tests::waitUntil;
using ui::tests::makeModel;
using ui::tests::schemeOf;

std::vector<ui::tests::LayerPlan> manyLayers(int count, int rows = 256) {
    std::vector<ui::tests::LayerPlan> plan;
    for (int i = 0; i < count; ++i) plan.push_back({"layer" + std::to_string(i), rows, 256});
    return plan;
}

std::vector<analysis::Recipe> recipes(const std::vector<std::string>& words) {
    std::vector<analysis::Recipe> all;
    for (const auto& word : words) all.push_back({schemeOf(word), {}});
    return all;
}

/// Records every answer.
struct Listener : QObject {
    explicit Listener(Worker& worker) {
        connect(&worker, &Worker::opened, this, [this](int n, const model::Model& m) { ended.insert(n), model = m; });
        connect(&worker, &Worker::layersReady, this, [this](int n, const std::shared_ptr<const ui::LayerBatch>& batch) {
            EXPECT_EQ(thread(), QThread::currentThread());
            EXPECT_FALSE(ended.contains(n)) << "layers after the end";
            for (const auto& layer : *batch) EXPECT_TRUE(layers.insert(layer.layer).second);
            ++batches;
        });
        connect(&worker, &Worker::compared, this, [this](int n, const std::shared_ptr<const analysis::Comparison>& c) {
            EXPECT_TRUE(ended.insert(n).second);
            comparison = c;
        });
        connect(&worker, &Worker::distributed, this,
                [this](int n, const std::shared_ptr<const analysis::Distribution>& d) {
                    EXPECT_TRUE(ended.insert(n).second);
                    distribution = d;
                });
        connect(&worker, &Worker::mapped, this, [this](int n, const std::shared_ptr<const calibration::ActivationMap>& m) {
            EXPECT_TRUE(ended.insert(n).second);
            map = m;
        });
        connect(&worker, &Worker::failed, this, [this](int n, const Error& e) {
            EXPECT_TRUE(ended.insert(n).second);
            error = e;
        });
    }
    std::set<int> ended;
    std::set<std::size_t> layers;
    int batches = 0;
    model::Model model;
    std::shared_ptr<const analysis::Comparison> comparison;
    std::shared_ptr<const analysis::Distribution> distribution;
    std::shared_ptr<const calibration::ActivationMap> map;
    std::optional<Error> error;
};

TEST(Worker, OpensTheSample) {
    Worker worker;
    Listener heard(worker);
    worker.open(1, QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx"));
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
    ASSERT_FALSE(heard.error) << heard.error->line();
    EXPECT_EQ(heard.model.layers().size(), 10U);
}

TEST(Worker, MapsALayersInput) {
    Worker worker;
    Listener heard(worker);
    worker.open(1, QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx"));
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
    calibration::DataSource data;
    data.path = ROUNDOFF_SOURCE_DIR "/resources/samples/digits.calib";
    worker.map(2, {heard.model, 0, data});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(2); }));
    ASSERT_FALSE(heard.error) << heard.error->line();
    ASSERT_NE(heard.map, nullptr);
    EXPECT_EQ(heard.map->channels, 1U);
    EXPECT_EQ(heard.map->positions, 28U * 28U);
    EXPECT_LE(heard.map->most, 1.0F) << "pixels of 0..1";
    data.path = "/no/such/folder";
    worker.map(3, {heard.model, 0, data});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(3); }));
    EXPECT_TRUE(heard.error);
}

TEST(Worker, AMissingFileIsAnErrorThatNamesIt) {
    Worker worker;
    Listener heard(worker);
    worker.open(7, QStringLiteral("/no/such/model.onnx"));
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(7); }));
    ASSERT_TRUE(heard.error);
    EXPECT_EQ(heard.error->code, ErrorCode::BadInput);
    EXPECT_NE(heard.error->line().find("model.onnx"), std::string::npos);
}

TEST(Worker, EveryLayerArrivesOnceAndThenTheEnd) {
    const auto model = makeModel(manyLayers(40));
    Worker worker;
    Listener heard(worker);
    worker.compare(1, {model, recipes({"int8", "int4:g32:asym"}), {}});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
    EXPECT_EQ(heard.layers.size(), 40U);
    EXPECT_GE(heard.batches, 1);
    ASSERT_TRUE(heard.comparison);
    EXPECT_EQ(heard.comparison->reports.size(), 2U);
}

TEST(Worker, APartOfTheLayersReadsOnlyThose) {
    const auto model = makeModel(manyLayers(10));
    Worker worker;
    Listener heard(worker);
    worker.compare(1, {model, recipes({"int8"}), {2, 5}});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
    EXPECT_EQ(heard.layers, (std::set<std::size_t>{2, 5}));
}

TEST(Worker, ADistributionDoesNotWaitBehindAComparison) {
    const auto model = makeModel(manyLayers(60, 1024));
    Worker worker;
    Listener heard(worker);
    worker.compare(1, {model, recipes({"int8", "int4", "int4:g32:asym:mse", "fp8-e4m3", "log4:mse"}), {}});
    worker.distribution(2, {model, 3, schemeOf("int4")});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(2); }));
    EXPECT_FALSE(heard.ended.contains(1));
    ASSERT_TRUE(heard.distribution);
    EXPECT_EQ(heard.distribution->layer, 3U);
    worker.cancel(1);
    EXPECT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
}

TEST(Worker, CancelEndsSoonAndKeepsWhatIsFinished) {
    const auto model = makeModel(manyLayers(60, 1024));
    Worker worker;
    Listener heard(worker);
    worker.compare(1, {model, recipes({"int8", "int4:mse", "int4:g32:asym:mse", "fp8-e4m3:mse", "log4:mse"}), {}});
    ASSERT_TRUE(waitUntil([&] { return heard.batches > 0; }));
    QElapsedTimer clock;
    clock.start();
    worker.cancel(1);
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(1); }));
    RecordProperty("cancel_ms", int(clock.elapsed()));
    std::printf("cancelled after %lld ms, %zu layers finished\n", static_cast<long long>(clock.elapsed()),
                heard.layers.size());
    EXPECT_GE(heard.layers.size(), 1U);
    EXPECT_LT(heard.layers.size(), 60U);
    if (heard.comparison)
        EXPECT_TRUE(heard.comparison->reports[0].partial);
    else
        EXPECT_EQ(heard.error->code, ErrorCode::Cancelled);
}

TEST(Worker, ANewComparisonEndsTheOneBefore) {
    const auto model = makeModel(manyLayers(30, 512));
    Worker worker;
    Listener heard(worker);
    worker.compare(1, {model, recipes({"int8", "int4", "log4:mse"}), {}});
    worker.compare(2, {model, recipes({"int8"}), {0}});
    ASSERT_TRUE(waitUntil([&] { return heard.ended.contains(2); }));
    EXPECT_TRUE(heard.ended.contains(1));
}

TEST(Worker, GoesAwayInTheMiddleOfWork) {
    const auto model = makeModel(manyLayers(30, 1024));
    Worker worker;
    worker.compare(1, {model, recipes({"int8", "int4", "log4:mse"}), {}});
    worker.distribution(2, {model, 0, schemeOf("int8")});
}

}  // namespace
}  // namespace roundoff::worker
