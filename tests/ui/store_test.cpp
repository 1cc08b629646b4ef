#include "ui/shell/store.h"

#include <gtest/gtest.h>

#include <QCoreApplication>
#include <cmath>

#include "tests/ui/charts_fixture.h"
#include "tests/ui/fake_engine.h"
#include "ui/shell/jobs.h"

namespace roundoff::ui {
namespace {

using tests::makeModel;
using tests::schemeOf;

class StoreTest : public testing::Test {
protected:
    StoreTest() : jobs(engine, store) {}

    void open(int layers = 8) {
        std::vector<tests::LayerPlan> plan;
        for (int i = 0; i < layers; ++i) plan.push_back({"layer" + std::to_string(i), 16, 64});
        jobs.open(QStringLiteral("/somewhere/model.onnx"));
        Q_EMIT engine.opened(engine.openNumber, makeModel(plan));
    }
    void settle() { QCoreApplication::processEvents(); }
    double sqnr(int layer, std::size_t column = 0) {
        const auto* report = store.state().report(layer, column);
        return report && report->weight ? report->weight->sqnrDb() : std::nan("");
    }

    tests::FakeEngine engine;
    Store store;
    Jobs jobs;
};

TEST_F(StoreTest, RowsFillInBeforeTheEndAndNeverEmptyAgain) {
    open();
    EXPECT_EQ(store.pendingLayers(), 8U);
    EXPECT_TRUE(store.state().running);
    std::size_t pending = 8;
    for (std::size_t i = 0; i < 8; ++i) {
        engine.deliver(i, 1);
        EXPECT_LE(store.pendingLayers(), pending);
        pending = store.pendingLayers();
    }
    EXPECT_EQ(pending, 0U);
    EXPECT_TRUE(store.state().running);
    engine.finish();
    EXPECT_FALSE(store.state().running);
    EXPECT_FALSE(store.missing());
    EXPECT_FALSE(store.state().comparison->reports[0].partial);
    for (int layer = 0; layer < 8; ++layer)
        for (std::size_t column = 0; column < 5; ++column) EXPECT_FALSE(std::isnan(sqnr(layer, column)));
}

TEST_F(StoreTest, StaleAnswersAreDropped) {
    open();
    const int stale = engine.compareNumber;
    store.setStandard(schemeOf("int5"));
    settle();
    EXPECT_NE(engine.compareNumber, stale);
    LayerBatch batch(1);
    batch[0].layer = 3;
    batch[0].reports.resize(5);
    batch[0].reports[0].status = analysis::Status::Quantized;
    Q_EMIT engine.layersReady(stale, std::make_shared<const LayerBatch>(batch));
    EXPECT_EQ(store.pendingLayers(), 8U);
    Q_EMIT engine.failed(stale, Error{ErrorCode::Cancelled, "", "cancelled", ""});
    EXPECT_TRUE(store.state().running);
    engine.finishAll();
    EXPECT_EQ(store.pendingLayers(), 0U);
}

TEST_F(StoreTest, FiveLayersAreOneEditThatUndoAndRedoRestoreWithoutComputing) {
    open();
    engine.finishAll();
    const double before = sqnr(2);
    const std::size_t computed = engine.computedLayers;
    store.setSchemes({0, 1, 2, 3, 4}, schemeOf("int3"));
    EXPECT_EQ(store.undoStack().count(), 1);
    EXPECT_EQ(store.undoStack().undoText(), QStringLiteral("Set 5 layers to int3"));
    EXPECT_TRUE(std::isnan(sqnr(2)));
    settle();
    EXPECT_EQ(engine.compareCommand.layers, (std::vector<std::size_t>{0, 1, 2, 3, 4}))
        << "only what changed is computed";
    EXPECT_EQ(engine.compareCommand.recipes.size(), 1U);
    engine.finishAll();
    const double after = sqnr(2);
    EXPECT_LT(after, before);
    EXPECT_EQ(engine.computedLayers, computed + 5);

    store.undoStack().undo();
    EXPECT_EQ(sqnr(2), before);
    store.undoStack().redo();
    EXPECT_EQ(sqnr(2), after);
    settle();
    EXPECT_EQ(engine.computedLayers, computed + 5) << "undo and redo must not compute";
    EXPECT_FALSE(store.state().running);
}

TEST_F(StoreTest, AColumnThatIsComparedAnywayIsThereAtOnce) {
    open();
    engine.finishAll();
    const double int8 = sqnr(1, 1);
    store.setSchemes({1}, schemeOf("int8"));
    EXPECT_EQ(sqnr(1), int8);
    settle();
    EXPECT_EQ(engine.compares, 1);
}

TEST_F(StoreTest, EditsThatChangeNothingLeaveNoEntry) {
    open();
    engine.finishAll();
    store.setSchemes({0, 1}, store.state().recipe.standard);
    store.setStandard(store.state().recipe.standard);
    store.setCompared(store.state().compared);
    store.setSchemes({}, schemeOf("int8"));
    EXPECT_EQ(store.undoStack().count(), 0);
}

TEST_F(StoreTest, CancelKeepsFinishedLayersAndResumeComputesTheRest) {
    open();
    engine.deliver(0, 3);
    jobs.cancel();
    EXPECT_EQ(engine.cancelled.back(), engine.compareNumber);
    Q_EMIT engine.failed(engine.compareNumber, Error{ErrorCode::Cancelled, "", "cancelled", ""});
    EXPECT_FALSE(store.state().running);
    EXPECT_EQ(store.pendingLayers(), 5U);
    EXPECT_TRUE(store.state().comparison->reports[0].partial);
    EXPECT_FALSE(std::isnan(sqnr(0)));

    const std::size_t computed = engine.computedLayers;
    jobs.run();
    EXPECT_EQ(engine.compareCommand.layers.size(), 5U);
    engine.finishAll();
    EXPECT_EQ(engine.computedLayers, computed + 5);
    EXPECT_EQ(store.pendingLayers(), 0U);
    EXPECT_FALSE(store.state().comparison->reports[0].partial);
}

TEST_F(StoreTest, SelectingALayerAsksForItsDistribution) {
    open();
    engine.finishAll();
    store.setCurrent(4);
    EXPECT_EQ(engine.distributionCommand.layer, 4U);
    store.setSchemes({4}, schemeOf("int2"));
    EXPECT_EQ(engine.distributionCommand.scheme, schemeOf("int2"));
    auto old = std::make_shared<analysis::Distribution>();
    Q_EMIT engine.distributed(engine.distributionNumber - 1, old);
    EXPECT_EQ(store.state().distribution, nullptr);
    Q_EMIT engine.distributed(engine.distributionNumber, old);
    EXPECT_NE(store.state().distribution, nullptr);
}

TEST_F(StoreTest, ComparedColumnsAreLimitedAndUndoable) {
    open();
    engine.finishAll();
    std::vector<schemes::Scheme> many;
    for (const char* word : {"int2", "int3", "int4", "int5", "int6", "int7", "int8", "int16", "log4", "log5"})
        many.push_back(schemeOf(word));
    store.setCompared(many);
    EXPECT_EQ(store.state().compared.size(), Store::kMaxCompared);
    EXPECT_EQ(store.state().comparison->reports.size(), Store::kMaxCompared + 1);
    settle();
    EXPECT_EQ(engine.compareCommand.recipes.size(), 6U) << "int4 and int8 are known already";
    engine.finishAll();
    EXPECT_FALSE(store.missing());
    store.undoStack().undo();
    EXPECT_EQ(store.state().comparison->reports.size(), 5U);
}

TEST_F(StoreTest, ChosenAgainAsDefaultALayerIsNoException) {
    open();
    store.setSchemes({0}, schemeOf("int8"));
    EXPECT_EQ(store.state().recipe.layers.size(), 1U);
    store.setStandard(schemeOf("int8"));
    EXPECT_TRUE(store.state().recipe.layers.empty());
    store.undoStack().undo();
    EXPECT_EQ(store.state().recipe.layers.size(), 1U);
}

TEST_F(StoreTest, AModelWithoutLayersIsNoTrouble) {
    jobs.open(QStringLiteral("empty.onnx"));
    Q_EMIT engine.opened(engine.openNumber, makeModel({}));
    EXPECT_FALSE(store.missing());
    EXPECT_FALSE(store.state().running);
    EXPECT_EQ(store.state().current, -1);
}

}  // namespace
}  // namespace roundoff::ui
