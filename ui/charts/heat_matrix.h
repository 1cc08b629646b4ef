#pragma once
#include <QAbstractScrollArea>
#include <QString>
#include <vector>

namespace roundoff::ui {

struct MatrixColumn {
    QString title;     ///< scheme text
    QString subtitle;  ///< "4.63 bpw"
    QString tooltip;
};

/// One painted cell. `heat` is 0…1 on the theme's sequential scale or, with `diverging`, on the diverging one (0.5 =
/// none); NaN = no tint.
struct MatrixCell {
    QString text;
    double heat = 0;
    bool diverging = false;
    bool bold = false;
    bool faint = false;  ///< no figure
    QString tooltip;
};

/// What a matrix shows; asked only for what is visible.
class MatrixSource {
public:
    virtual ~MatrixSource() = default;
    [[nodiscard]] virtual int rows() const = 0;
    [[nodiscard]] virtual int row(int position) const = 0;   ///< the caller's id of the row at a position
    [[nodiscard]] virtual QString name(int position) const = 0;
    [[nodiscard]] virtual MatrixCell cell(int position, int column) const = 0;
    [[nodiscard]] virtual MatrixCell total(int column) const = 0;
};

/// A painted heat matrix: sticky header and totals row, rows that scroll smoothly by the ten thousand, a highlighted
/// current row, cross-highlighting under the pointer. Header clicks ask for a sort, row clicks for a selection; Up, Down,
/// Page and Home keys move the current row.
class HeatMatrix : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit HeatMatrix(QWidget* parent = nullptr);

    void setColumns(const QString& rowTitle, const QString& totalTitle, std::vector<MatrixColumn> columns);
    /// The source must outlive the matrix or be replaced; call again (or refresh) whenever its content changed.
    void setSource(const MatrixSource* source);
    void refresh();
    void setCurrent(int row);  ///< by id; scrolls to it where it is out of sight
    void setHovered(int row);  ///< by id; -1 = none
    void setSort(int column, bool descending);  ///< the arrow; -1 = the name column, -2 = none

    /// For tests and pictures.
    [[nodiscard]] QRect cellRect(int position, int column) const;

Q_SIGNALS:
    void rowClicked(int row);
    void rowHovered(int row);         ///< id, -1 = none
    void headerClicked(int column);   ///< -1 = the name column

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Spot {
        int position = -1;  ///< -1 = header, -2 = totals, -3 = nowhere
        int column = -3;    ///< -1 = names
    };
    void measure();
    [[nodiscard]] int bodyTop() const { return m_headerHeight + m_rowHeight; }
    [[nodiscard]] int columnLeft(int column) const;
    [[nodiscard]] Spot spotAt(const QPoint& point) const;
    [[nodiscard]] int positionOf(int row) const;
    void paintHeader(QPainter& painter) const;
    void paintCell(QPainter& painter, const QRect& area, const MatrixCell& cell, bool hovered) const;
    void paintRow(QPainter& painter, int position, int top) const;
    void step(int by);

    const MatrixSource* m_source = nullptr;
    QString m_rowTitle, m_totalTitle;
    std::vector<MatrixColumn> m_columns;
    std::vector<int> m_widths;
    int m_nameWidth = 160, m_rowHeight = 23, m_headerHeight = 40;
    int m_current = -1, m_hovered = -1, m_hoveredColumn = -3;
    int m_sortColumn = -2;
    bool m_sortDescending = false;
};

}  // namespace roundoff::ui
