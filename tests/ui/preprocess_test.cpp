#include "ui/shell/preprocess_dialog.h"

#include <gtest/gtest.h>

#include <QCheckBox>
#include <QDir>
#include <QLabel>
#include <QPixmap>
#include <QPushButton>
#include <QTest>

#include "app/worker/worker.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temp_folder.h"
#include "tests/ui/wait.h"
#include "ui/shell/main_window.h"

namespace roundoff::ui {
namespace {

using roundoff::tests::waitUntil;
using test::GraphBuilder;

/// A convolution, its batch normalization, and a factor behind it.
std::string normedModel() {
    std::vector<float> weights(8 * 3 * 3 * 3);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = float(i % 17) / 17 - 0.5F;
    const std::vector<float> ones(8, 1.5F), some(8, 0.25F);
    GraphBuilder graph;
    graph.input("image", tensor::ElementType::Float32, {1, 3, 12, 12}).floats("stem.weight", {8, 3, 3, 3}, weights);
    for (const char* name : {"gamma", "beta", "mean", "variance"}) graph.floats(name, {8}, name[0] == 'b' || name[0] == 'm' ? some : ones);
    graph.floats("six", {}, {6});
    graph.node("Conv", {"image", "stem.weight"}, {"conv"}, {}, "stem").node("BatchNormalization", {"conv", "gamma", "beta", "mean", "variance"}, {"norm"}, {}, "norm");
    graph.node("Div", {"norm", "six"}, {"scores"}, {}, "sixth").output("scores", tensor::ElementType::Float32, {1, 8, 10, 10});
    return test::onnxModel(graph);
}

class Preprocess : public testing::TestWithParam<bool> {
protected:
    Preprocess() : window(engine, {}) {
        window.applyTheme(GetParam() ? ThemeChoice::Dark : ThemeChoice::Light, false);
        window.resize(1280, 800);
        window.show();
    }
    void TearDown() override { window.applyTheme(ThemeChoice::Light, false); }
    bool settled() {
        return waitUntil([&] { return !state().model.empty() && window.jobs().idle() && !window.store().missing(); });
    }
    const State& state() { return window.store().state(); }
    QLabel* outcome(const char* step) { return dialog->findChild<QLabel*>(QLatin1String(step) + QStringLiteral(".outcome")); }

    test::TempFolder folder;
    worker::Worker engine;
    MainWindow window;
    PreprocessDialog* dialog = nullptr;
};

TEST_P(Preprocess, IsAnEditThatUndoTakesBack) {
    window.openPath(QString::fromStdString(folder.write("normed.onnx", normedModel()).string()));
    ASSERT_TRUE(settled());
    ASSERT_EQ(state().model.graph().nodes.size(), 3U);
    window.store().setStandard(*schemes::parseScheme("int8"));
    ASSERT_TRUE(settled());
    window.store().setData({calibration::DataSource{}, std::nullopt});
    window.jobs().runs().measure();
    ASSERT_TRUE(waitUntil([&] { return state().report(0)->output.has_value() && !state().measuring; }));
    const double measured = state().report(0)->output->isolated->sqnrDb();

    dialog = window.showPreprocess();
    dialog->findChild<QCheckBox*>(QStringLiteral("infer-shapes"))->setChecked(false);
    QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("preprocessApply")), Qt::LeftButton);
    ASSERT_TRUE(waitUntil([&] { return !state().model.info().preprocessing.empty(); }));
    ASSERT_TRUE(settled());
    EXPECT_EQ(state().model.graph().nodes.size(), 1U);
    EXPECT_EQ(schemes::shortText(state().recipe.standard), "int8");
    EXPECT_EQ(state().report(0)->status, analysis::Status::Quantized);
    EXPECT_FALSE(state().report(0)->output) << "measured on the model before";
    EXPECT_FALSE(dialog->findChild<QCheckBox*>(QStringLiteral("infer-shapes"))->isChecked());
    EXPECT_TRUE(outcome("fold-batch-norm")->text().startsWith(QStringLiteral("✓")));
    EXPECT_TRUE(outcome("fold-batch-norm")->text().contains(QStringLiteral("dB")));
    EXPECT_EQ(outcome("fold-constants")->text(), QStringLiteral("nothing to do"));
    if (const QByteArray to = qgetenv("ROUNDOFF_PICTURES"); !to.isEmpty()) {
        QCoreApplication::processEvents();
        dialog->grab().save(QDir(QString::fromLocal8Bit(to)).filePath(GetParam() ? QStringLiteral("preprocess-dark.png") : QStringLiteral("preprocess-light.png")));
    }

    window.store().undoStack().undo();
    ASSERT_TRUE(settled());
    EXPECT_EQ(state().model.graph().nodes.size(), 3U);
    EXPECT_EQ(schemes::shortText(state().recipe.standard), "int8");
    EXPECT_FALSE(outcome("fold-batch-norm")->isVisible());
    ASSERT_TRUE(state().report(0)->output) << "what was measured comes back with the model";
    EXPECT_EQ(state().report(0)->output->isolated->sqnrDb(), measured);
    window.store().undoStack().redo();
    ASSERT_TRUE(settled());
    EXPECT_EQ(state().model.graph().nodes.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Themes, Preprocess, testing::Bool());

}  // namespace
}  // namespace roundoff::ui
