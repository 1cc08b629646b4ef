#include <QtGlobal>

#include "ui/views/activations_view.h"
#include "ui/views/compare_view.h"
#include "ui/views/distribution_view.h"
#include "ui/views/error_view.h"
#include "ui/views/overview.h"
#include "ui/views/speedup_view.h"
#include "ui/views/view.h"

namespace roundoff::ui {

const std::vector<ViewDescriptor>& viewDescriptors() {
    static const std::vector<ViewDescriptor> views{
        {"overview", QT_TRANSLATE_NOOP("View", "Overview"), createOverview},
        {"distribution", QT_TRANSLATE_NOOP("View", "Distribution"), createDistributionView},
        {"error", QT_TRANSLATE_NOOP("View", "Error"), createErrorView},
        {"compare", QT_TRANSLATE_NOOP("View", "Compare"), createCompareView},
        {"activations", QT_TRANSLATE_NOOP("View", "Activations"), createActivationsView},
        {"speedup", QT_TRANSLATE_NOOP("View", "Speedup"), createSpeedupView},
    };
    return views;
}

}  // namespace roundoff::ui
