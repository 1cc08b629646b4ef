#pragma once
#include "ui/shell/state.h"
#include "ui/views/view.h"

class QBoxLayout;
class QLabel;
class QStackedWidget;

namespace roundoff::ui {

class ChannelBars;
class EmptyState;
class InputMapCard;
class RangeBands;
class SmoothingCard;
class ValueHistogram;

/// What flows into the current layer: its range sample by sample, how often which value, its channels, one sample by
/// channel and token, and what smoothing would do to the channels.
class ActivationsView : public View {
    Q_OBJECT
public:
    explicit ActivationsView(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes) override;
    [[nodiscard]] QJsonObject plotState() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] const calibration::Observation* observation() const;
    void rebuild();
    void showPlots(const calibration::Observation& seen);
    void showClip(const calibration::Observation& seen);
    void showMap();
    void showSmoothing(const calibration::Observation& seen);
    void say(const QString& words, bool offer);

    State m_state;
    std::vector<QString> m_inputs;  ///< the value that each layer computes on

    QLabel *m_title, *m_legend, *m_notes;
    QStackedWidget* m_stack;
    QBoxLayout* m_pair;
    RangeBands* m_bands;
    ValueHistogram* m_histogram;
    ChannelBars* m_channels;
    InputMapCard* m_map;
    SmoothingCard* m_smoothing;
    EmptyState* m_empty;
};

View* createActivationsView(QWidget* parent);

}  // namespace roundoff::ui
