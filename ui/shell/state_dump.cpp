#include "ui/shell/state_dump.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "ui/shell/numbers.h"
#include "ui/views/view.h"

namespace roundoff::ui {
namespace {

QJsonArray names(const State& state, const std::vector<int>& layers) {
    QJsonArray array;
    for (const int layer : layers) array.append(QString::fromStdString(state.model.layers()[std::size_t(layer)].name));
    return array;
}

}  // namespace

QByteArray stateJson(Store& store, const Jobs& jobs, const QString& filter, const View* view) {
    const State& state = store.state();
    QJsonObject root;
    if (view) {
        root.insert(QStringLiteral("view"), view->objectName());
        root.insert(QStringLiteral("plots"), view->plotState());
    }
    root.insert(QStringLiteral("filter"), filter);
    QJsonObject schemes;
    schemes.insert(QStringLiteral("standard"), schemeText(state.recipe.standard));
    QJsonObject exceptions;
    for (const auto& [name, scheme] : state.recipe.layers)
        exceptions.insert(QString::fromStdString(name), schemeText(scheme));
    schemes.insert(QStringLiteral("layers"), exceptions);
    QJsonArray compared;
    for (const auto& scheme : state.compared) compared.append(schemeText(scheme));
    schemes.insert(QStringLiteral("compared"), compared);
    root.insert(QStringLiteral("schemes"), schemes);
    if (!state.model.empty()) {
        root.insert(QStringLiteral("model"), QString::fromStdString(state.model.info().path));
        root.insert(QStringLiteral("layers"), int(state.model.layers().size()));
        root.insert(QStringLiteral("pending"), int(store.pendingLayers()));
        root.insert(QStringLiteral("visible"), names(state, state.visible));
        root.insert(QStringLiteral("selected"), names(state, state.selected));
        if (state.current >= 0)
            root.insert(QStringLiteral("current"),
                        QString::fromStdString(state.model.layers()[std::size_t(state.current)].name));
    }
    QJsonObject data;
    data.insert(QStringLiteral("calibration"), dataText(state.data.calibration));
    data.insert(QStringLiteral("evaluation"), dataText(state.data.evaluation));
    data.insert(QStringLiteral("synthetic"), state.data.synthetic());
    data.insert(QStringLiteral("measured"), state.comparison && !state.comparison->reports.empty() &&
                                                state.comparison->reports.front().output.has_value());
    data.insert(QStringLiteral("stale"), state.outputsStale);
    root.insert(QStringLiteral("data"), data);
    if (state.baseline) root.insert(QStringLiteral("baseline"), *state.baseline);
    QJsonObject job;
    job.insert(QStringLiteral("running"), jobs.status().running);
    job.insert(QStringLiteral("text"), jobs.status().text);
    job.insert(QStringLiteral("fraction"), jobs.status().fraction);
    root.insert(QStringLiteral("jobs"), job);
    QJsonObject undo;
    undo.insert(QStringLiteral("index"), store.undoStack().index());
    undo.insert(QStringLiteral("text"), store.undoStack().undoText());
    root.insert(QStringLiteral("undo"), undo);
    return QJsonDocument(root).toJson();
}

}  // namespace roundoff::ui
