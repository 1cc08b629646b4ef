#include "ui/shell/data_preview_card.h"

#include <QPainter>
#include <QTextOption>
#include <algorithm>
#include <cmath>

#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {
constexpr int kSide = 92, kMostSide = 4096;
}

QImage pictureOf(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> dims(shape.begin(), shape.end());
    while (dims.size() > 3 && dims.front() == 1) dims.erase(dims.begin());
    if (dims.size() == 2) dims.insert(dims.begin(), 1);
    if (dims.size() != 3) return {};
    const bool planar = dims[0] == 1 || dims[0] == 3;
    if (!planar && dims[2] != 1 && dims[2] != 3) return {};
    const auto channels = planar ? dims[0] : dims[2], height = planar ? dims[1] : dims[0], width = planar ? dims[2] : dims[1];
    if (height < 4 || width < 4 || height > kMostSide || width > kMostSide ||
        values.size() != std::size_t(channels * height * width))
        return {};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const float span = *high > *low ? *high - *low : 1.0F;
    const auto shade = [&](std::int64_t c, std::int64_t y, std::int64_t x) {
        const float value = values[std::size_t(planar ? (c * height + y) * width + x : (y * width + x) * channels + c)];
        return std::isfinite(value) ? std::clamp(int((value - *low) / span * 255.0F), 0, 255) : 0;
    };
    QImage image(int(width), int(height), QImage::Format_RGB32);
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
            image.setPixel(int(x), int(y), channels == 1 ? qRgb(shade(0, y, x), shade(0, y, x), shade(0, y, x))
                                                         : qRgb(shade(0, y, x), shade(1, y, x), shade(2, y, x)));
    return image;
}

DataPreviewCard::DataPreviewCard(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("dataPreview"));
    setMinimumHeight(112);
}

void DataPreviewCard::show(const DataPreview& preview) {
    m_picture = pictureOf(preview.first, preview.shape);
    const QString count = countText(preview.samples);
    m_text = tr("%1 samples").arg(count) + QLatin1Char('\n') + preview.what;
    m_quote = preview.text.simplified();
    m_problem = false;
    setAccessibleName(tr("Preview: %1").arg(m_text));
    update();
}

void DataPreviewCard::say(const QString& words, bool problem) {
    m_picture = {};
    m_quote.clear();
    m_text = words;
    m_problem = problem;
    setAccessibleName(words);
    update();
}

void DataPreviewCard::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(t.grid, 1));
    painter.setBrush(t.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    QRect area = rect().adjusted(12, 9, -12, -9);
    if (!m_picture.isNull()) {
        const QSize size = m_picture.size().scaled(kSide, kSide, Qt::KeepAspectRatio);
        painter.drawImage(QRect(area.topLeft(), size),
                          m_picture.scaled(size, Qt::KeepAspectRatio,
                                           m_picture.width() < kSide ? Qt::FastTransformation : Qt::SmoothTransformation));
        area.setLeft(area.left() + size.width() + 14);
    }
    painter.setPen(m_problem ? t.error : t.text);
    const QString shown = m_quote.isEmpty() ? m_text : m_text + QStringLiteral("\n“%1…”").arg(m_quote);
    QTextOption option(Qt::AlignLeft | Qt::AlignTop);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    painter.drawText(QRectF(area), shown, option);
}

}  // namespace roundoff::ui
