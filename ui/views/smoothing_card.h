#pragma once
#include <vector>

#include "core/analysis/smoothing.h"
#include "ui/charts/card.h"

class QLabel;
class QSlider;

namespace roundoff::ui {

/// What SmoothQuant would do to a layer: a slider for how much of the activations' outliers moves into the weight, and for
/// both sides, before and after, how far channels stand apart and the crest factor. A preview: it changes nothing.
class SmoothingCard : public Card {
    Q_OBJECT
public:
    explicit SmoothingCard(QWidget* parent = nullptr);
    /// Both sides by their channels; numbers of channels that differ say that there is nothing to move.
    void setChannels(analysis::ChannelSizes activation, analysis::ChannelSizes weight);
    void say(const QString& words);  ///< instead of figures
    [[nodiscard]] double alpha() const;

Q_SIGNALS:
    void smoothed(const std::vector<float>& activation);  ///< magnitudes with the slider's alpha; empty = not smoothed

private:
    void refresh();
    analysis::ChannelSizes m_activation, m_weight;
    QSlider* m_slider;
    QLabel *m_alpha, *m_figures;
};

}  // namespace roundoff::ui
