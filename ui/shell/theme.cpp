#include "ui/shell/theme.h"

#include <QApplication>
#include <QFont>
#include <QFontDatabase>
#include <QProxyStyle>
#include <QWidget>
#include <algorithm>
#include <cmath>
#include <span>

#include "ui/shell/style_sheet.h"

/// The icons stand in a static library, where nothing else pulls them in. Must be outside any namespace.
static void loadResources() { Q_INIT_RESOURCE(roundoff); }

namespace roundoff::ui {
namespace {

QColor rgb(unsigned value) { return QColor::fromRgb(QRgb(value)); }

Theme light() {
    Theme t;
    t.dark = false;
    t.window = rgb(0xFFFFFF);
    t.panel = rgb(0xF6F7F9);
    t.text = rgb(0x1F2328);
    t.muted = rgb(0x57606A);
    t.axis = rgb(0x8C959F);
    t.grid = rgb(0xD5D9E0);
    t.accent = rgb(0x0B5CAD);
    t.accentText = rgb(0xFFFFFF);
    t.selection = rgb(0xE2EDF8);
    t.ok = rgb(0x0B6E4F);
    t.warn = rgb(0x8A5A00);
    t.error = rgb(0xB3261E);
    t.baseline = rgb(0x1F2328);
    t.dataBar = rgb(0xDFE5EC);
    t.series = {rgb(0x0072B2), rgb(0xD55E00), rgb(0x009E73), rgb(0x7455F2), rgb(0x391BB2), rgb(0x315159)};
    t.sequential = {rgb(0xFFFFE5), rgb(0xFEE391), rgb(0xFE9929), rgb(0xCC4C02), rgb(0x662506)};
    t.diverging = {rgb(0x5E3C99), rgb(0xB2ABD2), rgb(0xF7F7F7), rgb(0xFDB863), rgb(0xE66101)};
    return t;
}

Theme dark() {
    Theme t;
    t.dark = true;
    t.window = rgb(0x1B1E23);
    t.panel = rgb(0x24282E);
    t.text = rgb(0xE6E8EB);
    t.muted = rgb(0xA0A7B0);
    t.axis = rgb(0x6E7681);
    t.grid = rgb(0x3A4048);
    t.accent = rgb(0x7CC4FF);
    t.accentText = rgb(0x10151B);
    t.selection = rgb(0x1F3448);
    t.ok = rgb(0x6FD3A8);
    t.warn = rgb(0xFFC857);
    t.error = rgb(0xFF8A80);
    t.baseline = rgb(0xE6E8EB);
    t.dataBar = rgb(0x39414B);
    t.series = {rgb(0x56B4E9), rgb(0xE69F00), rgb(0x59FF7A), rgb(0xF255B3), rgb(0xF0E442), rgb(0x7D9954)};
    t.sequential = {rgb(0x00224E), rgb(0x434E6C), rgb(0x7D7C78), rgb(0xBCAF6F), rgb(0xFEE838)};
    t.diverging = {rgb(0x5E3C99), rgb(0xB2ABD2), rgb(0x3A4048), rgb(0xFDB863), rgb(0xE66101)};
    return t;
}

Theme& current() {
    static Theme value = light();
    return value;
}

QColor mix(const QColor& a, const QColor& b, double t) {
    return QColor::fromRgbF(float(a.redF() + (b.redF() - a.redF()) * t),
                            float(a.greenF() + (b.greenF() - a.greenF()) * t),
                            float(a.blueF() + (b.blueF() - a.blueF()) * t));
}

QColor scale(std::span<const QColor, 5> stops, double t) {
    if (!(t >= 0)) t = 0;  // NaN too
    const double x = std::min(t, 1.0) * 4;
    const int i = std::min(int(x), 3);
    return mix(stops[std::size_t(i)], stops[std::size_t(i) + 1], x - i);
}

/// Relative luminance of WCAG 2.1.
double luminance(const QColor& colour) {
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

/// The desktop's own choice; read before the first setTheme replaces the palette. Qt 6.4 has no colour-scheme hint.
bool systemIsDark() {
    static const bool answer = QApplication::palette().color(QPalette::Window).lightnessF() < 0.5F;
    return answer;
}

/// Fusion without underlined letters in the menu bar.
class CalmStyle final : public QProxyStyle {
public:
    CalmStyle() : QProxyStyle(QStringLiteral("Fusion")) {}
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override {
        return hint == SH_UnderlineShortcut ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
    }
};

QFont applicationFont() {
    QFont font;
    if (QFontDatabase::hasFamily(QStringLiteral("Inter"))) font.setFamily(QStringLiteral("Inter"));
    // 13 pixels at 96 dpi; a desktop that asks for larger text gets it.
    static const double desktop = QApplication::font().pointSizeF();
    font.setPointSizeF(std::max(9.75, desktop > 10 ? desktop : 0.0));
    return font;
}

}  // namespace

// Softened towards the window, so that the number on top reads first.
QColor Theme::heat(double t) const { return mix(window, scale(sequential, t), dark ? 0.88 : 0.64); }
QColor Theme::delta(double t) const { return scale(diverging, t); }

QColor Theme::textOn(const QColor& background) {
    const double l = luminance(background);
    const double onWhite = 1.05 / (l + 0.05), onBlack = (l + 0.05) / 0.05;
    return onBlack >= onWhite ? QColor(Qt::black) : QColor(Qt::white);
}

QPalette Theme::palette() const {
    QPalette p;
    p.setColor(QPalette::Window, panel);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, window);
    p.setColor(QPalette::AlternateBase, panel);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::PlaceholderText, muted);
    p.setColor(QPalette::Button, window);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, error);
    p.setColor(QPalette::ToolTipBase, window);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::Link, accent);
    p.setColor(QPalette::LinkVisited, accent);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, accentText);
    p.setColor(QPalette::Light, window);
    p.setColor(QPalette::Midlight, panel);
    p.setColor(QPalette::Mid, grid);
    p.setColor(QPalette::Dark, axis);
    p.setColor(QPalette::Shadow, axis);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, mix(muted, panel, 0.35));
    p.setColor(QPalette::Disabled, QPalette::Highlight, grid);
    return p;
}

const Theme& theme() { return current(); }

void setTheme(ThemeChoice choice) {
    const bool wantDark = choice == ThemeChoice::System ? systemIsDark() : choice == ThemeChoice::Dark;
    static const QFont font = applicationFont();
    loadResources();
    current() = wantDark ? dark() : light();
    QApplication::setStyle(new CalmStyle);
    QApplication::setPalette(theme().palette());
    QApplication::setFont(font);
    qApp->setStyleSheet(styleSheet(theme()));
}

}  // namespace roundoff::ui
