#include <gtest/gtest.h>

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include "app/worker/worker.h"
#include "tests/ui/wait.h"
#include "ui/shell/banner.h"
#include "ui/shell/data_popover.h"
#include "ui/shell/data_preview_card.h"
#include "ui/shell/drop_overlay.h"
#include "ui/shell/main_window.h"
#include "ui/shell/view_stack.h"
#include "ui/views/overview_tile.h"

namespace roundoff::ui {
namespace {

using roundoff::tests::waitUntil;

const QString kSamples = QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/");

class DataPicker : public testing::Test {
protected:
    DataPicker() : window(engine, kSamples + QStringLiteral("digits.onnx")) {
        window.resize(1280, 800);
        window.show();
        window.openSample();
        EXPECT_TRUE(waitUntil([&] { return !state().model.empty() && window.jobs().idle() && !window.store().missing(); }));
    }
    const State& state() { return window.store().state(); }
    template <class W>
    W* child(const char* name) {
        W* found = window.findChild<W*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }
    void click(const char* name) { QTest::mouseClick(child<QPushButton>(name), Qt::LeftButton); }
    QString button() { return child<QPushButton>("dataButton")->text(); }

    worker::Worker engine;
    MainWindow window;
};

TEST_F(DataPicker, OffersWhatLiesBesideTheModelAndMeasuresIt) {
    EXPECT_TRUE(button().contains(QStringLiteral("none")));
    click("dataButton");
    auto* popover = child<DataPopover>("dataPopover");
    ASSERT_TRUE(popover->isVisible());
    EXPECT_FALSE(child<QPushButton>("dataMeasure")->isEnabled());
    EXPECT_TRUE(child<QPushButton>("dataBeside")->text().contains(QStringLiteral("digits.calib and digits.eval")));
    click("dataBeside");
    EXPECT_EQ(child<QLabel>("dataCalibration")->text(), QStringLiteral("digits.calib"));
    EXPECT_EQ(child<QLabel>("dataEvaluation")->text(), QStringLiteral("digits.eval"));
    EXPECT_FALSE(child<QLabel>("dataWarning")->isVisible());
    auto* preview = child<DataPreviewCard>("dataPreview");
    EXPECT_TRUE(waitUntil([&] { return preview->text().contains(QStringLiteral("100 samples")); }));
    EXPECT_TRUE(button().contains(QStringLiteral("digits.calib")));
    click("dataMeasure");
    EXPECT_FALSE(popover->isVisible());
    ASSERT_TRUE(waitUntil([&] { return window.jobs().runs().idle(); }));
    ASSERT_TRUE(state().comparison->reports[0].output);
    EXPECT_NEAR(state().comparison->reports[0].output->accuracy->top1Float, 0.982, 1e-9);
    window.views().present(0);
    EXPECT_TRUE(child<OverviewTile>("outputTile0")->isVisible());
    EXPECT_TRUE(child<OverviewTile>("outputTile0")->accessibleName().contains(QStringLiteral("98.2 →")));
    EXPECT_TRUE(child<QLabel>("outputConditions")->text().contains(QStringLiteral("500 samples of digits.eval")));
    EXPECT_TRUE(child<QLabel>("outputConditions")->text().contains(QStringLiteral("ONNX Runtime")));
}

TEST_F(DataPicker, SyntheticInputsAreMarkedWhereverAFigureStands) {
    window.views().present(0);
    EXPECT_TRUE(child<OverviewTile>("outputTile")->accessibleName().contains(QStringLiteral("not measured")));
    click("dataButton");
    click("dataCalibrationOther");
    EXPECT_TRUE(child<QLabel>("dataWarning")->isVisible());
    EXPECT_TRUE(button().contains(QStringLiteral("synthetic 4")));
    EXPECT_EQ(child<QPushButton>("dataButton")->property("tone").toString(), QStringLiteral("warn"));
    click("dataMeasure");
    ASSERT_TRUE(waitUntil([&] { return window.jobs().runs().idle(); }));
    EXPECT_TRUE(child<QLabel>("outputConditions")->text().contains(QStringLiteral("ynthetic")));
    EXPECT_TRUE(child<OverviewTile>("outputTile")->accessibleName().contains(QStringLiteral("synthetic")));
}

TEST_F(DataPicker, AFolderDroppedOnAnOpenModelBecomesItsData) {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(kSamples + QStringLiteral("digits.calib"))});
    QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    EXPECT_TRUE(enter.isAccepted());
    EXPECT_EQ(child<DropOverlay>("dropOverlay")->text(), QStringLiteral("Run the model on digits.calib"));
    QDropEvent event(QPointF(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
    EXPECT_TRUE(button().contains(QStringLiteral("digits.calib")));
    EXPECT_TRUE(child<DataPopover>("dataPopover")->isVisible());
    EXPECT_TRUE(window.banners().banners().isEmpty());
    window.openSample();
    ASSERT_TRUE(waitUntil([&] { return window.jobs().idle(); }));
    EXPECT_TRUE(button().contains(QStringLiteral("none"))) << "data belongs to the model it was chosen for";
}

TEST_F(DataPicker, DataThatCannotBeReadSaysWhyInItsPlace) {
    QTemporaryDir empty;
    child<DataPopover>("dataPopover")->choose(empty.path());
    click("dataButton");
    auto* preview = child<DataPreviewCard>("dataPreview");
    ASSERT_TRUE(waitUntil([&] { return preview->text().contains(empty.path()); }));
    click("dataMeasure");
    ASSERT_TRUE(waitUntil([&] { return !window.banners().banners().isEmpty(); }));
    EXPECT_TRUE(window.banners().banners()[0]->text().contains(empty.path()));
    EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
}

TEST(PictureOf, TakesPlanarAndInterleavedImagesAndNothingElse) {
    std::vector<float> ramp(3 * 8 * 6);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = float(i);
    const QImage planar = pictureOf(ramp, {1, 3, 8, 6});
    ASSERT_EQ(planar.size(), QSize(6, 8));
    EXPECT_EQ(qRed(planar.pixel(0, 0)), 0);
    EXPECT_EQ(qBlue(planar.pixel(5, 7)), 255);
    const QImage interleaved = pictureOf(ramp, {1, 8, 6, 3});
    ASSERT_EQ(interleaved.size(), QSize(6, 8));
    EXPECT_EQ(qBlue(interleaved.pixel(5, 7)), 255);
    EXPECT_TRUE(pictureOf(ramp, {1, 144}).isNull());
    EXPECT_TRUE(pictureOf(ramp, {1, 3, 8, 7}).isNull()) << "the shape does not fit the values";
}

}  // namespace
}  // namespace roundoff::ui
