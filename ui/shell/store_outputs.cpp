// What the store knows of outputs: measured on the present data, remembered by recipe.
#include <algorithm>
#include <utility>

#include "ui/shell/store.h"

namespace roundoff::ui {

void Store::stow() {
    constexpr std::size_t kMost = 8;
    if (m_state.model.empty() || (m_measured->empty() && !m_state.calibration && m_speeds.empty())) return;
    std::erase_if(m_stowed, [this](const Stowed& each) { return same(each.model, m_state.model) && sameData(each.data, m_state.data); });
    if (m_stowed.size() == kMost) m_stowed.erase(m_stowed.begin());
    m_stowed.push_back({m_state.model, m_state.data, m_measured, m_partial, m_state.calibration, m_speeds});
}

void Store::fetchMeasured() {
    const auto found = std::ranges::find_if(
        m_stowed, [this](const Stowed& each) { return same(each.model, m_state.model) && sameData(each.data, m_state.data); });
    const Stowed known = found == m_stowed.end() ? Stowed{{}, {}, std::make_shared<MeasuredOutputs>(), {}, nullptr, {}} : *found;
    m_measured = known.measured;
    m_partial = known.partial;
    m_state.calibration = known.calibration;
    m_state.inputMap.reset();
    judgeMeasured();
}

void Store::judgeMeasured() {
    m_state.outputsStale = !m_measured->empty() && !m_measured->has(m_state.recipe);
    m_state.allQuantized = m_measured->allQuantized(m_state.recipe);
}

void Store::setData(const DataChoice& data) {
    if (sameData(m_state.data, data)) return;
    stow();
    m_state.data = data;
    fetchMeasured();
    showMeasured();
}

void Store::showMeasured() {
    if (m_state.comparison)
        m_state.comparison = m_builder.apply([measured = m_measured](analysis::Comparison& comparison) {
            for (auto& report : comparison.reports) measured->fill(report);
        });
    judgeMeasured();
    announce(Change::Data | Change::Results);
}

std::vector<std::size_t> Store::unmeasured(bool ranking) const {
    std::vector<std::size_t> columns;
    if (m_state.model.empty() || m_state.model.layers().empty()) return columns;
    const auto all = recipes();
    const std::size_t end = ranking ? 1 : all.size();  // of the working scheme alone: it takes two runs a layer
    for (std::size_t column = 0; column < end; ++column) {
        const bool partial = std::find(m_partial.begin(), m_partial.end(), all[column]) != m_partial.end();
        const bool known = ranking ? m_measured->ranked(all[column]) : m_measured->has(all[column]);
        if (partial || !known) columns.push_back(column);
    }
    return columns;
}

void Store::takeMeasurement(const Measurement& measurement) {
    auto measured = std::make_shared<MeasuredOutputs>(*m_measured);
    for (std::size_t i = 0; i < measurement.comparison.reports.size(); ++i) {
        const auto& report = measurement.comparison.reports[i];
        std::erase(m_partial, report.recipe);
        if (measurement.partial) m_partial.push_back(report.recipe);
        measured->take(report, i < measurement.allQuantized.size() ? measurement.allQuantized[i] : std::nullopt);
    }
    m_measured = std::move(measured);
    if (measurement.calibration) m_state.calibration = measurement.calibration;
    showMeasured();
}

void Store::judgeSpeed() {
    m_state.speed.reset();
    for (const auto& speed : m_speeds)
        if (speed->recipe == m_state.recipe) m_state.speed = speed;
    m_state.speedStale = !m_state.speed && !m_speeds.empty();
}

void Store::takeSpeed(std::shared_ptr<const SpeedResult> speed) {
    std::erase_if(m_speeds, [&](const auto& known) { return known->recipe == speed->recipe; });
    m_speeds.push_back(std::move(speed));
    judgeSpeed();
    announce(unsigned(Change::Data));
}

void Store::setTiming(bool timing) {
    if (m_state.timing == timing) return;
    m_state.timing = timing;
    announce(unsigned(Change::Data));
}

void Store::setMeasuring(bool measuring) {
    if (m_state.measuring == measuring) return;
    m_state.measuring = measuring;
    announce(unsigned(Change::Data));
}

void Store::setInputMap(std::shared_ptr<const InputMap> map) {
    m_state.inputMap = std::move(map);
    announce(unsigned(Change::Data));
}

void Store::setChannels(std::shared_ptr<const analysis::InputChannels> channels) {
    m_state.channels = std::move(channels);
    announce(unsigned(Change::Data));
}

}  // namespace roundoff::ui
