#include "ui/shell/jobs.h"

#include <QFileInfo>
#include <algorithm>
#include <utility>

#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {
constexpr double kCheapMs = 8;             ///< taking results at once as long as it costs less
constexpr double kRest = 2;                ///< else the window rests this many times as long
constexpr std::size_t kLayersAtOnce = 512;
}  // namespace

Jobs::Jobs(Engine& engine, Store& store, QObject* parent) : QObject(parent), m_engine(engine), m_store(store), m_runs(engine, store, [this] { return ++m_last; }) {
    connect(&engine, &Engine::opened, this, &Jobs::onOpened);
    connect(&engine, &Engine::layersReady, this, &Jobs::onLayers);
    connect(&engine, &Engine::compared, this, &Jobs::onCompared);
    connect(&engine, &Engine::distributed, this, &Jobs::onDistributed);
    connect(&engine, &Engine::progress, this, &Jobs::onProgress);
    connect(&engine, &Engine::failed, this, &Jobs::onFailed);
    connect(&store, &Store::changed, this, &Jobs::onStore);
    connect(&m_runs, &Runs::statusChanged, this, [this] { Q_EMIT statusChanged(status()); });
    connect(&m_runs, &Runs::failed, this, &Jobs::failed);
    m_planTimer.setSingleShot(true);
    m_planTimer.setInterval(0);
    connect(&m_planTimer, &QTimer::timeout, this, &Jobs::run);
    m_takeTimer.setSingleShot(true);
    connect(&m_takeTimer, &QTimer::timeout, this, &Jobs::takeBatches);
}

void Jobs::open(const QString& path) {
    m_path = path;
    beginOpening(false, tr("Opening %1").arg(QFileInfo(path).fileName()));
    m_engine.open(m_open, path);
}

void Jobs::preprocess(const std::vector<std::string>& steps) {
    if (m_store.opened().empty()) return;
    if (steps.empty()) return m_store.setPrepared(m_store.opened());
    beginOpening(true, tr("Preprocessing %1").arg(m_store.state().title));
    m_engine.preprocess(m_open, {m_store.opened(), steps, m_store.state().data.calibration});
}

void Jobs::beginOpening(bool preparing, const QString& text) {
    if (m_compare) {
        m_engine.cancel(m_compare);
        endRun();
    }
    m_preparing = preparing;
    m_open = ++m_last;
    m_status = {true, false, text, 0};
    Q_EMIT statusChanged(status());
}

void Jobs::run() {
    if (m_open) return;
    const auto missing = m_store.missing();
    if (m_compare) {  // the plan has changed under it: what it finished is kept, the rest starts anew
        m_engine.cancel(m_compare);
        endRun();
    }
    if (!missing) return;
    m_run = *missing;

    const State& state = m_store.state();
    CompareCommand command;
    command.model = state.model;
    const auto all = m_store.recipes();
    for (const std::size_t column : m_run.columns) command.recipes.push_back(all[column]);
    const auto& layers = state.model.layers();
    command.layers = m_run.layers;

    m_totalBytes = 0;
    const auto weigh = [&](std::size_t i) { m_totalBytes += double(state.model.tensors()[layers[i].weight].bytes); };
    if (m_run.layers.empty())
        for (std::size_t i = 0; i < layers.size(); ++i) weigh(i);
    else
        for (const std::size_t i : m_run.layers) weigh(i);
    m_layersTotal = m_run.layers.empty() ? layers.size() : m_run.layers.size();
    m_layersDone = 0;
    m_layer.clear();
    m_eta = Eta(m_totalBytes);
    m_clock.start();
    m_status = {true, false, {}, 0};
    m_compare = ++m_last;
    m_store.setRunning(true);
    describe();
    m_engine.compare(m_compare, std::move(command));
}

void Jobs::cancel() {
    const int number = m_open ? m_open : m_compare;
    if (number == 0) return m_runs.cancel();
    m_status.cancelling = true;
    Q_EMIT statusChanged(status());
    m_engine.cancel(number);
}

int Jobs::startExport(const QString& target, const QString& path, bool externalData, bool verify, bool onlyFaster) {
    const int number = ++m_last;
    const State& state = m_store.state();
    m_engine.exportModel(number, {state.model, state.recipe, target, path, externalData, verify, onlyFaster, state.data.calibration,
                                  state.calibration});
    return number;
}

void Jobs::onOpened(int number, const model::Model& model) {
    if (number != m_open) return;
    m_open = 0;
    m_status = {};
    if (m_preparing) {
        m_store.setPrepared(model);
        Q_EMIT statusChanged(status());
        return;
    }
    m_store.setModel(model, QFileInfo(m_path).fileName());
    Q_EMIT statusChanged(status());
    Q_EMIT opened(m_path);
    run();
}

void Jobs::onLayers(int number, const std::shared_ptr<const LayerBatch>& batch) {
    if (number != m_compare) return;
    m_waiting.push_back(batch);
    if (m_takeMs < kCheapMs && !m_takeTimer.isActive())
        takeBatches();
    else if (!m_takeTimer.isActive())
        m_takeTimer.start(int(kRest * m_takeMs));
}

void Jobs::takeBatches() {
    QElapsedTimer clock;
    clock.start();
    std::vector<std::shared_ptr<const LayerBatch>> now;
    std::size_t layers = 0;
    while (!m_waiting.empty() && (now.empty() || layers + m_waiting.front()->size() <= kLayersAtOnce)) {
        layers += m_waiting.front()->size();
        now.push_back(std::move(m_waiting.front()));
        m_waiting.erase(m_waiting.begin());
    }
    if (layers > 0) {
        m_store.merge(now, m_run);
        m_layersDone = std::min(m_layersTotal, m_layersDone + layers);
        m_layer = QString::fromStdString(m_store.state().model.layers()[now.back()->back().layer].name);
        describe();
    }
    m_takeMs = double(clock.nsecsElapsed()) / 1e6;
    if (!m_waiting.empty())
        m_takeTimer.start(int(kRest * m_takeMs));
    else if (m_result)
        endComparison();
}

void Jobs::onCompared(int number, const std::shared_ptr<const analysis::Comparison>& comparison) {
    if (number != m_compare) return;
    m_result = comparison;
    if (m_waiting.empty()) endComparison();
}

void Jobs::endComparison() {
    const auto result = std::exchange(m_result, nullptr);
    m_store.finish(*result, m_run);
    endRun();
    Q_EMIT finished();
}

void Jobs::onDistributed(int number, const std::shared_ptr<const analysis::Distribution>& distribution) {
    if (number != m_distribution) return;
    m_distribution = 0;
    m_store.setDistribution(distribution);
}

void Jobs::onProgress(int number, double fraction, const QString& what) {
    if (number == m_open) {
        m_status.fraction = fraction;
        Q_EMIT statusChanged(status());
    } else if (number == m_compare) {
        m_status.fraction = std::max(m_status.fraction, fraction);
        if (!what.isEmpty()) m_layer = what;
        describe();
    }
}

void Jobs::onFailed(int number, const Error& error) {
    if (number == 0) return;
    if (number == m_distribution) {
        m_distribution = 0;
        if (error.code != ErrorCode::Cancelled) Q_EMIT failed(error);
    } else if (number == m_open) {
        m_open = 0;
        m_status = {};
        Q_EMIT statusChanged(status());
        if (error.code != ErrorCode::Cancelled) Q_EMIT failed(error);
        if (m_preparing) run();  // it had ended the comparison of the model that stays
    } else if (number == m_compare) {
        m_store.merge(std::exchange(m_waiting, {}), m_run);
        m_store.finish({}, m_run);
        endRun();
        if (error.code != ErrorCode::Cancelled) Q_EMIT failed(error);
        Q_EMIT finished();
    }
}

void Jobs::onStore(unsigned changes) {
    if (has(changes, Change::Recipe)) m_planTimer.start();
    if (has(changes, Change::Selection) || has(changes, Change::Recipe) || has(changes, Change::Model))
        wantDistribution();
}

void Jobs::wantDistribution() {
    const State& state = m_store.state();
    if (m_distribution) m_engine.cancel(m_distribution);
    m_distribution = 0;
    if (state.model.empty() || state.current < 0 || std::size_t(state.current) >= state.model.layers().size()) return;
    const auto layer = std::size_t(state.current);
    const auto& scheme = state.recipe.schemeOf(state.model.layers()[layer].name);
    if (state.distribution && state.distribution->layer == layer && state.distribution->scheme == scheme) return;
    m_distribution = ++m_last;
    m_engine.distribution(m_distribution, {state.model, layer, scheme});
}

void Jobs::describe() {
    const double seconds = double(m_clock.elapsed()) / 1000;
    m_eta.update(seconds, m_status.fraction * m_totalBytes, m_layersDone);
    const int columns = int(m_run.columns.size());
    QStringList parts{columns == 1 ? tr("Analyzing") : tr("Comparing %1 schemes").arg(columns)};
    parts << tr("layer %1 of %2").arg(std::min(m_layersDone + 1, m_layersTotal)).arg(m_layersTotal);
    if (!m_layer.isEmpty()) parts.back() += QStringLiteral(", ") + m_layer;
    if (const auto rate = m_eta.bytesPerSecond()) parts << bytesText(std::uint64_t(*rate)) + QStringLiteral("/s");
    if (const auto left = m_eta.secondsLeft()) parts << tr("about %1 left").arg(durationText(std::max(1.0, *left)));
    m_status.text = parts.join(QStringLiteral(" · "));
    Q_EMIT statusChanged(status());
}

void Jobs::endRun() {
    m_compare = 0;
    m_waiting.clear();
    m_result.reset();
    m_takeTimer.stop();
    m_status = {};
    m_store.setRunning(false);
    Q_EMIT statusChanged(status());
}

}  // namespace roundoff::ui
