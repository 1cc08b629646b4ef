#pragma once
#include <QWidget>
#include <cstdint>
#include <vector>

namespace roundoff::ui {

/// How often values were seen, on a logarithmic scale; beyond the range that a scheme keeps, hatched.
class ValueHistogram : public QWidget {
    Q_OBJECT
public:
    explicit ValueHistogram(QWidget* parent = nullptr);
    /// Equal bins over [-limit, limit]; shown from `low` to `high`. @param zeros that are not among the counts
    void setCounts(const std::vector<std::uint64_t>& counts, double limit, double low, double high, std::uint64_t zeros);
    void setClip(double low, double high);  ///< equal = none
    [[nodiscard]] double clippedShare() const;  ///< of all, to the width of a bin
    QSize sizeHint() const override { return {280, 150}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::uint64_t> m_counts;
    double m_limit = 0, m_low = 0, m_high = 0, m_clipLow = 0, m_clipHigh = 0;
    std::uint64_t m_zeros = 0;
};

}  // namespace roundoff::ui
