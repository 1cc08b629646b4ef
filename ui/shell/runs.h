#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <functional>

#include "ui/shell/eta.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

/// What the jobs strip shows.
struct JobStatus {
    bool running = false;
    bool cancelling = false;
    QString text;
    double fraction = 0;
};

/// The commands that run the model itself: measuring outputs, previewing data, reading what the Activations view needs
/// of the current layer. Beside comparisons, which never wait for them. An edit of the plan stops a measurement; what it
/// finished is kept.
class Runs : public QObject {
    Q_OBJECT
public:
    Runs(Engine& engine, Store& store, std::function<int()> nextNumber, QObject* parent = nullptr);

    /// Measures what the plan asks for and is not known, once the comparison is complete. Does nothing without data.
    void measure();
    /// Tries each layer of the working scheme on its own.
    void rank();
    /// Times the working scheme, once nothing else runs.
    void time();
    void preview(const calibration::DataSource& source);
    /// Maps the current layer's input, where it has been watched and its map is neither known nor under way.
    void map();
    void cancel();
    /// Nothing runs or waits to run.
    [[nodiscard]] bool idle() const { return m_measure == 0 && !m_wanted; }
    [[nodiscard]] bool detailsPending() const { return m_channels != 0 || m_map != 0; }
    [[nodiscard]] const JobStatus& status() const { return m_status; }

Q_SIGNALS:
    void statusChanged();
    void previewed(std::shared_ptr<const roundoff::calibration::Preview> preview);
    void previewFailed(const roundoff::Error& error);
    void failed(const roundoff::Error& error);
    void finished();  ///< a measurement came to its end

private:
    enum class Kind { Outputs, Ranking, Speed };
    void start();
    void want(Kind kind);
    void onStore(unsigned changes);
    void onMeasured(int number, const std::shared_ptr<const Measurement>& measurement);
    void onFailed(int number, const Error& error);
    void onProgress(int number, double fraction, const QString& what);
    void wantChannels();
    void endMap();
    [[nodiscard]] QString title() const;
    void end();

    Engine& m_engine;
    Store& m_store;
    std::function<int()> m_next;
    int m_measure = 0, m_preview = 0, m_channels = 0, m_map = 0;  ///< numbers in flight; 0 = none
    std::size_t m_mapLayer = 0;
    std::optional<Kind> m_wanted;  ///< waits for the comparison
    Kind m_kind = Kind::Outputs;
    JobStatus m_status;
    Eta m_eta;
    std::size_t m_steps = 0;
    QElapsedTimer m_clock;
};

}  // namespace roundoff::ui
