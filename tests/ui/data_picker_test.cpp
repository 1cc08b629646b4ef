#include <gtest/gtest.h>

#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
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
#include "ui/shell/reading_form.h"
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

TEST_F(DataPicker, HowPicturesAreReadIsSetBesideThem) {
    click("dataButton");
    EXPECT_TRUE(child<ReadingForm>("readingForm")->isHidden()) << "there are no data";
    click("dataBeside");
    auto* preview = child<DataPreviewCard>("dataPreview");
    ASSERT_TRUE(waitUntil([&] { return preview->text().contains(QStringLiteral("class 3")); })) << preview->text().toStdString();
    EXPECT_TRUE(preview->text().contains(QStringLiteral("0 to 1"))) << preview->text().toStdString();
    auto* mean = child<QLineEdit>("readingMean");
    ASSERT_TRUE(mean->isVisible());
    mean->setText(QStringLiteral("0.5"));
    QTest::keyClick(mean, Qt::Key_Return);
    EXPECT_EQ(state().data.calibration->images.mean, std::vector<double>{0.5});
    EXPECT_EQ(state().data.evaluation->images.mean, std::vector<double>{0.5}) << "both are read alike";
    ASSERT_TRUE(waitUntil([&] { return preview->text().contains(QStringLiteral("to 0.500")); })) << preview->text().toStdString();
    EXPECT_FALSE(child<QPushButton>("dataBeside")->isVisible()) << "the data beside the model are in use";
    mean->setText(QStringLiteral("half"));
    QTest::keyClick(mean, Qt::Key_Return);
    EXPECT_EQ(state().data.calibration->images.mean, std::vector<double>{0.5});
    EXPECT_FALSE(child<QPushButton>("dataMeasure")->isEnabled());
    EXPECT_TRUE(child<QLabel>("readingProblem")->text().contains(QStringLiteral("'half' is no list of numbers")));
    mean->setText(QStringLiteral("0.5,0.5,0.5"));
    QTest::keyClick(mean, Qt::Key_Return);
    EXPECT_TRUE(child<QPushButton>("dataMeasure")->isEnabled());
    ASSERT_TRUE(waitUntil([&] { return preview->text().contains(QStringLiteral("Data › Mean")); })) << preview->text().toStdString();
    EXPECT_TRUE(mean->isVisible()) << "where it can be put right";
    child<DataPopover>("dataPopover")->choose(kSamples + QStringLiteral("digits.eval"));
    EXPECT_EQ(state().data.calibration->images.mean.size(), 3U) << "other data are read in the same way";
    click("dataCalibrationOther");
    EXPECT_FALSE(mean->isVisible());
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
    EXPECT_FALSE(child<QPushButton>("dataMeasure")->isEnabled()) << "there is nothing to measure on";
    window.jobs().runs().measure();  // what the menu does
    ASSERT_TRUE(waitUntil([&] { return !window.banners().banners().isEmpty(); }));
    EXPECT_TRUE(window.banners().banners()[0]->text().contains(empty.path()));
    EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
}

calibration::Preview::Input pixels() {
    return {"image", tensor::ElementType::Float32, {1, 3, 2, 2}, -1.5, 2.25, 0.5, false};
}

TEST(DataPreviewCard, ShowsThePictureItsNameAndLabelTheClassesAndWhatLooksWrong) {
    calibration::Preview preview;
    preview.count = 1234;
    preview.classes = {{0, 600}, {7, 634}};
    preview.samples.push_back({{pixels()}, "/data/birds/<b>wren.png", calibration::Picture{2, 2, 3, std::vector<std::uint8_t>(12, 200)}, 7});
    preview.findings = {"Input \"image\" is constant (3)."};
    DataPreviewCard card;
    card.resize(420, 200);
    card.show(preview);
    card.QWidget::show();
    for (const char* part : {"1,234 samples", "2 classes, 600 to 634 each", "birds/<b>wren.png · class 7", "image: float32 1 × 3 × 2 × 2",
                             "1.50 to 2.25", "is constant (3)."})
        EXPECT_TRUE(card.text().contains(QLatin1String(part)) || card.text().contains(QString::fromUtf8(part)))
            << part << " is not in: " << card.text().toStdString();
    auto* picture = card.findChild<QLabel*>(QStringLiteral("dataPicture"));
    EXPECT_TRUE(picture->isVisible());
    EXPECT_EQ(qRed(picture->pixmap(Qt::ReturnByValue).toImage().pixel(3, 3)), 200);
    card.say(QStringLiteral("The folder is empty."), true);
    EXPECT_FALSE(picture->isVisible());
    EXPECT_EQ(card.text(), QStringLiteral("The folder is empty."));
}

TEST(DataPreviewCard, ShowsTheBeginningOfATextAndWhatIsMadeToFit) {
    calibration::Preview preview;
    preview.count = 1;
    preview.text = "First Citizen:\nBefore we proceed" + std::string(900, 'x');
    preview.samples.push_back({{{"ids", tensor::ElementType::Int64, {1, 64}, 1, 99, 50, false},
                                {"mask", tensor::ElementType::Int64, {1, 64}, 1, 1, 1, true}}, {}, {}, {}});
    DataPreviewCard card;
    card.show(preview);
    EXPECT_TRUE(card.text().startsWith(QStringLiteral("1 sample\n"))) << card.text().toStdString();
    EXPECT_TRUE(card.text().contains(QStringLiteral("“First Citizen: Before we proceedxx")));
    EXPECT_TRUE(card.text().contains(QStringLiteral("mean 1, made to fit")));
    EXPECT_LT(card.text().size(), 500);
}

}  // namespace
}  // namespace roundoff::ui
