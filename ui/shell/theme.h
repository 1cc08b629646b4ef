#pragma once
#include <QColor>
#include <QPalette>
#include <array>

namespace roundoff::ui {

enum class ThemeChoice { Light, Dark, System };

/// The colours of the window, light or dark. Contrast ratios and colour-vision distances of the values were computed:
/// text ≥ 4.5, marks ≥ 3.
struct Theme {
    bool dark = false;
    QColor window, panel, text, muted, axis, grid, accent, accentText, selection, ok, warn, error, baseline, dataBar;
    std::array<QColor, 6> series;      ///< schemes A…F; each also has its own marker shape
    std::array<QColor, 5> sequential;  ///< low → high error
    std::array<QColor, 5> diverging;   ///< better – 0 – worse

    /// Interpolated colour of the sequential (softened, for under numbers) or diverging scale, t in 0..1.
    [[nodiscard]] QColor heat(double t) const;
    [[nodiscard]] QColor delta(double t) const;
    /// Black or white, whichever reads better on the background (contrast ≥ 4.5).
    static QColor textOn(const QColor& background);
    [[nodiscard]] QPalette palette() const;
};

/// The theme in force. Set once by the shell; every painter asks for it.
const Theme& theme();
void setTheme(ThemeChoice choice);

}  // namespace roundoff::ui
