#pragma once
#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/compare.h"
#include "core/analysis/distribution.h"
#include "core/exports/target.h"
#include "core/model/model.h"

namespace roundoff::ui {

/// Commands are values; each carries a number, and every answer names the number that it belongs to.
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
};
using LayerBatch = std::vector<analysis::LayerResult>;

/// Whoever does the window's long work. The window knows this interface only and never starts a thread.
/// Every command returns at once. Exactly one of the ending signals answers it: opened, compared, distributed, exported
/// or failed (with ErrorCode::Cancelled where it was cancelled). A new command of a kind ends the one before of its
/// kind.
class Engine : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    virtual void open(int number, const QString& path) = 0;
    virtual void compare(int number, CompareCommand command) = 0;
    virtual void distribution(int number, DistributionCommand command) = 0;
    virtual void exportModel(int number, ExportCommand command) = 0;
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
    void progress(int number, double fraction, QString what);  ///< at most ten times a second
    void failed(int number, roundoff::Error error);
};

}  // namespace roundoff::ui
