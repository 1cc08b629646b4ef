#include <QtGlobal>

#include "ui/views/overview.h"
#include "ui/views/placeholder.h"
#include "ui/views/view.h"

namespace roundoff::ui {

const std::vector<ViewDescriptor>& viewDescriptors() {
    static const std::vector<ViewDescriptor> views{
        {"overview", QT_TRANSLATE_NOOP("View", "Overview"), createOverview},
        {"distribution", QT_TRANSLATE_NOOP("View", "Distribution"), createPlaceholder},
        {"error", QT_TRANSLATE_NOOP("View", "Error"), createPlaceholder},
        {"compare", QT_TRANSLATE_NOOP("View", "Compare"), createPlaceholder},
    };
    return views;
}

}  // namespace roundoff::ui
