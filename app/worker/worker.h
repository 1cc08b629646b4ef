#pragma once
#include <map>
#include <optional>
#include <stop_token>

#include "app/worker/lane.h"
#include "core/calibration/store.h"
#include "ui/shell/engine.h"

namespace roundoff::worker {

/// The engine behind the window. Lives in the window's thread; its work runs in lanes of its own, so that looking at
/// one layer never waits behind a comparison of all. Answers come by queued signals.
class Worker final : public ui::Engine {
    Q_OBJECT
public:
    explicit Worker(QObject* parent = nullptr);
    ~Worker() override;  ///< stops and waits for whatever runs

    void open(int number, const QString& path) override;
    void preprocess(int number, ui::PreprocessCommand command) override;
    void compare(int number, ui::CompareCommand command) override;
    void distribution(int number, ui::DistributionCommand command) override;
    void exportModel(int number, ui::ExportCommand command) override;
    void measure(int number, ui::MeasureCommand command) override;
    void time(int number, ui::SpeedCommand command) override;
    void preview(int number, ui::PreviewCommand command) override;
    void channels(int number, ui::ChannelsCommand command) override;
    void map(int number, ui::MapCommand command) override;
    void cancel(int number) override;

    void setDevices(const QString& folder) { m_devices = folder; }  ///< descriptions of what times are projected for
    void setStore(calibration::Store store) { m_store = std::move(store); }  ///< of calibrations; none at first
    void setThreads(int threads) { m_threads = threads; }  ///< 0 = all cores

private:
    enum class Kind { Model, Detail, Export, Measure, Preview, Channels, Map };
    struct Running {
        int number = 0;
        std::stop_source stop;
    };
    /// Stops the job of the kind before, and gives the new one its token.
    std::stop_token begin(Kind kind, int number);
    /// Runs the task in the lane; what the libraries throw becomes a failure of this number.
    void post(Lane& lane, int number, std::stop_token stop, std::function<void(Job&)> task);
    Job job(int number, std::stop_token stop, std::function<void()> onProgress = {});
    Result<exports::Exported> exportFile(int number, const ui::ExportCommand& command, Job& work);

    std::map<Kind, Running> m_running;
    int m_threads = 0;
    QString m_devices;
    std::optional<calibration::Store> m_store;
    Lane m_work, m_detail, m_export, m_run;
};

}  // namespace roundoff::worker
