#include <gtest/gtest.h>

#include <QTimer>
#include <algorithm>
#include <cmath>

#include "app/worker/worker.h"
#include "tests/ui/wait.h"
#include "ui/shell/main_window.h"
#include "ui/shell/view_stack.h"

// The window while a large model is compared: rows fill in, the table can be used, and a 50 ms timer tells how long the
// window was deaf. Its figures are printed, not judged: a busy machine is no bug.
namespace roundoff::ui {
namespace {

/// `layers` weights of rows × columns that all look at the same bytes: large to the analysis, small in memory.
model::Model wideModel(int layers, int rows, int columns) {
    struct Shared : model::Source {
        std::shared_ptr<std::vector<float>> values;
        tensor::Shape shape;
        Result<tensor::TensorData> data(std::size_t) const override {
            return tensor::TensorData{
                {tensor::ElementType::Float32, shape, std::as_bytes(std::span<const float>(*values))}, values};
        }
    };
    auto source = std::make_shared<Shared>();
    source->shape = {rows, columns};
    source->values = std::make_shared<std::vector<float>>(std::size_t(rows) * std::size_t(columns));
    double phase = 0;
    for (float& value : *source->values) {
        phase += 0.7;
        value = float(std::sin(phase) * std::cos(phase * 0.31) * 0.1);
    }
    std::vector<model::Tensor> tensors;
    std::vector<model::Layer> all;
    model::Info info;
    info.path = "wide.onnx";
    info.format = "onnx";
    for (int i = 0; i < layers; ++i) {
        const std::uint64_t count = std::uint64_t(rows) * std::uint64_t(columns);
        tensors.push_back({"w" + std::to_string(i), tensor::ElementType::Float32, source->shape, count * 4, "", 0});
        model::Layer layer;
        layer.name = "blocks." + std::to_string(i) + ".weight";
        layer.op = "MatMul";
        layer.weight = std::size_t(i);
        layer.shape = source->shape;
        layer.parameters = count;
        layer.outputAxis = 1;
        all.push_back(layer);
        info.parameters += count;
        info.bytes += count * 4;
    }
    return {info, std::move(tensors), std::move(all), {}, source};
}

struct Gaps {
    std::vector<double> late;  ///< milliseconds beyond 50, one a tick
    [[nodiscard]] double share(double limit) const {
        return late.empty() ? 0
                            : double(std::count_if(late.begin(), late.end(), [&](double l) { return l < limit; })) /
                                  double(late.size());
    }
    [[nodiscard]] double worst() const { return late.empty() ? 0 : *std::max_element(late.begin(), late.end()); }
};

Gaps watch(MainWindow& window, const model::Model& model, int milliseconds) {
    window.store().setModel(model, QStringLiteral("wide.onnx"));
    window.jobs().run();
    Gaps gaps;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    QElapsedTimer since, total;
    since.start();
    total.start();
    QObject::connect(&timer, &QTimer::timeout,
                     [&] { gaps.late.push_back(std::max(0.0, double(since.restart()) - 50)); });
    timer.start(50);
    std::size_t pending = window.store().pendingLayers();
    int step = 0;
    while (total.elapsed() < milliseconds && window.store().state().running) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 20);
        EXPECT_LE(window.store().pendingLayers(), pending) << "a finished row became empty again";
        pending = window.store().pendingLayers();
        if (total.elapsed() > 400 * (step + 1)) {  // somebody looks around meanwhile
            window.views().setCurrentIndex(++step % window.views().count());
            window.store().setCurrent(step * 7 % int(model.layers().size()));
        }
    }
    EXPECT_LT(pending, model.layers().size()) << "no row was filled during the run";
    window.jobs().cancel();
    EXPECT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().idle(); }));
    std::printf(
        "%zu ticks of a 50 ms timer: %.1f %% late by less than 50 ms, worst %.0f ms late; %zu of %zu layers "
        "meanwhile\n",
        gaps.late.size(), 100 * gaps.share(50), gaps.worst(), model.layers().size() - pending, model.layers().size());
    return gaps;
}

class Busy : public testing::Test {
protected:
    Busy() : window(engine, {}) {
        window.resize(1440, 900);
        window.show();
    }
    worker::Worker engine;
    MainWindow window;
};

TEST_F(Busy, FourGigabytesInLargeLayers) {
    const Gaps gaps = watch(window, wideModel(256, 4096, 1024), 4000);
    EXPECT_GT(gaps.late.size(), 2U);
}

TEST_F(Busy, TenThousandSmallLayers) {
    const Gaps gaps = watch(window, wideModel(10000, 64, 64), 4000);
    EXPECT_GT(gaps.late.size(), 2U);
}

}  // namespace
}  // namespace roundoff::ui
