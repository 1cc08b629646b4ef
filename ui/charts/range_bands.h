#pragma once
#include <QWidget>
#include <vector>

namespace roundoff::ui {

/// The range of a value sample by sample, as bands from each one's minimum to its maximum, with the range that a scheme
/// keeps between dashed lines.
class RangeBands : public QWidget {
    Q_OBJECT
public:
    struct Band {
        double low = 0, high = 0;
    };
    explicit RangeBands(QWidget* parent = nullptr);
    /// @param samples how many there were; the first `bands` of them are shown
    void setBands(std::vector<Band> bands, std::size_t samples);
    void setClip(double low, double high);  ///< equal = none
    QSize sizeHint() const override { return {280, 150}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::vector<Band> m_bands;
    std::size_t m_samples = 0;
    double m_low = 0, m_high = 0, m_clipLow = 0, m_clipHigh = 0;
    QRectF m_area;
};

}  // namespace roundoff::ui
