#pragma once
#include <optional>

#include "core/base/result.h"
#include "core/calibration/store.h"
#include "ui/shell/engine.h"

namespace roundoff::worker {

/// Runs the model as the command says. Stopped half-way it gives what is finished, marked partial.
/// @param store of calibrations; may be nothing
Result<ui::Measurement> measure(const ui::MeasureCommand& command, const std::optional<calibration::Store>& store, Job& job);

/// Stopped half-way it gives the layers that are timed, marked partial.
/// @param devices folder of what to project for; one that is not there gives no projections
Result<ui::SpeedResult> time(const ui::SpeedCommand& command, const QString& devices,
                             const std::optional<calibration::Store>& store, Job& job);

}  // namespace roundoff::worker
