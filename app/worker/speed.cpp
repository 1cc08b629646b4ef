#include "app/worker/measure.h"

namespace roundoff::worker {

Result<ui::SpeedResult> time(const ui::SpeedCommand& command, Job&) {
    return failed(command.model.info().path, "this build cannot time a model", "Take a newer one");
}

}  // namespace roundoff::worker
