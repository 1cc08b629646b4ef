#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/shell/eta.h"
#include "ui/shell/runs.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

/// Turns what the user wants into commands for the engine and its answers into changes of the store. Knows the numbers
/// in flight; answers to older ones are dropped here.
class Jobs : public QObject {
    Q_OBJECT
public:
    Jobs(Engine& engine, Store& store, QObject* parent = nullptr);

    void open(const QString& path);
    /// Does these steps to the model as it was opened; none gives that one back. The store takes it as an edit.
    void preprocess(const std::vector<std::string>& steps);
    [[nodiscard]] bool preprocessing() const { return m_open != 0 && m_preparing; }
    /// Compares what the plan asks for and is not known yet. Does nothing where nothing is missing.
    void run();
    void cancel();
    [[nodiscard]] bool idle() const { return m_open == 0 && m_compare == 0; }
    [[nodiscard]] bool distributionPending() const { return m_distribution != 0; }
    /// Of a comparison, else of a run of the model.
    [[nodiscard]] const JobStatus& status() const { return m_status.running ? m_status : m_runs.status(); }
    [[nodiscard]] Runs& runs() { return m_runs; }

    /// Starts an export; its answers come by the engine's own signals under this number.
    int startExport(const QString& target, const QString& path, bool externalData, bool verify, bool onlyFaster);
    void cancelExport(int number) { m_engine.cancel(number); }
    [[nodiscard]] Engine& engine() { return m_engine; }

Q_SIGNALS:
    void statusChanged(const roundoff::ui::JobStatus& status);
    void opened(const QString& path);
    void finished();  ///< a comparison came to its end
    void failed(const roundoff::Error& error);

private:
    void beginOpening(bool preparing, const QString& text);
    void onOpened(int number, const model::Model& model);
    void onLayers(int number, const std::shared_ptr<const LayerBatch>& batch);
    void onCompared(int number, const std::shared_ptr<const analysis::Comparison>& comparison);
    void onDistributed(int number, const std::shared_ptr<const analysis::Distribution>& distribution);
    void onProgress(int number, double fraction, const QString& what);
    void onFailed(int number, const Error& error);
    void onStore(unsigned changes);
    void wantDistribution();
    void takeBatches();  ///< what has arrived, as much as the window bears at once
    void endComparison();
    void describe();
    void endRun();

    Engine& m_engine;
    Store& m_store;
    int m_last = 0;
    Runs m_runs;
    int m_open = 0, m_compare = 0, m_distribution = 0;  ///< numbers in flight; 0 = none
    bool m_preparing = false;  ///< what is opened is the present model, preprocessed
    QString m_path;
    QTimer m_planTimer;  ///< gathers edits of one moment into one run
    Store::Missing m_run;
    JobStatus m_status;
    Eta m_eta;
    QElapsedTimer m_clock;
    double m_totalBytes = 0;
    std::size_t m_layersDone = 0, m_layersTotal = 0;
    QString m_layer;

    // Results may come faster than the views can show them; then they wait here, and the window stays alive.
    std::vector<std::shared_ptr<const LayerBatch>> m_waiting;
    std::shared_ptr<const analysis::Comparison> m_result;  ///< the end, while batches wait
    QTimer m_takeTimer;
    double m_takeMs = 0;  ///< what the last taking cost
};

}  // namespace roundoff::ui
