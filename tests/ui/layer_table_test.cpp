#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QTableView>
#include <QTest>

#include "tests/ui/charts_fixture.h"
#include "ui/models/layer_columns.h"
#include "ui/models/layer_model.h"
#include "ui/models/layer_proxy.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

using tests::makeState;

/// Four layers whose SQNR sorts differently as text than as numbers.
State fourLayers() {
    State state = makeState({{"a", 8, 64}, {"b", 8, 64}, {"c", 8, 64}, {"d", 8, 64}}, "int4");
    auto comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    const double db[]{10.2, 9.5, 100.1, 31.0};
    for (std::size_t i = 0; i < 4; ++i) {
        auto& weight = *comparison->reports[0].layers[i].weight;
        weight.signal = std::pow(10.0, db[i] / 10);
        weight.noise = 1;
    }
    state.comparison = comparison;
    return state;
}

QStringList names(const LayerProxy& proxy) {
    QStringList list;
    for (int row = 0; row < proxy.rowCount(); ++row) list << proxy.index(row, 0).data().toString();
    return list;
}

TEST(LayerTable, HoldsTheItemModelContract) {
    State state = fourLayers();
    LayerModel model(state);
    LayerProxy proxy(model);
    const QAbstractItemModelTester one(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const QAbstractItemModelTester two(&proxy, QAbstractItemModelTester::FailureReportingMode::Fatal);
    proxy.sort(layerColumn("sqnr"));
    proxy.setFilter(LayerFilter::parse(QStringLiteral("sqnr<40")));
    EXPECT_EQ(proxy.rowCount(), 3);
    model.update(unsigned(Change::Results));
    state = makeState({{"x", 8, 8}}, "int8");
    model.update(unsigned(Change::All));
    EXPECT_EQ(proxy.rowCount(), 0) << "an int8 layer of Gaussian weights is above 40 dB";
    proxy.setFilter({});
    EXPECT_EQ(proxy.rowCount(), 1);
    state = State{};
    model.update(unsigned(Change::All));
    EXPECT_EQ(proxy.rowCount(), 0);
}

TEST(LayerTable, SortsByNumberAndThirdClickRestoresModelOrder) {
    const State state = fourLayers();
    LayerModel model(state);
    LayerProxy proxy(model);
    QTableView view;
    view.setModel(&proxy);
    view.horizontalHeader()->setSortIndicatorClearable(true);
    view.horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    view.setSortingEnabled(true);
    view.resize(900, 300);
    view.show();
    const int column = layerColumn("sqnr");
    const auto click = [&] {
        const QHeaderView* header = view.horizontalHeader();
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          QPoint(header->sectionViewportPosition(column) + 20, 8));
    };
    for (int c = 0; c < proxy.columnCount(); ++c) view.setColumnHidden(c, c != 0 && c != column);
    EXPECT_EQ(names(proxy).join(QString()), QStringLiteral("abcd"));
    click();
    EXPECT_EQ(names(proxy).join(QString()), QStringLiteral("badc"));
    click();
    EXPECT_EQ(names(proxy).join(QString()), QStringLiteral("cdab"));
    click();
    EXPECT_EQ(names(proxy).join(QString()), QStringLiteral("abcd"));
}

TEST(LayerTable, UnknownCellsSayPendingAndStandLastEitherWay) {
    State state = fourLayers();
    auto comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    comparison->reports[0].layers[0] = {};
    state.comparison = comparison;
    LayerModel model(state);
    LayerProxy proxy(model);
    const int column = layerColumn("sqnr");
    EXPECT_EQ(model.index(0, column).data().toString(), dashText());
    EXPECT_EQ(model.index(0, column).data(Qt::ToolTipRole).toString(), QStringLiteral("pending"));
    EXPECT_FALSE(model.index(0, column).data(LayerModel::ValueRole).isValid());
    EXPECT_FALSE(model.index(0, column).data(LayerModel::HeatRole).isValid());
    proxy.sort(column, Qt::AscendingOrder);
    EXPECT_EQ(names(proxy).last(), QStringLiteral("a"));
    proxy.sort(column, Qt::DescendingOrder);
    EXPECT_EQ(names(proxy).last(), QStringLiteral("a"));
}

TEST(LayerTable, OrderStandsStillUntilResorted) {
    State state = fourLayers();
    LayerModel model(state);
    LayerProxy proxy(model);
    proxy.sort(layerColumn("sqnr"));
    const QStringList before = names(proxy);
    auto comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    comparison->reports[0].layers[2].weight->signal = 1e-3;
    state.comparison = comparison;
    model.update(unsigned(Change::Results));
    proxy.refresh();
    EXPECT_EQ(names(proxy), before);
    proxy.resort();
    EXPECT_EQ(names(proxy).first(), QStringLiteral("c"));
}

TEST(LayerTable, EveryColumnShowsSomethingForAFinishedLayer) {
    const State state = fourLayers();
    LayerModel model(state);
    for (int c = 0; c < model.columnCount(); ++c) {
        EXPECT_FALSE(model.index(0, c).data().toString().isEmpty()) << layerColumns()[std::size_t(c)].id;
        EXPECT_FALSE(model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
        EXPECT_FALSE(model.headerData(c, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }
    for (const QString& figure : LayerFilter::figures())
        EXPECT_TRUE(layerFigure(state, 0, figure)) << figure.toStdString();
}

TEST(LayerTable, EditsOnlySchemesThatParse) {
    const State state = fourLayers();
    LayerModel model(state);
    QString edited;
    QObject::connect(&model, &LayerModel::schemeEdited, [&](int, const QString& text) { edited = text; });
    const int column = layerColumn("scheme");
    EXPECT_FALSE(model.setData(model.index(0, column), QStringLiteral("int5000"), Qt::EditRole));
    EXPECT_TRUE(edited.isEmpty());
    EXPECT_TRUE(model.setData(model.index(0, column), QStringLiteral("int8"), Qt::EditRole));
    EXPECT_EQ(edited, QStringLiteral("int8"));
    EXPECT_FALSE(model.setData(model.index(0, 0), QStringLiteral("int8"), Qt::EditRole));
}

}  // namespace
}  // namespace roundoff::ui
