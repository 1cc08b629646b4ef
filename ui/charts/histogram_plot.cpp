#include "ui/charts/histogram_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kGrabWidth = 12;  ///< to each side of a handle: a 24-pixel target
constexpr std::size_t kHistory = 64;

}  // namespace

HistogramPlot::HistogramPlot(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("histogramPlot"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Histogram of the weights"));
    setToolTip({});
}

void HistogramPlot::setContent(HistogramContent content) {
    m_content = std::move(content);
    m_words.clear();
    m_trial.clear();
    m_drag.reset();
    m_history.clear();
    m_low = m_content.low;
    m_high = m_content.high;
    m_mass = mass(m_content.values);
    const auto& counted = m_content.quantized.counts.empty() ? m_content.values : m_content.quantized;
    m_levelCounts = countsAtLevels(counted, m_content.levels);
    fitView();
    describe();
    invalidate();
}

void HistogramPlot::setWords(const QString& words) {
    m_content = {};
    m_trial.clear();
    m_levelCounts.clear();
    m_drag.reset();
    m_history.clear();
    m_words = words;
    setAccessibleDescription(words);
    invalidate();
}

void HistogramPlot::setTrial(std::vector<double> trial) {
    const bool outline = m_trial.empty() != trial.empty();
    m_trial = std::move(trial);
    const bool own = m_trial.empty() && !m_content.quantized.counts.empty();
    m_levelCounts = countsAtLevels(own ? m_content.quantized : m_content.values, levels());
    if (outline) m_stale = true;
    update();
}

void HistogramPlot::setSample(std::vector<double> levels, const QString& name) {
    m_content.sample = std::move(levels);
    m_content.sampleName = name;
    describe();
    update();
}

void HistogramPlot::setClip(double low, double high) {
    m_low = low;
    m_high = high;
    describe();
    update();
}

void HistogramPlot::setLogarithmic(bool on) {
    if (on == m_logarithmic) return;
    m_logarithmic = on;
    invalidate();
    Q_EMIT logarithmicChanged(on);
}

void HistogramPlot::setRobust(bool on) {
    if (on == m_robust) return;
    m_robust = on;
    fitView();
    invalidate();
    Q_EMIT robustChanged(on);
}

void HistogramPlot::setSymmetric(bool on) {
    if (on == m_symmetric) return;
    m_symmetric = on;
    update();
    Q_EMIT symmetricChanged(on);
}

double HistogramPlot::keyStep() const {
    const double range = m_content.values.high - m_content.values.low;
    return range > 0 ? range / 256 : 1e-3;
}

void HistogramPlot::fitView() {
    double low = m_content.values.low, high = m_content.values.high;
    if (m_robust && m_mass > 0) {
        low = quantile(m_content.values, 0.001);
        high = quantile(m_content.values, 0.999);
    } else {
        low = std::min(low, m_content.low);
        high = std::max(high, m_content.high);
    }
    if (!(high > low)) {
        const double half = low == 0 ? 0.5 : std::abs(low) * 0.05;
        low -= half, high += half;
    }
    const double margin = (high - low) * (m_robust ? 0.02 : 0.04);
    m_viewLow = low - margin;
    m_viewHigh = high + margin;
}

void HistogramPlot::describe() {
    setAccessibleDescription(tr("%1. %2 weights between %3 and %4; clip from %5 to %6.")
                                 .arg(m_content.name, countText(m_mass), numberText(m_content.values.low, 4),
                                      numberText(m_content.values.high, 4), numberText(m_low, 4),
                                      numberText(m_high, 4)) +
                             (levels().empty() && !m_content.sample.empty()
                                  ? tr(" Grid of %1: %2 levels.").arg(m_content.sampleName, countText(m_content.sample.size()))
                                  : QString()));
}

void HistogramPlot::invalidate() {
    m_stale = true;
    update();
}

std::optional<HistogramPlot::Handle> HistogramPlot::handleAt(const QPointF& position) const {
    if (!m_content.adjustable || !m_words.isEmpty()) return {};
    const QRectF area = plotArea();
    if (!area.adjusted(-kGrabWidth, 0, kGrabWidth, 24).contains(position)) return {};
    // A handle outside the shown range is grabbed at the edge where it is drawn.
    const auto distance = [&](double value) {
        return std::abs(std::clamp(xOf(value), area.left(), area.right()) - position.x());
    };
    const double toLow = distance(m_low), toHigh = distance(m_high);
    if (std::min(toLow, toHigh) > kGrabWidth) return {};
    return toLow < toHigh ? Handle::Low : Handle::High;
}

void HistogramPlot::changeClip(double low, double high) {
    if (low == m_low && high == m_high) return;
    m_low = low;
    m_high = high;
    update();
    Q_EMIT clipChanged(low, high);
}

void HistogramPlot::moveHandle(Handle handle, double value) {
    const double range = std::max(m_content.values.high - m_content.values.low, 1e-30);
    const double least = keyStep() / 10;
    const double size = std::max(std::abs(m_content.values.low), std::abs(m_content.values.high));
    value = std::clamp(value, -size - range, size + range);
    if (m_symmetric) {
        const double mirrored = std::max(handle == Handle::High ? value : -value, least);
        changeClip(-mirrored, mirrored);
    } else if (handle == Handle::Low) {
        changeClip(std::min(value, m_high - least), m_high);
    } else {
        changeClip(m_low, std::max(value, m_low + least));
    }
}

void HistogramPlot::commit(const Clip& before) {
    if (before.low == m_low && before.high == m_high) return;
    m_history.push_back(before);
    if (m_history.size() > kHistory) m_history.erase(m_history.begin());
    describe();
    Q_EMIT clipCommitted(m_low, m_high);
}

void HistogramPlot::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const auto handle = handleAt(event->position());
    if (!handle) return;
    m_active = *handle;
    const double at = std::clamp(xOf(*handle == Handle::Low ? m_low : m_high), plotArea().left(), plotArea().right());
    m_drag = Drag{*handle, m_low, m_high, event->position().x() - at};
    update();
}

void HistogramPlot::mouseMoveEvent(QMouseEvent* event) {
    m_hover = event->position();
    if (m_drag) {
        moveHandle(m_drag->handle, xAxis().value(event->position().x() - m_drag->offset));
    } else {
        setCursor(handleAt(event->position()) ? Qt::SplitHCursor : Qt::ArrowCursor);
    }
    update();
}

void HistogramPlot::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_drag) return;
    const Clip before{m_drag->low, m_drag->high};
    m_drag.reset();
    commit(before);
    update();
}

void HistogramPlot::leaveEvent(QEvent* event) {
    m_hover.reset();
    update();
    QWidget::leaveEvent(event);
}

void HistogramPlot::keyPressEvent(QKeyEvent* event) {
    const auto modifiers = event->modifiers();
    if (event->matches(QKeySequence::Copy)) return event->ignore();
    if (event->matches(QKeySequence::Undo) && !m_history.empty()) {
        const Clip before = m_history.back();
        m_history.pop_back();
        changeClip(before.low, before.high);
        Q_EMIT clipCommitted(m_low, m_high);
        return;
    }
    const bool movable = m_content.adjustable && m_words.isEmpty();
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right: {
            if (!movable || m_drag) return event->ignore();
            const double factor = modifiers & Qt::ShiftModifier ? 10 : modifiers & Qt::ControlModifier ? 0.1 : 1;
            const double step = keyStep() * factor * (event->key() == Qt::Key_Left ? -1 : 1);
            const Clip before{m_low, m_high};
            moveHandle(m_active, (m_active == Handle::Low ? m_low : m_high) + step);
            commit(before);
            return;
        }
        case Qt::Key_Up:
        case Qt::Key_Down:
            if (!movable) return event->ignore();
            m_active = event->key() == Qt::Key_Up ? Handle::High : Handle::Low;
            return update();
        case Qt::Key_Escape:
            if (!m_drag) return event->ignore();
            {
                const Drag drag = *m_drag;
                m_drag.reset();
                changeClip(drag.low, drag.high);
            }
            return update();
        default: break;
    }
    if (modifiers & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return event->ignore();
    if (event->key() == Qt::Key_L) return setLogarithmic(!m_logarithmic);
    if (event->key() == Qt::Key_F) return setRobust(!m_robust);
    if (event->key() == Qt::Key_S && movable) return setSymmetric(!m_symmetric);
    event->ignore();
}

bool HistogramPlot::event(QEvent* event) {
    // The plot's own history and a running drag come before the window's shortcuts for the same keys.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool letter = key->modifiers() == Qt::NoModifier &&
                            (key->key() == Qt::Key_L || key->key() == Qt::Key_F || key->key() == Qt::Key_S);
        if (letter || (key->matches(QKeySequence::Undo) && !m_history.empty()) ||
            (key->key() == Qt::Key_Escape && m_drag)) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

bool HistogramPlot::focusNextPrevChild(bool next) {
    if (m_content.adjustable && m_words.isEmpty() && hasFocus()) {
        const Handle target = next ? Handle::High : Handle::Low;
        if (m_active != target) {
            m_active = target;
            update();
            return true;
        }
    }
    return QWidget::focusNextPrevChild(next);
}

void HistogramPlot::changeEvent(QEvent* event) {
    switch (event->type()) {
        case QEvent::PaletteChange:
        case QEvent::StyleChange:
        case QEvent::FontChange: invalidate(); break;
        case QEvent::LanguageChange: setAccessibleName(tr("Histogram of the weights")); break;
        default: break;
    }
    QWidget::changeEvent(event);
}

}  // namespace roundoff::ui
