#pragma once
#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/compare.h"
#include "core/analysis/distribution.h"
#include "core/analysis/smoothing.h"
#include "core/calibration/activation_map.h"
#include "core/calibration/calibration.h"
#include "core/calibration/dataset.h"
#include "core/calibration/preview.h"
#include "core/exports/target.h"
#include "core/model/model.h"
#include "ui/shell/speed_result.h"

namespace roundoff::ui {

/// Commands are values; each carries a number, and every answer names the number that it belongs to.
/// Does steps of preprocessing to a model as it was opened, proven on the data.
struct PreprocessCommand {
    model::Model model;
    std::vector<std::string> steps;  ///< ids in preprocessing::steps()
    std::optional<calibration::DataSource> data;  ///< none: synthetic inputs
};
struct CompareCommand {
    model::Model model;
    std::vector<analysis::Recipe> recipes;
    std::vector<std::size_t> layers;  ///< ascending; empty = all
};
struct DistributionCommand {
    model::Model model;
    std::size_t layer = 0;
    schemes::Scheme scheme;
};
struct ExportCommand {
    model::Model model;
    analysis::Recipe recipe;
    QString target;  ///< id in exports::targets()
    QString path;
    bool externalData = false;
    bool verify = true;
    bool onlyFaster = false;  ///< measures first, and leaves float what is no faster
    std::optional<calibration::DataSource> data;  ///< for the proof and the measurement; none: synthetic inputs
    std::shared_ptr<const calibration::Calibration> calibration;  ///< for the ranges of static activations; may be null
};
/// Runs the model on data: what its layers take in and give out, and what comes out at the end.
struct MeasureCommand {
    model::Model model;
    std::shared_ptr<const analysis::Comparison> comparison;  ///< with no layer pending
    std::vector<std::size_t> columns;                        ///< reports of it that are wanted; empty = all
    calibration::DataSource data;
    std::optional<calibration::DataSource> evaluation;  ///< for the whole model; none: `data` serves
    bool ranking = false;                               ///< each layer on its own, too
};
struct Measurement {
    analysis::Comparison comparison;  ///< those reports with their outputs, in that order; no statistics
    std::shared_ptr<const calibration::Calibration> calibration;  ///< may be null
    /// Of a ranking, one a report: the model's outputs with all layers quantized, on the samples of the ranking.
    std::vector<std::optional<analysis::ValueError>> allQuantized;
    bool partial = false;             ///< stopped before its end
};
/// Times each layer and the whole model, float and quantized in turn.
struct SpeedCommand {
    model::Model model;
    analysis::Recipe recipe;
    std::optional<calibration::DataSource> data;  ///< its first sample is what is run; none: synthetic
};
/// The first of the data as the model will see it.
struct PreviewCommand {
    model::Model model;
    calibration::DataSource data;
};
struct ChannelsCommand {
    model::Model model;
    std::size_t layer = 0;
};
/// Runs the model on the first sample of the data and maps what flows into one layer.
struct MapCommand {
    model::Model model;
    std::size_t layer = 0;
    calibration::DataSource data;
};
using LayerBatch = std::vector<analysis::LayerResult>;

/// Whoever does the window's long work. The window knows this interface only and never starts a thread.
/// Every command returns at once. Exactly one of the ending signals answers it: opened, compared, distributed, exported,
/// measured, timed, previewed, channelsRead, mapped or failed (with ErrorCode::Cancelled where it was cancelled and nothing is
/// to keep). A new command of a kind ends the one before of its kind.
class Engine : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    virtual void open(int number, const QString& path) = 0;
    /// Answered by opened.
    virtual void preprocess(int number, PreprocessCommand command) = 0;
    virtual void compare(int number, CompareCommand command) = 0;
    virtual void distribution(int number, DistributionCommand command) = 0;
    virtual void exportModel(int number, ExportCommand command) = 0;
    virtual void measure(int number, MeasureCommand command) = 0;
    virtual void time(int number, SpeedCommand command) = 0;
    virtual void preview(int number, PreviewCommand command) = 0;
    virtual void channels(int number, ChannelsCommand command) = 0;
    virtual void map(int number, MapCommand command) = 0;
    /// Takes effect within 200 ms; unknown and finished numbers are ignored.
    virtual void cancel(int number) = 0;

Q_SIGNALS:
    void opened(int number, roundoff::model::Model model);
    /// Finished layers, at most ten times a second.
    void layersReady(int number, std::shared_ptr<const roundoff::ui::LayerBatch> batch);
    void compared(int number, std::shared_ptr<const roundoff::analysis::Comparison> comparison);
    void distributed(int number, std::shared_ptr<const roundoff::analysis::Distribution> distribution);
    void exportStep(int number, QString step, std::optional<bool> ok, QString detail);
    void exported(int number, std::shared_ptr<const roundoff::exports::Exported> exported);
    void measured(int number, std::shared_ptr<const roundoff::ui::Measurement> measurement);
    void timed(int number, std::shared_ptr<const roundoff::ui::SpeedResult> speed);
    void previewed(int number, std::shared_ptr<const roundoff::calibration::Preview> preview);
    void channelsRead(int number, std::shared_ptr<const roundoff::analysis::InputChannels> channels);
    void mapped(int number, std::shared_ptr<const roundoff::calibration::ActivationMap> map);
    void progress(int number, double fraction, QString what);  ///< at most ten times a second
    void failed(int number, roundoff::Error error);
};

}  // namespace roundoff::ui
