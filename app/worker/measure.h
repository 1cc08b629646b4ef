#pragma once
#include "core/base/result.h"
#include "ui/shell/engine.h"

namespace roundoff::worker {

/// Runs the model as the command says. Stopped half-way it gives what is finished, marked partial.
Result<ui::Measurement> measure(const ui::MeasureCommand& command, Job& job);

/// Stopped half-way it gives the layers that are timed, marked partial.
/// @param devices folder of what to project for; one that is not there gives no projections
Result<ui::SpeedResult> time(const ui::SpeedCommand& command, const QString& devices, Job& job);

}  // namespace roundoff::worker
