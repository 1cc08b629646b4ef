#include "app/worker/worker.h"

#include <exception>
#include <mutex>
#include <utility>

#include "app/worker/batcher.h"
#include "app/worker/measure.h"
#include "core/calibration/trial.h"
#include "core/formats/format.h"
#include "core/preprocessing/preprocess.h"
#include "core/speed/faster.h"

namespace roundoff::worker {

Worker::Worker(QObject* parent) : Engine(parent), m_work("work"), m_detail("detail"), m_export("export"), m_run("run") {}

Worker::~Worker() {
    for (auto& [kind, running] : m_running) running.stop.request_stop();
}

std::stop_token Worker::begin(Kind kind, int number) {
    m_running[kind].stop.request_stop();
    m_running[kind] = {number, std::stop_source{}};
    return m_running[kind].stop.get_token();
}

void Worker::cancel(int number) {
    for (auto& [kind, running] : m_running)
        if (running.number == number) running.stop.request_stop();
}

Job Worker::job(int number, std::stop_token stop, std::function<void()> onProgress) {
    auto pace = std::make_shared<Pace>();
    return Job(
        std::move(stop),
        [this, number, pace, onProgress = std::move(onProgress)](double fraction, std::string_view what) {
            if (onProgress) onProgress();
            if (pace->due()) Q_EMIT progress(number, fraction, QString::fromUtf8(what.data(), qsizetype(what.size())));
        },
        m_threads);
}

void Worker::post(Lane& lane, int number, std::stop_token stop, std::function<void(Job&)> task) {
    lane.post([this, number, stop, task = std::move(task)] {
        if (stop.stop_requested()) return failed(number, cancelled().value());
        Job work = job(number, stop);
        try {
            task(work);
        } catch (const std::bad_alloc&) {
            Q_EMIT failed(number, Error{ErrorCode::Failed, "", "there is not enough memory",
                                        "Close other programs, or compare fewer schemes at once"});
        } catch (const std::exception& error) {
            Q_EMIT failed(number, Error{ErrorCode::Failed, "", std::string("unexpected: ") + error.what(), ""});
        }
    });
}

void Worker::open(int number, const QString& path) {
    post(m_work, number, begin(Kind::Model, number), [this, number, path](Job& work) {
        auto model = formats::openModel(std::filesystem::path(path.toStdString()), work);
        if (model)
            Q_EMIT opened(number, std::move(*model));
        else
            Q_EMIT failed(number, model.error());
    });
}

void Worker::preprocess(int number, ui::PreprocessCommand command) {
    post(m_work, number, begin(Kind::Model, number), [this, number, command = std::move(command)](Job& work) {
        auto model = preprocessing::preprocess(command.model, command.steps, command.data.value_or(calibration::DataSource{}), work);
        if (model)
            Q_EMIT opened(number, std::move(*model));
        else
            Q_EMIT failed(number, model.error());
    });
}

void Worker::compare(int number, ui::CompareCommand command) {
    const std::stop_token stop = begin(Kind::Model, number);
    post(m_work, number, stop, [this, number, stop, command = std::move(command)](Job&) {
        Batcher batcher([this, number](std::shared_ptr<const ui::LayerBatch> batch) {
            Q_EMIT layersReady(number, std::move(batch));
        });
        Job work = job(number, stop, [&batcher] { batcher.tick(); });
        analysis::CompareOptions options;
        options.layers = command.layers;
        options.onLayer = [&batcher](const analysis::LayerResult& result) { batcher.add(result); };
        auto comparison = analysis::compare(command.model, command.recipes, options, work);
        batcher.flush();
        if (comparison)
            Q_EMIT compared(number, std::make_shared<const analysis::Comparison>(std::move(*comparison)));
        else
            Q_EMIT failed(number, comparison.error());
    });
}

void Worker::distribution(int number, ui::DistributionCommand command) {
    post(m_detail, number, begin(Kind::Detail, number), [this, number, command = std::move(command)](Job& work) {
        auto result = analysis::distribution(command.model, command.layer, command.scheme, work);
        if (result)
            Q_EMIT distributed(number, std::make_shared<const analysis::Distribution>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::measure(int number, ui::MeasureCommand command) {
    post(m_run, number, begin(Kind::Measure, number), [this, number, command = std::move(command)](Job& work) {
        auto result = worker::measure(command, m_store, work);
        if (result)
            Q_EMIT measured(number, std::make_shared<const ui::Measurement>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::time(int number, ui::SpeedCommand command) {
    post(m_run, number, begin(Kind::Measure, number), [this, number, command = std::move(command)](Job& work) {
        auto result = worker::time(command, m_devices, m_store, work);
        if (result)
            Q_EMIT timed(number, std::make_shared<const ui::SpeedResult>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::preview(int number, ui::PreviewCommand command) {
    post(m_detail, number, begin(Kind::Preview, number), [this, number, command = std::move(command)](Job& work) {
        auto result = calibration::preview(command.model, command.data, work);
        if (result)
            Q_EMIT previewed(number, std::make_shared<const calibration::Preview>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::channels(int number, ui::ChannelsCommand command) {
    post(m_detail, number, begin(Kind::Channels, number), [this, number, command = std::move(command)](Job& work) {
        auto result = analysis::inputChannels(command.model, command.layer, work);
        if (result)
            Q_EMIT channelsRead(number, std::make_shared<const analysis::InputChannels>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::map(int number, ui::MapCommand command) {
    // Behind the other runs of the model: times are taken on a machine that has nothing else to do.
    post(m_run, number, begin(Kind::Map, number), [this, number, command = std::move(command)](Job& work) {
        auto result = calibration::activationMap(command.model, calibration::layerValues(command.model)[command.layer].input,
                                                 command.data, work);
        if (result)
            Q_EMIT mapped(number, std::make_shared<const calibration::ActivationMap>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

void Worker::exportModel(int number, ui::ExportCommand command) {
    // Times are taken behind the other runs of the model, on a machine that has nothing else to do.
    Lane& lane = command.onlyFaster ? m_run : m_export;
    post(lane, number, begin(Kind::Export, number), [this, number, command = std::move(command)](Job& work) {
        auto result = exportFile(number, command, work);
        if (result)
            Q_EMIT exported(number, std::make_shared<const exports::Exported>(std::move(*result)));
        else
            Q_EMIT failed(number, result.error());
    });
}

Result<exports::Exported> Worker::exportFile(int number, const ui::ExportCommand& command, Job& work) {
    const exports::Target* target = exports::findTarget(command.target.toStdString());
    if (!target) return usage(command.target.toStdString(), "no such target", "");
    exports::ExportOptions options;
    options.verify = command.verify;
    options.externalData = command.externalData;
    if (command.data) options.data = *command.data;
    options.calibration = command.calibration;
    options.onStep = [this, number](const std::string& step, std::optional<bool> ok, const std::string& detail) {
        Q_EMIT exportStep(number, QString::fromStdString(step), ok, QString::fromStdString(detail));
    };
    const std::filesystem::path path = command.path.toStdString();
    const auto observe = [&](const analysis::Recipe& recipe, Job job) -> Result<void> {
        if (!command.data) return exports::checkRanges(command.model, recipe, *target, options);
        return exports::findRanges(command.model, recipe, *target, options, m_store ? &*m_store : nullptr, job);
    };
    if (auto done = observe(command.recipe, work.part(0, 0.2)); !done) return propagate(done);
    Job writing = work.part(command.onlyFaster ? 0.7 : 0.2, command.onlyFaster ? 0.3 : 0.8);
    if (!command.onlyFaster) return exports::exportModel(command.model, command.recipe, *target, path, options, writing);

    speed::BenchOptions timing;
    timing.data = options.data;
    timing.store = m_store;
    timing.target = target->id;
    Job measuring = work.part(0.2, 0.5);
    options.onStep("measuring", std::nullopt, "");
    auto faster = speed::onlyFaster(command.model, command.recipe, timing, measuring);
    options.onStep("measuring", faster.has_value(), faster ? faster->notes.back() : faster.error().line());
    if (!faster) return propagate(faster);
    options.reasons = std::move(faster->reasons);
    if (auto done = observe(faster->recipe, work.part(0.7, 0)); !done) return propagate(done);
    auto result = exports::exportModel(command.model, faster->recipe, *target, path, options, writing);
    if (result) result->notes.insert(result->notes.begin(), faster->notes.begin(), faster->notes.end());
    return result;
}

}  // namespace roundoff::worker
