#pragma once
#include <QPixmap>
#include <QWidget>
#include <optional>
#include <vector>

#include "core/analysis/report.h"
#include "ui/charts/axis.h"
#include "ui/charts/histogram_bins.h"

namespace roundoff::ui {

/// What a histogram plot draws. `levels` is the grid that values are rounded to, ascending; empty where every channel
/// or group has its own, when only `quantized` shows what becomes of the values.
struct HistogramContent {
    analysis::Histogram values;
    analysis::Histogram quantized;  ///< same edges; no counts = not quantized
    std::vector<double> levels;
    std::vector<double> sample;     ///< where there are many grids: that of one scale, drawn below the axis alone
    QString sampleName;             ///< whose: "channel 17"
    bool uniform = true;            ///< levels are equally far apart
    double low = 0, high = 0;       ///< where the scheme clips: the handles' home
    bool adjustable = false;        ///< the handles may move
    QString name;                   ///< for the accessible description: "layers.0.attn.q_proj, int4"
};

/// A painted histogram with the quantization grid over it and two clip handles.
///
/// The static part is painted once into a pixmap; handles, trial grid and read-out are drawn over it. Keys, while it
/// has the focus: Left and Right move the active handle by keyStep() (Shift ten steps, Ctrl a tenth), Tab or Up and
/// Down change handles, S mirrors, L log, F fit, Escape gives a drag up, Ctrl+Z takes the last move back.
class HistogramPlot : public QWidget {
    Q_OBJECT
public:
    explicit HistogramPlot(QWidget* parent = nullptr);

    void setContent(HistogramContent content);
    /// Words instead of a plot.
    void setWords(const QString& words);
    /// The grid of a clip tried by hand; empty = show the content's own.
    void setTrial(std::vector<double> levels);
    /// Another scale's grid; see HistogramContent.
    void setSample(std::vector<double> levels, const QString& name);
    /// Moves the handles without a signal.
    void setClip(double low, double high);
    [[nodiscard]] double clipLow() const { return m_low; }
    [[nodiscard]] double clipHigh() const { return m_high; }
    [[nodiscard]] double viewLow() const { return m_viewLow; }  ///< ends of the value axis
    [[nodiscard]] double viewHigh() const { return m_viewHigh; }
    [[nodiscard]] bool dragging() const { return m_drag.has_value(); }

    void setLogarithmic(bool on);
    void setRobust(bool on);      ///< show 0.1–99.9 % of the values
    void setSymmetric(bool on);   ///< handles mirror each other
    [[nodiscard]] bool logarithmic() const { return m_logarithmic; }
    [[nodiscard]] bool robust() const { return m_robust; }
    [[nodiscard]] bool symmetric() const { return m_symmetric; }

    /// The area between the axes, and where a value stands across it.
    [[nodiscard]] QRectF plotArea() const;
    [[nodiscard]] double xOf(double value) const;
    /// Where the grid's lines stand: every visible level if they are at least 4 pixels apart or not uniform, else none
    /// (a band says how many there are).
    [[nodiscard]] std::vector<double> gridPixels() const;
    [[nodiscard]] double keyStep() const;  ///< 1/256 of the values' range

    QSize sizeHint() const override { return {640, 360}; }
    QSize minimumSizeHint() const override { return {280, 160}; }

Q_SIGNALS:
    void clipChanged(double low, double high);    ///< while moving
    void clipCommitted(double low, double high);  ///< a drag or key press is done; one step of history
    void logarithmicChanged(bool on);
    void robustChanged(bool on);
    void symmetricChanged(bool on);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    enum class Handle { Low, High };
    struct Drag {
        Handle handle;
        double low, high;  ///< before it
        double offset;     ///< pointer to handle, in pixels
    };
    struct Clip {
        double low, high;
    };

    [[nodiscard]] std::optional<Handle> handleAt(const QPointF& position) const;
    void moveHandle(Handle handle, double value);
    void changeClip(double low, double high);
    void commit(const Clip& before);
    void fitView();
    void describe();
    void invalidate();
    [[nodiscard]] Axis xAxis() const;
    [[nodiscard]] Axis yAxis() const;
    [[nodiscard]] const std::vector<double>& levels() const { return m_trial.empty() ? m_content.levels : m_trial; }
    [[nodiscard]] const std::vector<double>& grid() const { return levels().empty() ? m_content.sample : levels(); }
    [[nodiscard]] bool showsStems() const;

    void paintStatic(QPainter& painter) const;
    void paintBins(QPainter& painter, const Axis& x, const Axis& y) const;
    void paintQuantized(QPainter& painter, const Axis& x, const Axis& y) const;
    void paintGrid(QPainter& painter, const Axis& x) const;
    void paintClip(QPainter& painter, const Axis& x) const;
    void paintHandles(QPainter& painter, const Axis& x) const;
    void paintHover(QPainter& painter, const Axis& x) const;

    HistogramContent m_content;
    QString m_words;
    std::vector<double> m_trial;
    std::vector<std::uint64_t> m_levelCounts;  ///< parallel to levels()
    double m_low = 0, m_high = 0;
    double m_viewLow = 0, m_viewHigh = 1;
    std::uint64_t m_mass = 0;
    bool m_logarithmic = true, m_robust = false, m_symmetric = true;
    Handle m_active = Handle::High;
    std::optional<Drag> m_drag;
    std::vector<Clip> m_history;
    std::optional<QPointF> m_hover;
    QPixmap m_cache;
    double m_cachedTop = 0;  ///< of the count axis when the cache was painted
    bool m_stale = true;
};

}  // namespace roundoff::ui
