#pragma once
#include <QWidget>
#include <vector>

namespace roundoff::ui {

/// Magnitudes of channels side by side; the outliers starred with their index and their ratio to the median. A second
/// row of figures, of the same channels, is drawn as an outline over the bars.
class ChannelBars : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t kStars = 5;
    static constexpr double kOutlier = 4;  ///< times the median

    explicit ChannelBars(QWidget* parent = nullptr);
    void setMagnitudes(const std::vector<float>& magnitudes);
    void setOutline(const std::vector<float>& magnitudes);  ///< empty = none
    /// The largest channels beyond kOutlier medians, largest first, at most kStars.
    [[nodiscard]] const std::vector<std::size_t>& outliers() const { return m_outliers; }
    [[nodiscard]] double median() const { return m_median; }
    QSize sizeHint() const override { return {560, 160}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::vector<float> m_magnitudes, m_outline;
    std::vector<std::size_t> m_outliers;
    double m_median = 0, m_largest = 0;
    QRectF m_area;
};

}  // namespace roundoff::ui
