#include "ui/shell/numbers.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>
#include <cmath>

#include "core/schemes/number_format.h"

namespace roundoff::ui {
namespace {

struct Unit {
    double factor;
    const char* name;
};
constexpr std::array kUnits{Unit{1e12, "TB"}, Unit{1e9, "GB"}, Unit{1e6, "MB"}, Unit{1e3, "kB"}, Unit{1, "B"}};

const Unit& unitOf(double bytes) {
    for (const Unit& unit : kUnits)
        if (bytes >= unit.factor) return unit;
    return kUnits.back();
}

QString inUnit(double bytes, const Unit& unit) {
    const double value = bytes / unit.factor;
    const int decimals = unit.factor == 1 || value >= 99.95 ? 0 : value >= 0.095 || value == 0 ? 1 : 2;
    return QString::number(value, 'f', decimals);
}

QString minus(QString text) { return text.replace(QLatin1Char('-'), QChar(0x2212)); }

}  // namespace

QString dashText() { return QString(QChar(0x2014)); }

QString bytesText(std::uint64_t bytes) {
    const Unit& unit = unitOf(double(bytes));
    return inUnit(double(bytes), unit) + QLatin1Char(' ') + QLatin1String(unit.name);
}

QString sizeChangeText(std::uint64_t before, std::uint64_t after) {
    const Unit& unit = unitOf(double(before));
    return QStringLiteral("%1 → %2 %3").arg(inUnit(double(before), unit), inUnit(double(after), unit),
                                             QLatin1String(unit.name));
}

QString countText(std::uint64_t count) { return QLocale(QLocale::English).toString(qulonglong(count)); }

QString dbText(double db) {
    if (std::isnan(db)) return dashText();
    if (std::isinf(db)) return db > 0 ? QCoreApplication::translate("Numbers", "exact") : minus(QStringLiteral("-inf"));
    return minus(QString::number(db, 'f', 1));
}

QString dbUnitText(double db) { return std::isfinite(db) ? dbText(db) + QStringLiteral(" dB") : dbText(db); }

QString percentText(double share) {
    if (!std::isfinite(share)) return dashText();
    if (share == 0) return QStringLiteral("0 %");
    if (share < 0.0001) return QStringLiteral("< 0.01 %");
    return QString::number(share * 100, 'f', share < 0.1 ? 2 : 1) + QStringLiteral(" %");
}

QString significantText(double value, int digits) {
    if (std::isnan(value)) return dashText();
    const double size = std::abs(value);
    if (value == 0) return QStringLiteral("0");
    if (size >= 1e-3 && size < 1e5) {
        const int whole = int(std::floor(std::log10(size))) + 1;
        return minus(QString::number(value, 'f', std::max(0, digits - whole)));
    }
    return minus(QString::number(value, 'e', digits - 1));
}

QString durationText(double seconds) {
    if (seconds < 1) return QCoreApplication::translate("Numbers", "%1 ms").arg(int(std::lround(seconds * 1000)));
    if (seconds < 10) return QCoreApplication::translate("Numbers", "%1 s").arg(seconds, 0, 'f', 1);
    const int whole = int(std::lround(seconds));
    if (whole < 60) return QCoreApplication::translate("Numbers", "%1 s").arg(whole);
    if (whole < 3600) return QCoreApplication::translate("Numbers", "%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return QCoreApplication::translate("Numbers", "%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString schemeText(const schemes::Scheme& scheme) { return QString::fromStdString(schemes::shortText(scheme)); }

std::optional<int> schemeBits(const schemes::Scheme& scheme) {
    const auto* format = schemes::findNumberFormat(scheme.weight.format);
    return format ? std::optional<int>(format->bits) : std::nullopt;
}

}  // namespace roundoff::ui
