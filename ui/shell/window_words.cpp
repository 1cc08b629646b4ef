#include "ui/shell/window_words.h"

#include <QCoreApplication>

namespace roundoff::ui {

QString inWindow(QString text) {
    struct Word {
        const char* option;
        const char* field;
    };
    // Longer options first: one may begin another.
    static constexpr Word kWords[] = {
        {"--calib DATA", QT_TRANSLATE_NOOP("WindowWords", "data (the button Data)")},
        {"--dim ", QT_TRANSLATE_NOOP("WindowWords", "Data › Sizes: ")},
        {"--dim", QT_TRANSLATE_NOOP("WindowWords", "Data › Sizes")},
        {"--window", QT_TRANSLATE_NOOP("WindowWords", "Data › Window")},
        {"--resize", QT_TRANSLATE_NOOP("WindowWords", "Data › Resize")},
        {"--layout", QT_TRANSLATE_NOOP("WindowWords", "Data › Layout")},
        {"--channels", QT_TRANSLATE_NOOP("WindowWords", "Data › Channels")},
        {"--mean", QT_TRANSLATE_NOOP("WindowWords", "Data › Mean")},
        {"--scale", QT_TRANSLATE_NOOP("WindowWords", "Data › Scale")},
        {"--std", QT_TRANSLATE_NOOP("WindowWords", "Data › Std")},
        {"--exclude", QT_TRANSLATE_NOOP("WindowWords", "the scheme float")},
        {"--no-verify", QT_TRANSLATE_NOOP("WindowWords", "the proof switched off")},
    };
    for (const Word& word : kWords)
        text.replace(QLatin1String(word.option), QCoreApplication::translate("WindowWords", word.field));
    return text;
}

}  // namespace roundoff::ui
