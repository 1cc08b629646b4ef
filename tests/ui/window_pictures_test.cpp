#include <gtest/gtest.h>

#include <QAbstractItemView>
#include <QComboBox>
#include <QCompleter>
#include <QDir>
#include <QLineEdit>
#include <QPixmap>
#include <QPushButton>
#include <QScreen>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "app/worker/worker.h"
#include "core/schemes/number_format.h"
#include "tests/ui/wait.h"
#include "ui/models/layer_columns.h"
#include "ui/shell/banner.h"
#include "ui/shell/compare_chooser.h"
#include "ui/shell/data_popover.h"
#include "ui/shell/data_preview_card.h"
#include "ui/shell/drop_overlay.h"
#include "ui/shell/export_dialog.h"
#include "ui/shell/main_window.h"
#include "ui/shell/view_stack.h"

// Pictures of what --screenshot does not show, into $ROUNDOFF_PICTURES; without it, they must merely draw.
namespace roundoff::ui {
namespace {

class WindowPictures : public testing::TestWithParam<bool> {
protected:
    WindowPictures() : window(engine, QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx")) {
        window.applyTheme(GetParam() ? ThemeChoice::Dark : ThemeChoice::Light, false);
        window.resize(1280, 800);
        window.show();
    }
    void TearDown() override { window.applyTheme(ThemeChoice::Light, false); }
    void open() {
        window.openSample();
        ASSERT_TRUE(roundoff::tests::waitUntil([&] {
            return !window.store().state().model.empty() && window.jobs().idle() &&
                   !window.jobs().distributionPending();
        }));
    }
    void keep(QWidget& widget, const char* name) {
        QCoreApplication::processEvents();
        const QPixmap picture = widget.grab();
        EXPECT_FALSE(picture.isNull());
        const QString folder = qEnvironmentVariable("ROUNDOFF_PICTURES");
        if (folder.isEmpty()) return;
        const QString file =
            QLatin1String(name) + (GetParam() ? QStringLiteral("-dark.png") : QStringLiteral("-light.png"));
        EXPECT_TRUE(picture.save(QDir(folder).filePath(file)));
    }
    worker::Worker engine;
    MainWindow window;
};

TEST_P(WindowPictures, Start) { keep(window, "start"); }

TEST_P(WindowPictures, BannersFilterAndFindings) {
    open();
    window.store().setStandard(*schemes::parseScheme("int4:tensor"));
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().idle() && !window.store().missing(); }));
    window.store().setSchemes({1, 3, 5}, *schemes::parseScheme("int8"));
    window.store().setSchemes({9}, schemes::Scheme{});
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().idle() && !window.store().missing(); }));
    window.store().setCurrent(4);
    window.banners().add({ErrorCode::BadInput, "/models/mobilenet.onnx: tensor 'fc.weight'",
                          "data ends at byte 4,194,304, the file has 4,100,002",
                          "The file looks truncated; fetch it again"});
    window.findChild<QLineEdit*>(QStringLiteral("filterBox"))->setText(QStringLiteral("speed<3"));
    EXPECT_TRUE(roundoff::tests::waitUntil(
        [&] { return window.findChild<QWidget*>(QStringLiteral("topBarProblem"))->isVisible(); }));
    keep(window, "findings");
}

TEST_P(WindowPictures, Export) {
    open();
    window.store().setStandard(*schemes::parseScheme("int8"));
    QTemporaryDir folder;
    ExportDialog* dialog = window.showExport();
    dialog->setPath(folder.filePath(QStringLiteral("digits.int8.onnx")));
    keep(*dialog, "export");
    dialog->start();
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return !dialog->running(); }));
    keep(*dialog, "exported");
}

TEST_P(WindowPictures, Chooser) {
    open();
    auto* chooser = window.findChild<CompareChooser*>(QStringLiteral("compareChooser"));
    chooser->open(window.store().state().compared, window.store().state().model, QPoint(400, 100));
    keep(*chooser, "chooser");
    chooser->hide();
    EXPECT_EQ(window.store().undoStack().count(), 0) << "looking is no edit";
}

TEST_P(WindowPictures, Data) {
    open();
    auto* popover = window.findChild<DataPopover*>(QStringLiteral("dataPopover"));
    popover->open(QPoint(400, 100));
    keep(*popover, "data-none");
    window.findChild<QPushButton*>(QStringLiteral("dataBeside"))->click();
    auto* card = window.findChild<DataPreviewCard*>(QStringLiteral("dataPreview"));
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return card->text().contains(QStringLiteral("100 samples")); }));
    keep(*popover, "data-digits");
    const auto type = [&](const char* field, const char* text) {
        auto* edit = window.findChild<QLineEdit*>(QLatin1String(field));
        edit->setText(QLatin1String(text));
        Q_EMIT edit->editingFinished();
    };
    type("readingScale", "1");
    EXPECT_TRUE(roundoff::tests::waitUntil([&] { return card->text().contains(QStringLiteral("holds values")); }));
    type("readingResize", "large");
    keep(*popover, "data-reading");
    type("readingResize", "");
    type("readingScale", "");
    window.findChild<QPushButton*>(QStringLiteral("dataCalibrationOther"))->click();
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return card->text().contains(QStringLiteral("4 samples")); }));
    keep(*popover, "data-synthetic");
    popover->hide();
    window.jobs().runs().measure();
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().runs().idle(); }));
    window.jobs().runs().rank();
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().runs().idle(); }));
    for (const char* name : {"overview", "error", "compare", "activations"}) {
        for (int i = 0; i < window.views().count(); ++i)
            if (window.views().widget(i)->objectName() == QLatin1String(name)) window.views().present(i);
        keep(window, (std::string("synthetic-") + name).c_str());
    }
    window.views().present(2);
    window.findChild<QPushButton*>(QStringLiteral("errorAlone"))->click();
    keep(window, "alone-loss");
    window.findChild<QComboBox*>(QStringLiteral("errorAloneFigure"))->setCurrentIndex(1);
    keep(window, "alone-gain");
    window.store().setSchemes({2}, *schemes::parseScheme("int8"));
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().idle() && !window.store().missing(); }));
    window.views().present(0);
    keep(window, "stale");
}

TEST_P(WindowPictures, TextData) {
    window.openPath(QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/shakespeare.onnx"));
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return !window.store().state().model.empty() && window.jobs().idle(); }));
    auto* popover = window.findChild<DataPopover*>(QStringLiteral("dataPopover"));
    popover->choose(QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/shakespeare.eval.txt"));
    popover->open(QPoint(400, 100));
    auto* card = window.findChild<DataPreviewCard*>(QStringLiteral("dataPreview"));
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return card->text().contains(QStringLiteral("384 samples")); }));
    EXPECT_TRUE(window.findChild<QLineEdit*>(QStringLiteral("readingWindow"))->isVisible());
    keep(*popover, "data-text");
}

TEST_P(WindowPictures, SchemeLists) {
    open();
    const auto popup = [this](QComboBox* box, const char* name) {
        ASSERT_NE(box, nullptr) << name;
        box->showPopup();
        keep(*box->view()->window(), name);
        EXPECT_TRUE(box->screen()->geometry().contains(box->view()->window()->geometry())) << name;
        box->hidePopup();
    };
    popup(window.findChild<QComboBox*>(QStringLiteral("schemeBox")), "list-model");
    popup(window.findChild<QComboBox*>(QStringLiteral("formFormat")), "list-form");
    popup(window.findChild<QComboBox*>(QStringLiteral("formSymmetry")), "list-symmetry");
    auto* table = window.findChild<QTableView*>(QStringLiteral("layerTable"));
    table->edit(table->model()->index(2, layerColumn("scheme")));
    popup(window.findChild<QComboBox*>(QStringLiteral("schemeEditor")), "list-layer");
    auto* typed = window.findChild<QComboBox*>(QStringLiteral("schemeBox"));
    typed->setFocus();
    typed->lineEdit()->selectAll();
    QTest::keyClicks(typed->lineEdit(), QStringLiteral("fp"));
    keep(*typed->completer()->popup(), "list-typed");
    typed->completer()->popup()->hide();
    for (const auto& format : schemes::numberFormats()) {
        if (format.variants.empty()) continue;
        window.store().setStandard({format.defaults, {}});
        break;
    }
    ASSERT_TRUE(roundoff::tests::waitUntil([&] { return window.jobs().idle() && !window.store().missing(); }));
    keep(window, "form-variant");
    window.resize(1024, 700);
    keep(window, "form-variant-small");
}

TEST_P(WindowPictures, Drop) {
    auto* overlay = window.findChild<DropOverlay*>(QStringLiteral("dropOverlay"));
    overlay->announce(QStringLiteral("Open mobilenet.onnx"), true);
    keep(window, "drop");
}

INSTANTIATE_TEST_SUITE_P(Themes, WindowPictures, testing::Bool(),
                         [](const auto& one) { return one.param ? "dark" : "light"; });

}  // namespace
}  // namespace roundoff::ui
