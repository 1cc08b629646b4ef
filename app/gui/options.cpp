#include "app/gui/options.h"

#include <QRegularExpression>
#include <QStringList>

namespace roundoff::gui {

Result<Options> parseOptions(const QStringList& arguments) {
    Options options;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        QString word = arguments[i];
        QString value;
        const bool joined = word.startsWith(QLatin1String("--")) && word.contains(QLatin1Char('='));
        if (joined) {
            value = word.section(QLatin1Char('='), 1);
            word = word.section(QLatin1Char('='), 0, 0);
        }
        const bool wantsValue = word == QLatin1String("--theme") || word == QLatin1String("--geometry") ||
                                word == QLatin1String("--lang") || word == QLatin1String("--screenshot") ||
                                word == QLatin1String("--dump-state");
        if (wantsValue && !joined) {
            if (i + 1 >= arguments.size()) return usage(word.toStdString(), "it needs a value", "See roundoff --help");
            value = arguments[++i];
        }
        if (word == QLatin1String("--theme")) {
            if (value == QLatin1String("light")) options.theme = ui::ThemeChoice::Light;
            else if (value == QLatin1String("dark")) options.theme = ui::ThemeChoice::Dark;
            else if (value == QLatin1String("system")) options.theme = ui::ThemeChoice::System;
            else
                return usage("--theme", fmt::format("there is no theme '{}'", value.toStdString()),
                             "There are light, dark and system");
        } else if (word == QLatin1String("--geometry")) {
            static const QRegularExpression size(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$"));
            const auto match = size.match(value);
            if (!match.hasMatch())
                return usage("--geometry", fmt::format("'{}' is not a size", value.toStdString()),
                             "Write it as 1440x900");
            options.geometry = QSize(match.captured(1).toInt(), match.captured(2).toInt());
        } else if (word == QLatin1String("--lang")) {
            if (value != QLatin1String("en"))
                return usage("--lang", fmt::format("there is no translation '{}'", value.toStdString()), "There is en");
        } else if (word == QLatin1String("--screenshot")) {
            options.screenshots = value;
        } else if (word == QLatin1String("--dump-state")) {
            options.dumpState = value;
        } else if (word == QLatin1String("--sample")) {
            options.sample = true;
        } else if (word == QLatin1String("--help") || word == QLatin1String("-h")) {
            options.help = true;
        } else if (word == QLatin1String("--version")) {
            options.version = true;
        } else if (word.startsWith(QLatin1Char('-')) && word.size() > 1) {
            return usage(word.toStdString(), "there is no such switch", "See roundoff --help");
        } else if (!options.model.isEmpty()) {
            return usage(word.toStdString(), "only one model can be opened", "Start Roundoff once for each");
        } else {
            options.model = word;
        }
    }
    return options;
}

QString usageText() {
    return QStringLiteral(
        "roundoff [MODEL] [--sample] [--theme light|dark|system] [--geometry WxH] [--screenshot DIR] [--dump-state "
        "FILE]\n"
        "\n"
        "  MODEL              open this model\n"
        "  --sample           open the sample model\n"
        "  --theme T          light, dark, or as the system\n"
        "  --lang en          language of the window\n"
        "  --geometry WxH     size of the window\n"
        "  --screenshot DIR   analyze, write a picture of every view to DIR, exit; needs no display\n"
        "  --dump-state FILE  write the window's state as JSON to FILE on SIGUSR1\n");
}

}  // namespace roundoff::gui
