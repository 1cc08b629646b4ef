#include <gtest/gtest.h>

#include "core/base/text.h"
#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using testing::comparisonOf, testing::modelWith, testing::written;
using Row = std::vector<std::string>;

/// A plain RFC 4180 reader: the oracle of what the writer means.
std::vector<Row> parse(const std::string& text) {
    std::vector<Row> rows(1, Row(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c != '"')
                rows.back().back() += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                rows.back().back() += text[++i];
            else
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            rows.back().emplace_back();
        } else if (c == '\n') {
            rows.emplace_back(1);
        } else {
            rows.back().back() += c;
        }
    }
    rows.pop_back();
    return rows;
}

std::string cell(const std::vector<Row>& rows, std::size_t row, const std::string& column) {
    for (std::size_t i = 0; i < rows[0].size(); ++i)
        if (rows[0][i] == column) return rows[row].at(i);
    ADD_FAILURE() << "no column " << column;
    return {};
}

TEST(CsvReport, HasOneLineALayerAndScheme) {
    const auto model = modelWith({"a", "b", "c"});
    const auto comparison = comparisonOf(model, {"int8", "int4:g32"});
    const auto rows = parse(written("csv", model, comparison));
    ASSERT_EQ(rows.size(), 1u + 3 * 2);
    for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
    EXPECT_EQ(cell(rows, 4, "scheme"), schemes::text(comparison.reports[1].recipe.standard));
    EXPECT_EQ(cell(rows, 6, "layer"), "c");
    EXPECT_EQ(cell(rows, 6, "shape"), "4x25");
    EXPECT_EQ(std::stod(cell(rows, 6, "sqnr_db")), comparison.reports[1].layers[2].weight->sqnrDb());
    EXPECT_EQ(std::stod(cell(rows, 6, "mse")), comparison.reports[1].layers[2].weight->mse());
    EXPECT_EQ(cell(rows, 6, "exact"), "false");
    EXPECT_EQ(cell(rows, 6, "model_path"), "models/net.onnx");
    EXPECT_EQ(cell(rows, 6, "model_sha256"), std::string(64, 'a'));
    EXPECT_EQ(cell(rows, 6, "threads"), "2");
}

TEST(CsvReport, CarriesTheConditionsOfEveryFigure) {
    const auto model = modelWith({"a", "b"});
    auto comparison = comparisonOf(model, {"int8"});
    comparison.measured = "2 synthetic samples";
    comparison.calibration = "4 samples of x";
    comparison.synthetic = true;
    analysis::ValueError exact{100, 0, 100, 100, 9}, rounded{100, 1, 99, 99, 9};
    comparison.reports[0].layers[0].output = analysis::LayerOutput{exact, rounded, ""};
    const auto rows = parse(written("csv", model, comparison));
    for (std::size_t row : {1, 2}) {
        EXPECT_EQ(cell(rows, row, "output_conditions"), comparison.measured);
        EXPECT_EQ(cell(rows, row, "ranges_conditions"), comparison.calibration);
        EXPECT_EQ(cell(rows, row, "synthetic"), "true");
    }
    EXPECT_EQ(cell(rows, 1, "isolated_exact"), "true");
    EXPECT_EQ(cell(rows, 1, "accumulated_exact"), "false");
    EXPECT_EQ(cell(rows, 2, "isolated_exact"), "");
}

TEST(CsvReport, QuotesHostileNames) {
    const auto names = testing::hostileNames();
    const auto model = modelWith(names);
    const auto rows = parse(written("csv", model, comparisonOf(model, {"int8"})));
    ASSERT_EQ(rows.size(), names.size() + 1);
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(cell(rows, i + 1, "layer"), validUtf8(names[i]));
}

TEST(CsvReport, LeavesEmptyWhatIsNoNumber) {
    const auto model = modelWith({"nan", "exact", "kept"});
    auto comparison = comparisonOf(model, {"int8"});
    auto& layers = comparison.reports[0].layers;
    layers[0].weight->signal = layers[0].weight->noise = std::numeric_limits<double>::quiet_NaN();
    layers[1].weight->noise = 0;
    layers[2].weight.reset();
    comparison.statistics[2].reset();
    const auto rows = parse(written("csv", model, comparison));
    EXPECT_EQ(cell(rows, 1, "sqnr_db"), "");
    EXPECT_EQ(cell(rows, 1, "mse"), "");
    EXPECT_EQ(cell(rows, 2, "sqnr_db"), "");
    EXPECT_EQ(cell(rows, 2, "exact"), "true");
    EXPECT_EQ(cell(rows, 3, "mse"), "");
    EXPECT_EQ(cell(rows, 3, "kurtosis"), "");
}

}  // namespace
}  // namespace roundoff::reports
