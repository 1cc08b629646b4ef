#pragma once
#include <memory>
#include <optional>

#include "ui/views/distribution_clip.h"
#include "ui/views/view.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace roundoff::ui {

class ChannelStrip;
class ClipCurve;
class HistogramPlot;

/// One layer close up: its histogram, what the scheme makes of it, and a clip range to try by hand. A trial changes
/// nothing until the button that names the resulting scheme is pressed.
class DistributionView : public View {
    Q_OBJECT
public:
    explicit DistributionView(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes) override;
    [[nodiscard]] QJsonObject plotState() const override;

protected:
    /// In a small window the plot comes first: strip, curve and cards give way to it.
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// What the shown histogram is of; the trial lives as long as it stays the same.
    struct Subject {
        int layer = -1;
        std::shared_ptr<const analysis::Distribution> distribution;
        const analysis::Comparison* statisticsOf = nullptr;  ///< only while there is no distribution
        bool operator==(const Subject&) const = default;
    };

    void build();
    void retranslate();
    void showEmpty(const QString& title, const QString& words);
    void fill(const State& state);
    void fillWords(const State& state);
    void fillNote();
    void fillCards();
    void showGridOf(int row);  ///< of the strip; -1 = the coarsest
    void tried();  ///< the handles moved
    void tryRange(const ClipRange& range, std::optional<schemes::Range> rule);
    void typed();
    void reset();
    [[nodiscard]] schemes::Symmetry symmetry() const;
    [[nodiscard]] std::optional<schemes::Scheme> wanted() const;  ///< the trial as a scheme
    [[nodiscard]] bool trying() const;
    [[nodiscard]] bool showsStrip() const { return width() >= 560 && height() >= 470; }
    [[nodiscard]] const analysis::Histogram& histogram() const { return m_statistics.histogram; }

    Subject m_subject;
    analysis::WeightStatistics m_statistics;
    schemes::Scheme m_scheme;
    QString m_kept;  ///< why the layer stays float, where it does against the recipe
    std::optional<int> m_bits;      ///< the handles act
    ClipRange m_home;
    std::vector<ClipPoint> m_points;
    analysis::BlockGrid m_grid;  ///< drawn where every channel or group has its own
    std::vector<double> m_gridLevels;
    std::optional<schemes::Range> m_rule;  ///< the autofit rule behind the trial, until a handle moves

    QLabel* m_title = nullptr;
    QLabel* m_legend = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_log = nullptr;
    QPushButton* m_fit = nullptr;
    QPushButton* m_autofit = nullptr;
    QPushButton* m_reset = nullptr;
    HistogramPlot* m_plot = nullptr;
    QWidget* m_clipRow = nullptr;
    QLabel* m_from = nullptr;
    QLabel* m_to = nullptr;
    QLineEdit* m_low = nullptr;
    QLineEdit* m_high = nullptr;
    QPushButton* m_mirror = nullptr;
    QLabel* m_step = nullptr;
    QPushButton* m_use = nullptr;
    QWidget* m_cards = nullptr;
    ClipCurve* m_curve = nullptr;
    QLabel* m_names = nullptr;
    QLabel* m_figures = nullptr;
    QLabel* m_origin = nullptr;
    ChannelStrip* m_strip = nullptr;
};

View* createDistributionView(QWidget* parent);

}  // namespace roundoff::ui
