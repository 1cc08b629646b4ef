#include "ui/views/smoothing_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QVBoxLayout>

namespace roundoff::ui {
namespace {

QString text(double ratio) { return ratio > 0 ? QString::number(ratio, 'f', ratio < 100 ? 1 : 0) : QStringLiteral("—"); }

QString spreadText(const analysis::ChannelSizes& side) { return text(analysis::spreadOf(side.absmax).ratio()); }

QString crestText(const analysis::ChannelSizes& side) { return text(side.crest()); }

}  // namespace

SmoothingCard::SmoothingCard(QWidget* parent)
    : Card(parent), m_slider(new QSlider(Qt::Horizontal, this)), m_alpha(new QLabel(this)), m_figures(new QLabel(this)) {
    setObjectName(QStringLiteral("smoothingCard"));
    auto* title = new QLabel(tr("Smoothing preview"), this);
    title->setProperty("look", QStringLiteral("heading"));
    title->setToolTip(tr("SmoothQuant: channel j of the input is divided by max|X|^α / max|W|^(1−α), the weight multiplied by it. "
                         "Nothing changes in float."));
    m_slider->setObjectName(QStringLiteral("smoothingAlpha"));
    m_slider->setAccessibleName(tr("Smoothing strength α"));
    m_slider->setRange(0, 20);
    m_slider->setValue(10);
    m_slider->setPageStep(4);
    m_slider->setMinimumWidth(120);
    m_alpha->setMinimumWidth(64);
    m_figures->setObjectName(QStringLiteral("smoothingFigures"));
    m_figures->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(title);
    row->addStretch();
    row->addWidget(m_alpha);
    row->addWidget(m_slider, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(13, 9, 13, 10);
    column->setSpacing(5);
    column->addLayout(row);
    column->addWidget(m_figures);
    connect(m_slider, &QSlider::valueChanged, this, &SmoothingCard::refresh);
}

double SmoothingCard::alpha() const { return m_slider->value() / 20.0; }

void SmoothingCard::setChannels(analysis::ChannelSizes activation, analysis::ChannelSizes weight) {
    if (activation.absmax.empty() || activation.absmax.size() != weight.absmax.size())
        return say(tr("The layer's input has %1 channels and its weight %2: they do not pair up (a grouped or depthwise operator), so "
                      "nothing can be moved between them.").arg(activation.absmax.size()).arg(weight.absmax.size()));
    m_activation = std::move(activation);
    m_weight = std::move(weight);
    m_slider->setEnabled(true);
    refresh();
}

void SmoothingCard::say(const QString& words) {
    m_activation = {};
    m_weight = {};
    m_slider->setEnabled(false);
    m_alpha->clear();
    m_figures->setText(words);
    Q_EMIT smoothed({});
}

void SmoothingCard::refresh() {
    if (m_activation.absmax.empty()) return;
    const auto after = analysis::smoothed(m_activation, m_weight, alpha());
    m_alpha->setText(tr("α = %1").arg(alpha(), 0, 'f', 2));
    m_figures->setText(tr("Largest ÷ median channel: input %1 → %2, weight %3 → %4")
                           .arg(spreadText(m_activation), spreadText(after.activation), spreadText(m_weight), spreadText(after.weight)) +
                       QLatin1Char('\n') +
                       tr("Crest factor (largest ÷ RMS): input %1 → %2, weight %3 → %4")
                           .arg(crestText(m_activation), crestText(after.activation), crestText(m_weight), crestText(after.weight)));
    Q_EMIT smoothed(after.activation.absmax);
}

}  // namespace roundoff::ui
