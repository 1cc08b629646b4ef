#include "ui/shell/store.h"

#include <algorithm>
#include <utility>

#include "core/analysis/findings.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {

/// An edit as the plans before and after it.
class PlanCommand final : public QUndoCommand {
public:
    PlanCommand(Store& store, Plan before, Plan after, const QString& text)
        : QUndoCommand(text), m_store(store), m_before(std::move(before)), m_after(std::move(after)) {}
    void undo() override { m_store.applyPlan(m_before); }
    void redo() override { m_store.applyPlan(m_after); }

private:
    Store& m_store;
    Plan m_before, m_after;
};

/// A model before and after steps of preprocessing.
class ModelCommand final : public QUndoCommand {
public:
    ModelCommand(Store& store, model::Model before, model::Model after, const QString& text)
        : QUndoCommand(text), m_store(store), m_before(std::move(before)), m_after(std::move(after)) {}
    void undo() override { m_store.applyModel(m_before); }
    void redo() override { m_store.applyModel(m_after); }

private:
    Store& m_store;
    model::Model m_before, m_after;
};

namespace {

/// A layer's report anew; what was measured of its output stays.
void replaceWeights(analysis::LayerReport& layer, const analysis::LayerReport& fresh) {
    auto output = std::move(layer.output);
    auto alone = std::move(layer.alone);
    layer = fresh;
    layer.output = std::move(output);
    layer.alone = std::move(alone);
}

}  // namespace

Store::Store(QObject* parent) : QObject(parent) {
    m_state.recipe.standard = schemes::parseScheme("int4:g32:asym").value_or(schemes::Scheme{});
    for (const char* word : {"int8", "fp8-e4m3", "int4", "log4"})
        if (auto scheme = schemes::parseScheme(word)) m_state.compared.push_back(*scheme);
}

void Store::setModel(const model::Model& model, const QString& title) {
    m_opened = model;
    m_state.title = title;
    m_state.recipe.layers.clear();
    m_state.current = -1;
    m_state.data = {};
    m_undo.clear();
    m_stowed.clear();
    applyModel(model);
}

void Store::setPrepared(const model::Model& model) {
    if (model.info().preprocessing.empty() && m_state.model.info().preprocessing.empty()) return;
    QStringList steps;
    for (const model::Preprocessing& step : model.info().preprocessing)
        if (step.kept) steps << QString::fromStdString(step.title);
    m_undo.push(new ModelCommand(*this, m_state.model, model,
                                 steps.isEmpty() ? tr("Take the model as it was opened")
                                                 : tr("Preprocess: %1").arg(steps.join(QStringLiteral(", ")))));
}

/// What was computed for another model goes; the layer that was shown stays so, where there is one of its name.
void Store::applyModel(const model::Model& model) {
    const std::string shown = m_state.current >= 0 ? m_state.model.layers()[std::size_t(m_state.current)].name : std::string();
    stow();
    m_state.model = model;
    m_state.distribution.reset();
    m_state.visible.clear();
    m_state.selected.clear();
    m_state.current = m_state.hovered = -1;
    m_state.baseline.reset();
    m_known.assign(model.layers().size(), {});
    m_state.channels.reset();
    fetchMeasured();
    m_speeds.clear();
    for (const Stowed& each : m_stowed)
        if (same(each.model, model)) m_speeds = each.speeds;
    judgeSpeed();

    analysis::Comparison start;
    for (const auto& recipe : recipes()) start.reports.push_back(report(recipe));
    start.statistics.resize(model.layers().size());
    m_state.comparison = m_builder.reset(std::move(start));
    const auto& layers = model.layers();
    if (!layers.empty()) {
        const auto same = std::ranges::find(layers, shown, &model::Layer::name);
        m_state.current = same == layers.end() ? 0 : int(same - layers.begin());
        m_state.selected = {m_state.current};
        m_state.visible.resize(layers.size());
        for (std::size_t i = 0; i < m_state.visible.size(); ++i) m_state.visible[i] = int(i);
    }
    announce(unsigned(Change::All));
}

void Store::setStandard(const schemes::Scheme& scheme) {
    Plan after = plan();
    after.recipe.standard = scheme;
    for (auto it = after.recipe.layers.begin(); it != after.recipe.layers.end();)
        it = it->second == scheme ? after.recipe.layers.erase(it) : std::next(it);
    push(std::move(after), tr("Set the scheme to %1").arg(schemeText(scheme)));
}

void Store::setSchemes(const std::vector<int>& layers, const schemes::Scheme& scheme) {
    if (m_state.model.empty()) return;
    Plan after = plan();
    int changedLayers = 0;
    QString last;
    for (const int layer : layers) {
        if (layer < 0 || std::size_t(layer) >= m_state.model.layers().size()) continue;
        const std::string& name = m_state.model.layers()[std::size_t(layer)].name;
        if (after.recipe.schemeOf(name) == scheme) continue;
        ++changedLayers;
        last = QString::fromStdString(name);
        if (scheme == after.recipe.standard)
            after.recipe.layers.erase(name);
        else
            after.recipe.layers[name] = scheme;
    }
    if (changedLayers == 0) return;
    push(std::move(after), changedLayers == 1 ? tr("Set %1 to %2").arg(last, schemeText(scheme))
                                              : tr("Set %1 layers to %2").arg(changedLayers).arg(schemeText(scheme)));
}

void Store::setCompared(const std::vector<schemes::Scheme>& schemes) {
    Plan after = plan();
    after.compared = schemes;
    if (after.compared.size() > kMaxCompared) after.compared.resize(kMaxCompared);
    push(std::move(after), tr("Compare %1 schemes").arg(after.compared.size() + 1));
}

void Store::push(Plan after, const QString& text) {
    if (after == plan()) return;
    m_undo.push(new PlanCommand(*this, plan(), std::move(after), text));
}

void Store::applyPlan(const Plan& plan) {
    const bool columnsChanged = plan.compared != m_state.compared;
    m_state.recipe = plan.recipe;
    m_state.compared = plan.compared;
    if (columnsChanged && m_state.baseline && std::size_t(*m_state.baseline) > plan.compared.size())
        m_state.baseline.reset();
    if (m_state.model.empty() || !m_state.comparison) return announce(unsigned(Change::Recipe));

    auto fresh = std::make_shared<std::vector<analysis::Report>>();
    fresh->push_back(report(plan.recipe));
    if (columnsChanged)
        for (const auto& scheme : plan.compared) fresh->push_back(report({scheme, {}}));
    judge([fresh, columnsChanged](analysis::Comparison& comparison) {
        if (columnsChanged)
            comparison.reports = *fresh;
        else
            comparison.reports.front() = fresh->front();
    });
    judgeMeasured();
    judgeSpeed();
    announce(Change::Recipe | Change::Results);
}

std::vector<analysis::Recipe> Store::recipes() const {
    std::vector<analysis::Recipe> all{m_state.recipe};
    for (const auto& scheme : m_state.compared) all.push_back({scheme, {}});
    return all;
}

analysis::Report Store::report(const analysis::Recipe& recipe) const {
    analysis::Report report;
    report.recipe = recipe;
    if (m_state.model.empty()) return report;
    const auto& layers = m_state.model.layers();
    report.layers.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& scheme = recipe.schemeOf(layers[i].name);
        if (const Known* entry = known(i, scheme)) {
            report.layers[i] = entry->report;
        } else {
            report.layers[i].scheme = scheme;
            report.layers[i].parameters = layers[i].parameters;
            report.layers[i].bytesBefore = report.layers[i].bytesAfter =
                m_state.model.tensors()[layers[i].weight].bytes;
        }
    }
    m_measured->fill(report);
    return report;
}

const Store::Known* Store::known(std::size_t layer, const schemes::Scheme& scheme) const {
    if (layer >= m_known.size()) return nullptr;
    const auto& entries = m_known[layer];
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Known& entry) { return entry.scheme == scheme; });
    return found == entries.end() ? nullptr : &*found;
}

void Store::remember(std::size_t layer, const schemes::Scheme& scheme, const analysis::LayerReport& report) {
    for (Known& entry : m_known[layer])
        if (entry.scheme == scheme) return void(entry.report = report);
    m_known[layer].push_back({scheme, report});
}

std::optional<Store::Missing> Store::missing() const {
    if (m_state.model.empty() || m_state.model.layers().empty()) return std::nullopt;
    const auto& layers = m_state.model.layers();
    const auto all = recipes();
    Missing work;
    std::vector<bool> needed(layers.size());
    for (std::size_t column = 0; column < all.size(); ++column) {
        bool any = false;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (known(i, all[column].schemeOf(layers[i].name))) continue;
            any = needed[i] = true;
        }
        if (any) work.columns.push_back(column);
    }
    if (work.columns.empty()) return std::nullopt;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (needed[i]) work.layers.push_back(i);
    if (work.layers.size() == layers.size()) work.layers.clear();
    return work;
}

void Store::merge(const std::vector<std::shared_ptr<const LayerBatch>>& batches, const Missing& run) {
    if (!m_state.comparison) return;
    std::vector<const analysis::LayerResult*> taken;
    for (const auto& batch : batches) {
        for (const analysis::LayerResult& result : *batch) {
            if (result.layer >= m_known.size() || result.reports.size() != run.columns.size()) continue;
            if (!run.layers.empty() && !std::binary_search(run.layers.begin(), run.layers.end(), result.layer))
                continue;
            for (const auto& layer : result.reports) remember(result.layer, layer.scheme, layer);
            taken.push_back(&result);
        }
    }
    if (taken.empty()) return;
    // `batches` keeps alive what `taken` points at.
    m_state.comparison = m_builder.apply([batches, taken, columns = run.columns](analysis::Comparison& comparison) {
        for (const auto* one : taken) {
            const analysis::LayerResult& result = *one;
            if (result.statistics) comparison.statistics[result.layer] = result.statistics;
            for (std::size_t c = 0; c < columns.size(); ++c)
                if (columns[c] < comparison.reports.size())
                    replaceWeights(comparison.reports[columns[c]].layers[result.layer], result.reports[c]);
        }
    });
    announce(unsigned(Change::Results));
}

void Store::finish(const analysis::Comparison& result, const Missing& run) {
    if (!m_state.comparison) return;
    const double seconds = result.reports.empty() ? 0 : result.reports.front().seconds;
    judge([seconds, columns = run.columns](analysis::Comparison& comparison) {
        for (const std::size_t column : columns)
            if (column < comparison.reports.size()) comparison.reports[column].seconds = seconds;
    });
    announce(unsigned(Change::Results));
}

void Store::judge(ComparisonBuilder::Edit edit) {
    m_state.comparison = m_builder.apply([this, edit = std::move(edit),
                                          found = std::make_shared<std::optional<std::vector<analysis::Finding>>>()](
                                             analysis::Comparison& comparison) {
        edit(comparison);
        if (!*found) *found = analysis::findings(m_state.model, comparison);  // the second copy takes the first one's
        comparison.findings = **found;
        for (auto& report : comparison.reports)
            report.partial = std::any_of(report.layers.begin(), report.layers.end(),
                                         [](const auto& layer) { return layer.status == analysis::Status::Pending; });
    });
}

std::size_t Store::pendingLayers() const {
    if (!m_state.comparison || m_state.comparison->reports.empty()) return 0;
    const auto& layers = m_state.comparison->reports.front().layers;
    return std::size_t(std::count_if(layers.begin(), layers.end(),
                                     [](const auto& layer) { return layer.status == analysis::Status::Pending; }));
}

void Store::setDistribution(std::shared_ptr<const analysis::Distribution> distribution) {
    m_state.distribution = std::move(distribution);
    announce(unsigned(Change::Distribution));
}

void Store::setCurrent(int layer) { setSelected(layer < 0 ? std::vector<int>{} : std::vector<int>{layer}, layer); }

void Store::setSelected(std::vector<int> layers, int current) {
    if (m_state.model.empty() || current >= int(m_state.model.layers().size())) return;
    if (m_state.selected == layers && m_state.current == current) return;
    m_state.selected = std::move(layers);
    m_state.current = current;
    announce(unsigned(Change::Selection));
}

void Store::setVisible(std::vector<int> layers) {
    if (m_state.visible == layers) return;
    m_state.visible = std::move(layers);
    announce(unsigned(Change::Filter));
}

void Store::setHovered(int layer) {
    if (m_state.hovered == layer) return;
    m_state.hovered = layer;
    announce(unsigned(Change::Hover));
}

void Store::setBaseline(std::optional<int> report) {
    if (m_state.baseline == report) return;
    m_state.baseline = report;
    announce(unsigned(Change::Results));
}

void Store::setRunning(bool running) {
    if (m_state.running == running) return;
    m_state.running = running;
    announce(unsigned(Change::Results));
}

void Store::announce(unsigned changes) { Q_EMIT changed(changes); }

}  // namespace roundoff::ui
