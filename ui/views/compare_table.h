#pragma once
#include <memory>
#include <vector>

#include "ui/charts/heat_matrix.h"
#include "ui/shell/state.h"
#include "ui/views/error_metric.h"

namespace roundoff::ui {

enum class CompareMode : std::uint8_t { Value, Delta, Rank };

/// Layers × schemes as numbers: what the Compare view draws and copies. Rows are the layers that pass the filter.
class CompareTable final : public MatrixSource {
public:
    struct Sort {
        int column = -2;  ///< -1 = names, -2 = the table's own order
        bool descending = false;
        bool operator==(const Sort&) const = default;
    };

    void fill(const State& state, Metric metric, CompareMode mode, const Sort& sort);

    [[nodiscard]] int rows() const override { return int(m_rows.size()); }
    [[nodiscard]] int row(int position) const override { return m_rows[std::size_t(position)]; }
    [[nodiscard]] QString name(int position) const override;
    [[nodiscard]] MatrixCell cell(int position, int column) const override;
    [[nodiscard]] MatrixCell total(int column) const override;

    [[nodiscard]] int columns() const { return int(m_columns.size()); }
    [[nodiscard]] std::vector<MatrixColumn> headers(bool running) const;
    /// The figure as computed, before text: NaN where there is none.
    [[nodiscard]] double value(int position, int column) const;
    [[nodiscard]] int reference() const { return m_reference; }  ///< column that deltas refer to
    [[nodiscard]] QString schemeOf(int column) const { return m_columns[std::size_t(column)].scheme; }
    /// Several columns share a bit width, so a best one is marked.
    [[nodiscard]] bool marksBest() const;
    /// Header line and one line a row, tabs between, full precision, C locale.
    [[nodiscard]] QString tsv() const;

private:
    struct Column {
        QString scheme, full;
        int bits = 0;
        analysis::Report::Total total;
        double figure = 0;         ///< of all shown rows together
        std::vector<double> values;  ///< parallel to m_rows
    };
    [[nodiscard]] double shown(std::size_t position, std::size_t column) const;
    [[nodiscard]] int rankOf(std::size_t position, std::size_t column) const;
    [[nodiscard]] bool best(double value, const std::vector<double>& rowValues, std::size_t column) const;
    [[nodiscard]] double heatOf(double value) const;
    [[nodiscard]] MatrixCell cellOf(double value, double reference, int rank, std::size_t column) const;
    void measureScale();
    void sort(const Sort& order);

    std::shared_ptr<const analysis::Comparison> m_comparison;
    model::Model m_model;
    Metric m_metric = Metric::Sqnr;
    CompareMode m_mode = CompareMode::Value;
    int m_reference = 0;
    std::vector<int> m_rows;
    std::vector<Column> m_columns;
    double m_scaleLow = 0, m_scaleHigh = 1;  ///< of scaleOf(value), best to worst
    double m_deltaScale = 1;                 ///< largest change that the colours tell apart
};

}  // namespace roundoff::ui
