#pragma once
#include <QImage>
#include <QWidget>
#include <cstdint>
#include <vector>

namespace roundoff::ui {

/// Channel × value heat strip: each row one channel (or several pooled), darker where more weights lie. A click or
/// hover reads a row out; while it has the focus, Up and Down move the chosen row and Escape gives it up.
class ChannelStrip : public QWidget {
    Q_OBJECT
public:
    explicit ChannelStrip(QWidget* parent = nullptr);

    /// counts[row * columns + column]; `channels` is how many the rows stand for, values run from low to high.
    void setCounts(const std::vector<std::uint32_t>& counts, std::uint32_t rows, std::uint32_t columns,
                   std::uint32_t channels, double low, double high);
    /// The row that the other plots show the grid of; -1 = none.
    void setHome(int row);
    QSize sizeHint() const override { return {128, 128}; }

Q_SIGNALS:
    void readOut(const QString& text);  ///< of the chosen row
    void rowChosen(int row);            ///< -1 = back to the home row

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF area() const;
    [[nodiscard]] int rowAt(const QPointF& position) const;
    [[nodiscard]] QString rowText(int row) const;
    void colour();
    void choose(int row);

    std::vector<std::uint32_t> m_counts;
    std::uint32_t m_rows = 0, m_columns = 0, m_channels = 0;
    double m_low = 0, m_high = 0;
    int m_chosen = -1, m_home = -1;
    QImage m_image;
};

}  // namespace roundoff::ui
