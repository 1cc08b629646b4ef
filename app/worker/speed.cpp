#include "app/worker/measure.h"
#include "core/speed/bench.h"
#include "core/speed/projection.h"

namespace roundoff::worker {
namespace {

QString text(const std::string& words) { return QString::fromStdString(words); }

ui::SpeedFigure figure(const speed::Spread& spread, const speed::Duel& duel) {
    return {spread.median, spread.iqr, spread.runs, text(duel.noise)};
}

ui::SpeedRow row(int layer, const std::optional<speed::Duel>& duel, const std::string& reason) {
    ui::SpeedRow result;
    result.layer = layer;
    result.reason = text(reason);
    if (!duel) return result;
    result.floating = figure(duel->floatMs, *duel);
    result.quantized = figure(duel->quantizedMs, *duel);
    return result;
}

ui::SpeedRow layerRow(const model::Model& model, const speed::LayerTiming& timing, const std::optional<speed::Machine>& machine) {
    ui::SpeedRow result = row(int(timing.layer), timing.time, timing.reason);
    const speed::Work& work = timing.work;
    if (work.macs == 0) return result;
    // An addition and a multiplication are two operations; what flows in and out is float32 on both sides.
    const double activations = 4.0 * double(work.inputs + work.outputs);
    result.operations = 2 * double(work.macs);
    result.floatBytes = double(model.tensors()[model.layers()[timing.layer].weight].bytes) + activations;
    result.quantizedBytes = double(work.weights) * timing.weightBits / 8 + activations;
    if (machine && machine->ridge() > 0)
        result.bound = result.operations / result.floatBytes < machine->ridge() ? QStringLiteral("memory") : QStringLiteral("compute");
    return result;
}

ui::SpeedProjection projection(const model::Model& model, const speed::Timing& timing, const speed::Device& device) {
    const speed::Projection found = speed::project(model, timing, device);
    ui::SpeedProjection result{text(device.name.empty() ? device.id : device.name), text(found.assumptions), {}};
    for (std::size_t i = 0; i < found.layers.size(); ++i)
        if (const auto& estimate = found.layers[i])
            result.rows.push_back({int(i), estimate->floatMs, estimate->quantizedMs, text(estimate->bound)});
    return result;
}

QString conditionsOf(const speed::Conditions& conditions) {
    QStringList parts{QStringLiteral("%1 threads").arg(conditions.threads), text(conditions.cpu), text(conditions.runtime), text(conditions.inputs)};
    if (conditions.othersShare > 0.05)
        parts << QStringLiteral("other programs took %1 % of the machine").arg(conditions.othersShare * 100, 0, 'f', 0);
    return parts.join(QStringLiteral(" · "));
}

}  // namespace

Result<ui::SpeedResult> time(const ui::SpeedCommand& command, const QString& folder,
                             const std::optional<calibration::Store>& store, Job& job) {
    speed::BenchOptions options;
    options.store = store;
    if (command.data) options.data = *command.data;
    const auto timing = speed::bench(command.model, command.recipe, options, job);
    if (!timing) return propagate(timing);
    ui::SpeedResult result;
    result.recipe = command.recipe;
    result.partial = timing->partial;
    result.conditions = conditionsOf(timing->conditions);
    for (const auto& layer : timing->layers)
        if (layer.time || !layer.reason.empty()) result.rows.push_back(layerRow(command.model, layer, timing->machine));
    if (timing->endToEnd) result.whole = row(-1, timing->endToEnd, timing->endToEndReason);
    if (timing->machine)
        result.ceilings = {timing->machine->gigabytes * 1e9, timing->machine->gflops * 1e9, timing->machine->int8Gops * 1e9};
    const auto devices = speed::loadDevices(folder.toStdString());
    if (!devices) return result;  // projections are an extra: a folder that is not there takes nothing from what was measured
    for (const auto& device : *devices) result.projections.push_back(projection(command.model, *timing, device));
    return result;
}

}  // namespace roundoff::worker
