#include <gtest/gtest.h>

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QPixmap>
#include <QPushButton>
#include <QMouseEvent>

#include "core/schemes/number_format.h"
#include "tests/ui/charts_fixture.h"
#include "ui/charts/histogram_plot.h"
#include "ui/shell/theme.h"
#include "ui/views/view.h"

// Pictures of every view, light and dark, into $ROUNDOFF_PICTURES; without it, the views must merely draw something.
namespace roundoff::ui::tests {
namespace {

void grab(View& view, const State& state, const QString& name, QSize size = {960, 700}) {
    view.resize(size);
    view.QWidget::show();
    view.show(state, unsigned(Change::All));
    QApplication::processEvents();
    const QPixmap picture = view.grab();
    ASSERT_FALSE(picture.isNull());
    const QImage image = picture.toImage();
    int others = 0;
    for (int x = 0; x < image.width(); x += 3) {
        for (int y = 0; y < image.height(); y += 3) others += image.pixel(x, y) != image.pixel(0, 0);
    }
    EXPECT_GT(others, 50) << name.toStdString();
    const QString folder = qEnvironmentVariable("ROUNDOFF_PICTURES");
    if (!folder.isEmpty()) {
        EXPECT_TRUE(picture.save(QDir(folder).filePath(name + QStringLiteral(".png"))));
    }
}

View* make(const char* id, QWidget* parent) {
    for (const auto& descriptor : viewDescriptors()) {
        if (std::string(descriptor.id) == id) return descriptor.create(parent);
    }
    return nullptr;
}

void press(View& view, const char* button) {
    auto* found = view.findChild<QPushButton*>(QLatin1String(button));
    ASSERT_NE(found, nullptr) << button;
    found->click();
}

class Pictures : public testing::TestWithParam<bool> {
protected:
    void SetUp() override { setTheme(GetParam() ? ThemeChoice::Dark : ThemeChoice::Light); }
    void TearDown() override { setTheme(ThemeChoice::Light); }
    static QString named(const char* name) {
        return QLatin1String(name) + (GetParam() ? QStringLiteral("-dark") : QStringLiteral("-light"));
    }
};

TEST_P(Pictures, distribution) {
    const struct {
        const char* scheme;
        const char* name;
        int layer;
    } cases[] = {{"int4:tensor", "distribution-int4", 6},   {"int8:tensor", "distribution-int8", 6},
                 {"int4", "distribution-channel", 0},      {"fp8-e4m3:tensor", "distribution-fp8", 6},
                 {"log4:tensor", "distribution-log4", 6},  {"uint4:tensor:asym", "distribution-uint4", 8}};
    for (const auto& one : cases) {
        QWidget parent;
        auto* view = make("distribution", &parent);
        parent.resize(960, 700);
        grab(*view, makeState(languageModel(), one.scheme, {}, one.layer), named(one.name));
        if (std::string(one.name) != "distribution-int4") continue;
        auto* plot = view->findChild<HistogramPlot*>();
        ASSERT_NE(plot, nullptr);
        plot->setFocus();
        const QPointF at(plot->xOf(plot->clipHigh()), plot->plotArea().center().y());
        const QPointF to(plot->xOf(plot->clipHigh() * 0.4), at.y() - 30);
        QMouseEvent down(QEvent::MouseButtonPress, at, plot->mapToGlobal(at), Qt::LeftButton, Qt::LeftButton, {});
        QMouseEvent move(QEvent::MouseMove, to, plot->mapToGlobal(to), Qt::LeftButton, Qt::LeftButton, {});
        QMouseEvent up(QEvent::MouseButtonRelease, to, plot->mapToGlobal(to), Qt::LeftButton, {}, {});
        QApplication::sendEvent(plot, &down);
        QApplication::sendEvent(plot, &move);
        QApplication::sendEvent(plot, &up);
        const QPointF rest = to - QPointF(120, -60);
        QMouseEvent hover(QEvent::MouseMove, rest, plot->mapToGlobal(rest), Qt::NoButton, {}, {});
        QApplication::sendEvent(plot, &hover);
        const QPixmap picture = view->grab();
        const QString folder = qEnvironmentVariable("ROUNDOFF_PICTURES");
        if (!folder.isEmpty()) picture.save(QDir(folder).filePath(named("distribution-trial") + QStringLiteral(".png")));
    }
}

TEST_P(Pictures, distributionOfEveryFamily) {
    for (const auto& family : schemes::families()) {
        QWidget parent;
        auto* view = make("distribution", &parent);
        const std::string name = "family-" + family.id;
        grab(*view, makeState(languageModel(), family.formats.back().id, {}, 6), named(name.c_str()), {760, 560});
    }
}

TEST_P(Pictures, error) {
    State state = makeState(languageModel(), "int4:g32:asym", {"int8", "int8:tensor", "fp8-e4m3", "log4", "int4:tensor"}, 6);
    state.baseline = 5;
    QWidget parent;
    auto* view = make("error", &parent);
    grab(*view, state, named("error-bars"));
    press(*view, "errorCumulative");
    grab(*view, state, named("error-cumulative"));
    press(*view, "errorScatter");
    grab(*view, state, named("error-scatter"));
    auto* large = make("error", &parent);
    grab(*large, makeLargeState(600, 3), named("error-600"));
}

TEST_P(Pictures, compare) {
    State state = makeState(languageModel(), "int8", {"fp8-e4m3", "int4:g32:asym", "int4", "log4:g32", "int4:tensor"}, 20);
    QWidget parent;
    auto* view = make("compare", &parent);
    grab(*view, state, named("compare-value"));
    press(*view, "compareDelta");
    grab(*view, state, named("compare-delta"));
    press(*view, "compareRank");
    grab(*view, state, named("compare-rank"));
    auto* large = make("compare", &parent);
    grab(*large, makeLargeState(10000, 8), named("compare-10000"));
}

TEST_P(Pictures, samples) {
    const auto model = openSample("shakespeare.onnx");
    QWidget parent;
    const State state = makeState(model, "int4:g32:asym", {"int8", "fp8-e4m3", "int4", "log4:g32"}, 7);
    for (const char* id : {"distribution", "error", "compare"}) grab(*make(id, &parent), state, named(id));
    const State channel = makeState(model, "int8", {}, 3);
    grab(*make("distribution", &parent), channel, named("distribution-int8-channel"));
    const State digits = makeState(openSample("digits.onnx"), "int8:tensor", {"int8", "fp8-e4m3"}, 2);
    grab(*make("distribution", &parent), digits, named("digits-distribution"));
    auto* error = make("error", &parent);
    press(*error, "errorScatter");
    grab(*error, digits, named("digits-scatter"));
    press(*error, "errorScatter");
    grab(*error, digits, named("digits-scatter"));
    grab(*make("compare", &parent), digits, named("digits-compare"));
}

INSTANTIATE_TEST_SUITE_P(Themes, Pictures, testing::Bool(),
                         [](const auto& test) { return test.param ? "dark" : "light"; });

}  // namespace
}  // namespace roundoff::ui::tests
