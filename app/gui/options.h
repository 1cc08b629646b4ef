#pragma once
#include <QSize>
#include <QString>

#include "core/base/result.h"
#include "ui/shell/theme.h"

namespace roundoff::gui {

/// The window's switches (shared with every script that starts it).
struct Options {
    QString model;
    bool sample = false;
    std::optional<ui::ThemeChoice> theme;
    std::optional<QSize> geometry;
    QString screenshots;  ///< folder; empty = stay open
    QString dumpState;    ///< file written on SIGUSR1
    bool help = false, version = false;
};

Result<Options> parseOptions(const QStringList& arguments);
QString usageText();

}  // namespace roundoff::gui
