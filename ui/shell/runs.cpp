#include "ui/shell/runs.h"

#include <algorithm>
#include <utility>

#include "ui/shell/numbers.h"
#include "ui/shell/window_words.h"

namespace roundoff::ui {

Runs::Runs(Engine& engine, Store& store, std::function<int()> nextNumber, QObject* parent)
    : QObject(parent), m_engine(engine), m_store(store), m_next(std::move(nextNumber)) {
    connect(&engine, &Engine::measured, this, &Runs::onMeasured);
    connect(&engine, &Engine::timed, this, [this](int number, const std::shared_ptr<const SpeedResult>& speed) {
        if (number != m_measure) return;
        m_store.takeSpeed(speed);
        end();
        Q_EMIT finished();
    });
    connect(&engine, &Engine::previewed, this, [this](int number, const std::shared_ptr<const calibration::Preview>& preview) {
        if (number != m_preview) return;
        m_preview = 0;
        Q_EMIT previewed(preview);
    });
    connect(&engine, &Engine::channelsRead, this,
            [this](int number, const std::shared_ptr<const analysis::InputChannels>& channels) {
                if (number != m_channels) return;
                m_channels = 0;
                m_store.setChannels(channels);
            });
    connect(&engine, &Engine::mapped, this, [this](int number, const std::shared_ptr<const calibration::ActivationMap>& map) {
        if (number != m_map) return;
        m_map = 0;
        m_store.setInputMap(std::make_shared<const InputMap>(InputMap{m_mapLayer, map, {}}));
    });
    connect(&engine, &Engine::progress, this, &Runs::onProgress);
    connect(&engine, &Engine::failed, this, &Runs::onFailed);
    connect(&store, &Store::changed, this, &Runs::onStore);
}

void Runs::measure() { want(Kind::Outputs); }

void Runs::rank() { want(Kind::Ranking); }

void Runs::time() { want(Kind::Speed); }

void Runs::want(Kind kind) {
    if (m_store.state().model.empty() || (kind != Kind::Speed && !m_store.state().data.calibration)) return;
    m_wanted = kind;
    start();
}

void Runs::start() {
    if (!m_wanted || m_store.state().running || m_store.missing()) return;
    if (m_measure && m_kind != *m_wanted) return;  // after it: times want the machine to themselves
    const Kind kind = *std::exchange(m_wanted, std::nullopt);
    const auto columns = kind == Kind::Speed ? std::vector<std::size_t>{} : m_store.unmeasured(kind == Kind::Ranking);
    if (m_measure) m_engine.cancel(m_measure);
    if (columns.empty() && kind != Kind::Speed) {
        end();
        Q_EMIT finished();
        return;
    }
    const State& state = m_store.state();
    m_kind = kind;
    m_measure = m_next();
    m_eta = Eta(1);
    m_steps = 0;
    m_clock.start();
    m_status = {true, false, title(), 0};
    kind == Kind::Speed ? m_store.setTiming(true) : m_store.setMeasuring(true);
    Q_EMIT statusChanged();
    if (kind == Kind::Speed) return m_engine.time(m_measure, {state.model, state.recipe, state.data.calibration});
    m_engine.measure(m_measure, {state.model, state.comparison, columns, *state.data.calibration, state.data.evaluation,
                                 kind == Kind::Ranking});
}

QString Runs::title() const {
    switch (m_kind) {
        case Kind::Outputs: return tr("Measuring outputs");
        case Kind::Ranking: return tr("Trying one layer at a time");
        case Kind::Speed: break;
    }
    return tr("Measuring speed");
}

void Runs::preview(const calibration::DataSource& source) {
    if (m_preview) m_engine.cancel(m_preview);
    m_preview = m_next();
    m_engine.preview(m_preview, {m_store.state().model, source});
}

void Runs::map() {
    const State& state = m_store.state();
    if (state.current < 0 || !state.calibration || !state.data.calibration) return;
    const auto layer = std::size_t(state.current);
    if ((m_map && m_mapLayer == layer) || (state.inputMap && state.inputMap->layer == layer)) return;
    endMap();
    m_map = m_next();
    m_mapLayer = layer;
    m_engine.map(m_map, {state.model, layer, *state.data.calibration});
}

void Runs::endMap() {
    if (m_map) m_engine.cancel(m_map);
    m_map = 0;
}

void Runs::cancel() {
    m_wanted.reset();
    if (!m_measure) return;
    m_status.cancelling = true;
    Q_EMIT statusChanged();
    m_engine.cancel(m_measure);
}

void Runs::onMeasured(int number, const std::shared_ptr<const Measurement>& measurement) {
    if (number != m_measure) return;
    m_store.takeMeasurement(*measurement);
    wantChannels();
    end();
    Q_EMIT finished();
}

void Runs::onFailed(int number, const Error& error) {
    if (number == 0) return;
    if (number == m_preview) {
        m_preview = 0;
        if (error.code != ErrorCode::Cancelled) Q_EMIT previewFailed(error);
    } else if (number == m_channels) {
        m_channels = 0;  // the view says what is missing
    } else if (number == m_map) {
        m_map = 0;
        if (error.code != ErrorCode::Cancelled)
            m_store.setInputMap(std::make_shared<const InputMap>(InputMap{m_mapLayer, nullptr, inWindow(QString::fromStdString(error.line()))}));
    } else if (number == m_measure) {
        end();
        if (error.code != ErrorCode::Cancelled) Q_EMIT failed(error);
        Q_EMIT finished();
    }
}

void Runs::onProgress(int number, double fraction, const QString& what) {
    if (number == 0 || number != m_measure) return;
    m_status.fraction = std::max(m_status.fraction, fraction);
    m_eta.update(double(m_clock.elapsed()) / 1000, m_status.fraction, ++m_steps);
    QStringList parts{title()};
    if (m_kind != Kind::Speed) parts << tr("on %1").arg(dataText(m_store.state().data.calibration));
    if (!what.isEmpty()) parts << what;
    if (const auto left = m_eta.secondsLeft()) parts << tr("about %1 left").arg(durationText(std::max(1.0, *left)));
    m_status.text = parts.join(QStringLiteral(" · "));
    Q_EMIT statusChanged();
}

void Runs::onStore(unsigned changes) {
    if (has(changes, Change::Model)) {
        m_wanted.reset();
        if (m_measure) m_engine.cancel(m_measure);
        end();
    } else if (has(changes, Change::Recipe) && m_measure) {
        m_engine.cancel(m_measure);  // it answers with what it has
    }
    if (m_wanted && has(changes, Change::Results)) start();
    if (m_map && (!m_store.state().calibration || int(m_mapLayer) != m_store.state().current)) endMap();
    if (has(changes, Change::Selection) || has(changes, Change::Model)) wantChannels();
}

void Runs::wantChannels() {
    const State& state = m_store.state();
    if (m_channels) m_engine.cancel(m_channels);
    m_channels = 0;
    if (state.model.empty() || state.current < 0 || !state.calibration) return;
    const auto layer = std::size_t(state.current);
    if (state.channels && state.channels->layer == layer) return;
    m_channels = m_next();
    m_engine.channels(m_channels, {state.model, layer});
}

void Runs::end() {
    const bool ran = m_measure != 0;
    m_measure = 0;
    m_status = {};
    m_store.setMeasuring(false);
    m_store.setTiming(false);
    if (ran) Q_EMIT statusChanged();
    start();
}

}  // namespace roundoff::ui
