#include "ui/shell/main_window.h"

#include <gtest/gtest.h>

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <random>

#include "app/worker/worker.h"
#include "tests/ui/wait.h"
#include "ui/models/layer_columns.h"
#include "ui/shell/banner.h"
#include "ui/shell/drop_overlay.h"
#include "ui/shell/export_dialog.h"
#include "ui/shell/view_stack.h"
#include "ui/views/overview_bars.h"
#include "ui/views/overview_strip.h"

namespace roundoff::ui {
namespace {

using roundoff::tests::waitUntil;

const QString kSamples = QStringLiteral(ROUNDOFF_SOURCE_DIR "/resources/samples/");

class Window : public testing::Test {
protected:
    Window() : window(engine, kSamples + QStringLiteral("digits.onnx")) {
        window.applyTheme(ThemeChoice::Light, false);
        window.resize(1280, 800);
        window.show();
    }
    void openSample() {
        window.openSample();
        ASSERT_TRUE(waitUntil([&] {
            return !window.store().state().model.empty() && window.jobs().idle() &&
                   !window.jobs().distributionPending();
        }));
    }
    template <class W>
    W* child(const char* name) {
        W* found = window.findChild<W*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }
    QTableView* table() { return child<QTableView>("layerTable"); }
    const State& state() { return window.store().state(); }
    void drop(const QString& path) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        EXPECT_TRUE(enter.isAccepted());
        overlay = child<DropOverlay>("dropOverlay")->text();
        QDropEvent event(QPointF(200, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &event);
    }

    worker::Worker engine;
    MainWindow window;
    QString overlay;
};

TEST_F(Window, BeginsWithThreeWaysIn) {
    EXPECT_TRUE(child<QPushButton>("startOpen")->isVisible());
    EXPECT_TRUE(child<QPushButton>("startSample")->isVisible());
    EXPECT_TRUE(child<QWidget>("startRecent")->isVisible());
    EXPECT_FALSE(child<QWidget>("topBar")->isVisible());
}

TEST_F(Window, TheSampleFillsTableAndViews) {
    QTest::mouseClick(child<QPushButton>("startSample"), Qt::LeftButton);
    ASSERT_TRUE(waitUntil([&] { return !state().model.empty() && window.jobs().idle(); }));
    EXPECT_EQ(table()->model()->rowCount(), 10);
    EXPECT_FALSE(window.store().missing());
    EXPECT_EQ(child<QLabel>("layerCount")->text(), QStringLiteral("10 of 10 layers"));
    for (int i = 0; i < window.views().count(); ++i) {
        const QImage image = window.views().present(i)->grab().toImage();
        int others = 0;
        for (int x = 0; x < image.width(); x += 4)
            for (int y = 0; y < image.height(); y += 4)
                others += image.pixel(x, y) != image.pixel(1, image.height() - 2);
        EXPECT_GT(others, 200) << window.views().tabText(i).toStdString() << " is blank";
    }
    EXPECT_TRUE(window.banners().banners().isEmpty());
}

TEST_F(Window, DroppingAModelOpensItAndATextFileSaysWhyNot) {
    QTemporaryDir folder;
    const QString text = folder.filePath(QStringLiteral("notes.txt"));
    QFile file(text);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("hello");
    file.close();
    drop(text);
    EXPECT_TRUE(overlay.contains(QStringLiteral("cannot")));
    ASSERT_EQ(window.banners().banners().size(), 1);
    EXPECT_TRUE(window.banners().banners()[0]->text().contains(QStringLiteral(".onnx")));
    drop(kSamples + QStringLiteral("digits.onnx"));
    EXPECT_EQ(overlay, QStringLiteral("Open digits.onnx"));
    ASSERT_TRUE(waitUntil([&] { return !state().model.empty(); }));
    EXPECT_TRUE(window.banners().banners().isEmpty() || !window.banners().banners()[0]->isVisible());
}

TEST_F(Window, ATruncatedModelGivesABannerAndTheWindowLives) {
    QFile whole(kSamples + QStringLiteral("digits.onnx"));
    ASSERT_TRUE(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = whole.readAll();
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("cut.onnx"));
    QFile cut(path);
    ASSERT_TRUE(cut.open(QIODevice::WriteOnly));
    cut.write(bytes.left(bytes.size() / 2));
    cut.close();
    window.openPath(path);
    ASSERT_TRUE(waitUntil([&] { return !window.banners().banners().isEmpty(); }));
    EXPECT_TRUE(window.banners().banners()[0]->text().contains(QStringLiteral("cut.onnx")));
    EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
    openSample();
    EXPECT_EQ(table()->model()->rowCount(), 10);
}

TEST_F(Window, TheFilterCountsAndReachesTheViews) {
    openSample();
    auto* box = child<QLineEdit>("filterBox");
    box->setText(QStringLiteral("pointwise"));
    ASSERT_TRUE(waitUntil([&] { return state().visible.size() == 4; }, 2000));
    EXPECT_EQ(child<QLabel>("layerCount")->text(), QStringLiteral("4 of 10 layers"));
    EXPECT_EQ(child<OverviewBars>("weakestLayers")->rows(), 4U);
    box->setText(QStringLiteral("speed<3"));
    ASSERT_TRUE(waitUntil([&] { return child<QLabel>("topBarProblem")->isVisible(); }, 2000));
    QTest::mouseClick(child<QPushButton>("clearFilter"), Qt::LeftButton);
    EXPECT_EQ(state().visible.size(), 10U);
    EXPECT_FALSE(child<QLabel>("topBarProblem")->isVisible());
}

TEST_F(Window, OneSelectionDrivesEverything) {
    openSample();
    table()->selectRow(6);
    ASSERT_TRUE(waitUntil([&] { return !window.jobs().distributionPending() && state().current == 6; }));
    const QString name = QString::fromStdString(state().model.layers()[6].name);
    EXPECT_EQ(child<QLabel>("inspectorLayer")->accessibleName(), name);
    ASSERT_TRUE(state().distribution);
    EXPECT_EQ(state().distribution->layer, 6U);

    auto* strip = child<OverviewStrip>("bitsStrip");
    window.views().present(0);
    int at = 0;
    while (strip->layerAt(QPoint(at, 10)) != 8 && at < strip->width()) ++at;
    QTest::mouseClick(strip, Qt::LeftButton, {}, QPoint(at, 10));
    EXPECT_EQ(state().current, 8);
    EXPECT_EQ(table()->currentIndex().row(), 8);
    auto* bars = child<OverviewBars>("weakestLayers");
    const int weakest = bars->layerAt(QPoint(5, 5));
    QTest::mouseClick(bars, Qt::LeftButton, {}, QPoint(5, 5));
    EXPECT_EQ(state().current, weakest);
}

TEST_F(Window, SchemeBoxSaysWhatIsWrongAndTakesWhatIsRight) {
    openSample();
    auto* box = child<QComboBox>("schemeBox");
    box->setEditText(QStringLiteral("int4:g32:crooked"));
    EXPECT_TRUE(child<QLabel>("topBarProblem")->isVisible());
    EXPECT_TRUE(child<QLabel>("topBarProblem")->text().contains(QStringLiteral("crooked")));
    box->setEditText(QStringLiteral("int6:tensor"));
    EXPECT_FALSE(child<QLabel>("topBarProblem")->isVisible());
    QTest::keyClick(box->lineEdit(), Qt::Key_Return);
    EXPECT_EQ(schemes::shortText(state().recipe.standard), "int6:tensor");
    ASSERT_TRUE(waitUntil([&] { return !window.store().missing() && window.jobs().idle(); }));
    window.actions().undo->trigger();
    EXPECT_EQ(schemes::shortText(state().recipe.standard), "int4:g32:asym");
    EXPECT_FALSE(window.store().missing());
}

TEST_F(Window, TheTableTakesASchemeInPlace) {
    openSample();
    const QModelIndex cell = table()->model()->index(2, layerColumn("scheme"));
    table()->edit(cell);
    auto* box = child<QComboBox>("schemeEditor");
    box->hidePopup();
    box->setEditText(QStringLiteral("int6:crooked"));
    EXPECT_TRUE(box->toolTip().contains(QStringLiteral("crooked")));
    box->setEditText(QStringLiteral("int6:tensor"));
    QTest::keyClick(box->lineEdit(), Qt::Key_Return);
    QCoreApplication::processEvents();  // the view takes the text once the editor is through with the key
    EXPECT_EQ(schemes::shortText(state().recipe.schemeOf(state().model.layers()[2].name)), "int6:tensor");
    EXPECT_EQ(window.store().undoStack().count(), 1);
    window.actions().undo->trigger();
    EXPECT_TRUE(state().recipe.layers.empty());
}

TEST_F(Window, FormAndKeysEditTheSelectedLayers) {
    openSample();
    table()->selectAll();
    EXPECT_EQ(state().selected.size(), 10U);
    auto* granularity = child<QComboBox>("formGranularity");
    granularity->setCurrentIndex(granularity->findText(QStringLiteral("tensor")));
    Q_EMIT granularity->activated(granularity->currentIndex());
    EXPECT_EQ(window.store().undoStack().count(), 1);
    EXPECT_EQ(state().recipe.layers.size(), 10U);
    window.actions().moreBits->trigger();
    EXPECT_EQ(state().recipe.schemeOf(state().model.layers()[0].name).weight.format, "int5");
    window.actions().undo->trigger();
    window.actions().undo->trigger();
    EXPECT_TRUE(state().recipe.layers.empty());
    table()->setFocus();
    window.store().setCurrent(3);
    QTest::keyClick(table(), Qt::Key_J);
    EXPECT_EQ(state().current, 4);
    QTest::keyClick(table(), Qt::Key_K);
    EXPECT_EQ(state().current, 3);
}

TEST_F(Window, CopyIsATableWithAHeaderAndFullPrecision) {
    openSample();
    table()->selectAll();
    window.actions().copy->trigger();
    const QString text = QApplication::clipboard()->text();
    const QStringList lines = text.trimmed().split(QLatin1Char('\n'));
    ASSERT_EQ(lines.size(), 11);
    const qsizetype column = lines[0].split(QLatin1Char('\t')).indexOf(QStringLiteral("SQNR dB"));
    ASSERT_GE(column, 0);
    for (int i = 0; i < 10; ++i) {
        bool ok = false;
        EXPECT_EQ(lines[i + 1].split(QLatin1Char('\t'))[column].toDouble(&ok), state().report(i)->weight->sqnrDb());
        EXPECT_TRUE(ok);
    }
}

TEST_F(Window, EveryVisibleControlHasAName) {
    openSample();
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus) continue;
        if (qobject_cast<QPushButton*>(widget) == nullptr && qobject_cast<QComboBox*>(widget) == nullptr &&
            qobject_cast<QLineEdit*>(widget) == nullptr && qobject_cast<QAbstractItemView*>(widget) == nullptr)
            continue;
        if (qobject_cast<QComboBox*>(widget->parentWidget())) continue;
        const auto* button = qobject_cast<QPushButton*>(widget);
        const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        EXPECT_TRUE(named) << widget->metaObject()->className() << " " << widget->objectName().toStdString();
    }
}

TEST_F(Window, AThousandRandomClicksDoNoHarm) {
    openSample();
    std::mt19937 random(3);
    for (int view = 0; view < window.views().count(); ++view) {
        window.views().present(view);
        for (int i = 0; i < 250; ++i) {
            const QPoint at(int(random() % unsigned(window.views().width())),
                            int(random() % unsigned(window.views().height())));
            QWidget* target = window.views().childAt(at);
            if (!target || qobject_cast<QComboBox*>(target) || qobject_cast<QPushButton*>(target)) continue;
            QTest::mouseClick(target, Qt::LeftButton, {}, target->mapFrom(&window.views(), at));
        }
    }
    EXPECT_TRUE(waitUntil([&] { return window.jobs().idle(); }));
    EXPECT_EQ(table()->model()->rowCount(), 10);
}

TEST_F(Window, ExportWritesAProvedFileAndShowsTheProof) {
    openSample();
    window.store().setStandard(*schemes::parseScheme("int8"));
    QTemporaryDir folder;
    ExportDialog* dialog = window.showExport();
    const QString path = folder.filePath(QStringLiteral("out.onnx"));
    dialog->setPath(path);
    dialog->start();
    EXPECT_TRUE(dialog->running());
    ASSERT_TRUE(waitUntil([&] { return !dialog->running(); }));
    const QString headline = dialog->findChild<QLabel*>(QStringLiteral("exportHeadline"))->text();
    EXPECT_TRUE(headline.contains(QStringLiteral("proved right"))) << headline.toStdString();
    EXPECT_TRUE(QFile::exists(path));
    EXPECT_GE(dialog->findChild<QTableView*>(QStringLiteral("exportResults"))->model()->rowCount(), 3);
}

TEST_F(Window, ExportMeasuresWhereOnlyFasterLayersAreWanted) {
    openSample();
    window.store().setStandard(*schemes::parseScheme("int8"));
    QTemporaryDir folder;
    ExportDialog* dialog = window.showExport();
    dialog->setPath(folder.filePath(QStringLiteral("out.onnx")));
    dialog->findChild<QCheckBox*>(QStringLiteral("exportOnlyFaster"))->setChecked(true);
    auto* results = dialog->findChild<QTableView*>(QStringLiteral("exportResults"));
    const auto holds = [&](int column, const char* words) {
        const auto* model = results->model();
        for (int row = 0; row < model->rowCount(); ++row)
            if (model->index(row, column).data().toString().contains(QLatin1String(words))) return true;
        return false;
    };
    dialog->start();
    ASSERT_TRUE(waitUntil([&] { return holds(2, "%"); }, 120000));  // where it is
    QTest::keyClick(dialog, Qt::Key_Escape);  // cancels
    ASSERT_TRUE(waitUntil([&] { return !dialog->running(); }, 120000));
    EXPECT_FALSE(QFile::exists(folder.filePath(QStringLiteral("out.onnx"))));

    dialog->start();
    ASSERT_TRUE(waitUntil([&] { return !dialog->running(); }, 120000));
    EXPECT_TRUE(QFile::exists(folder.filePath(QStringLiteral("out.onnx"))));
    EXPECT_TRUE(holds(0, "measuring"));
    EXPECT_TRUE(holds(2, "of 10 layers are faster alone"));
}

TEST_F(Window, ExportSaysWhichLayersATargetCannotHold) {
    openSample();
    window.store().setStandard(*schemes::parseScheme("log4"));
    ExportDialog* dialog = window.showExport();
    auto* target = dialog->findChild<QComboBox*>(QStringLiteral("exportTarget"));
    target->setCurrentIndex(target->findData(QStringLiteral("onnx-qdq")));
    EXPECT_TRUE(dialog->findChild<QLabel*>(QStringLiteral("exportFit"))
                    ->text()
                    .contains(QStringLiteral("cannot hold 10 of 10")));
    EXPECT_EQ(dialog->findChild<QTableView*>(QStringLiteral("exportRefused"))->model()->rowCount(), 10);
}

TEST_F(Window, DumpsItsStateAsJson) {
    openSample();
    const QByteArray json = window.stateJson();
    EXPECT_TRUE(json.contains("\"visible\""));
    EXPECT_TRUE(json.contains("digits.onnx"));
    EXPECT_TRUE(json.contains("int4:g32:asym"));
    EXPECT_EQ(QJsonDocument::fromJson(json).object().value(QStringLiteral("view")).toString(), QStringLiteral("overview"));
    window.views().present(1);
    ASSERT_TRUE(waitUntil([&] {
        const auto plots = QJsonDocument::fromJson(window.stateJson()).object().value(QStringLiteral("plots")).toObject();
        const auto x = plots.value(QStringLiteral("x")).toArray(), handles = plots.value(QStringLiteral("handles")).toArray();
        return handles.size() == 2 && x.at(0).toDouble() <= handles.at(0).toDouble() &&
               handles.at(0).toDouble() < handles.at(1).toDouble() && handles.at(1).toDouble() <= x.at(1).toDouble();
    }));
}

}  // namespace
}  // namespace roundoff::ui
