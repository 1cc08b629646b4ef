#include "ui/charts/axis.h"

#include <algorithm>
#include <cmath>

namespace roundoff::ui {
namespace {

const QChar kMinus(0x2212);

QString withMinus(QString text) { return text.replace(QLatin1Char('-'), kMinus); }

double niceStep(double rough) {
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double lead = rough / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

}  // namespace

QString numberText(double value, int digits) {
    if (std::isnan(value)) return QStringLiteral("—");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : kMinus + QStringLiteral("∞");
    if (value == 0) return QStringLiteral("0");
    const double size = std::abs(value);
    if (size >= 0.00995 && size < 99999.5) {
        const int decimals = std::clamp(digits - 1 - int(std::floor(std::log10(size) + 1e-12)), 0, 8);
        return withMinus(QString::number(value, 'f', decimals));
    }
    // "3.10e-04" → "3.10e-4"; the exponent keeps its plain sign so that it can be pasted anywhere.
    const QString text = QString::number(value, 'e', digits - 1);
    const auto mark = text.indexOf(QLatin1Char('e'));
    return withMinus(text.left(mark)) + QLatin1Char('e') + QString::number(text.mid(mark + 1).toInt());
}

bool parseNumber(QString text, double& value) {
    text = text.trimmed().replace(kMinus, QLatin1Char('-')).replace(QLatin1Char(','), QLatin1Char('.'));
    bool ok = false;
    const double parsed = text.toDouble(&ok);
    if (!ok || !std::isfinite(parsed)) return false;
    value = parsed;
    return true;
}

QString powerText(int exponent) {
    static const QString kDigits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = QStringLiteral("10");
    if (exponent < 0) text += QChar(0x207B);
    for (const QChar digit : QString::number(std::abs(exponent))) text += kDigits.at(digit.digitValue());
    return text;
}

Axis::Axis(Scale scale, double low, double high, double pixelLow, double pixelHigh)
    : m_scale(scale), m_low(low), m_high(high), m_pixelLow(pixelLow), m_pixelHigh(pixelHigh) {
    if (!std::isfinite(m_low) || !std::isfinite(m_high)) m_low = 0, m_high = 1;
    if (m_low > m_high) std::swap(m_low, m_high);
    if (m_scale == Scale::Log) {
        if (m_high <= 0) m_high = 1;
        if (m_low <= 0) m_low = m_high * 1e-3;
        if (m_high / m_low < 1.0001) m_low /= 2, m_high *= 2;
        return;
    }
    // A span below double's resolution around its ends would repeat the same tick for ever.
    const double size = std::max(std::abs(m_low), std::abs(m_high));
    if (m_high - m_low <= size * 1e-12 || m_high == m_low) {
        const double half = size > 0 ? size * 0.05 : 0.5;
        m_low -= half, m_high += half;
    }
    const double most = std::max(std::abs(m_low), std::abs(m_high));
    const int decade = int(std::floor(std::log10(most)));
    if (decade < -2 || decade > 4) m_exponent = int(std::floor(decade / 3.0)) * 3;
}

double Axis::pixel(double value) const {
    const double t = m_scale == Scale::Linear
                         ? (value - m_low) / (m_high - m_low)
                         : std::log(std::max(value, m_low) / m_low) / std::log(m_high / m_low);
    return m_pixelLow + t * (m_pixelHigh - m_pixelLow);
}

double Axis::value(double pixel) const {
    if (m_pixelHigh == m_pixelLow) return m_low;
    const double t = (pixel - m_pixelLow) / (m_pixelHigh - m_pixelLow);
    return m_scale == Scale::Linear ? m_low + t * (m_high - m_low) : m_low * std::pow(m_high / m_low, t);
}

std::vector<Tick> Axis::ticks(double spacing) const {
    std::vector<Tick> result;
    const double room = std::abs(m_pixelHigh - m_pixelLow) / std::max(spacing, 1.0);
    if (room < 1) return result;
    if (m_scale == Scale::Log) {
        const double decades = std::log10(m_high / m_low);
        const int stride = std::max(1, int(std::ceil(decades / room)));
        int first = int(std::ceil(std::log10(m_low) - 1e-9));
        first += ((-first % stride) + stride) % stride;
        for (int power = first; power <= std::log10(m_high) + 1e-9; power += stride) {
            result.push_back({std::pow(10.0, power), powerText(power)});
        }
        return result;
    }
    const double step = niceStep((m_high - m_low) / room);
    const double factor = std::pow(10.0, m_exponent);
    const int decimals = std::clamp(-int(std::floor(std::log10(step / factor) + 1e-9)), 0, 12);
    for (double index = std::ceil(m_low / step - 1e-9); index * step <= m_high + step * 1e-9; ++index) {
        const double value = index == 0 ? 0 : index * step;
        result.push_back({value, withMinus(QString::number(value / factor, 'f', value == 0 ? 0 : decimals))});
    }
    return result;
}

QString Axis::exponentText() const {
    return m_exponent == 0 ? QString() : QStringLiteral("× ") + powerText(m_exponent);
}

}  // namespace roundoff::ui
