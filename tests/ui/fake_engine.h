#pragma once
#include <map>

#include "ui/shell/engine.h"

namespace roundoff::ui::tests {

/// An engine in the hands of the test: it notes commands and answers when told to. Comparisons are computed at once, in
/// place, layer by layer.
class FakeEngine : public Engine {
public:
    void open(int number, const QString&) override { openNumber = number; }
    void preprocess(int number, PreprocessCommand command) override {
        openNumber = number;
        preprocessCommand = std::move(command);
    }
    void compare(int number, CompareCommand command) override {
        compareNumber = number;
        compareCommand = std::move(command);
        ++compares;
        analysis::CompareOptions options;
        options.layers = compareCommand.layers;
        m_finished.clear();
        options.onLayer = [this](const analysis::LayerResult& result) { m_finished.push_back(result); };
        Job job({}, {}, 1);
        m_result = std::make_shared<const analysis::Comparison>(
            *analysis::compare(compareCommand.model, compareCommand.recipes, options, job));
        computedLayers += m_finished.size();
    }
    void distribution(int number, DistributionCommand command) override {
        distributionNumber = number;
        distributionCommand = std::move(command);
    }
    void exportModel(int number, ExportCommand) override { exportNumber = number; }
    void measure(int number, MeasureCommand command) override {
        measureNumber = number;
        measureCommand = std::move(command);
        ++measures;
    }
    void time(int number, SpeedCommand command) override {
        timeNumber = number;
        speedCommand = std::move(command);
    }
    void preview(int number, PreviewCommand) override { previewNumber = number; }
    void channels(int number, ChannelsCommand command) override {
        channelsNumber = number;
        channelsLayer = command.layer;
    }
    void map(int number, MapCommand command) override {
        mapNumber = number;
        mapLayer = command.layer;
        ++maps;
    }
    void cancel(int number) override { cancelled.push_back(number); }

    /// Delivers `count` finished layers from `first` on.
    void deliver(std::size_t first, std::size_t count) {
        LayerBatch batch;
        for (std::size_t i = first; i < std::min(first + count, m_finished.size()); ++i) batch.push_back(m_finished[i]);
        Q_EMIT layersReady(compareNumber, std::make_shared<const LayerBatch>(std::move(batch)));
    }
    void finish() { Q_EMIT compared(compareNumber, m_result); }
    void finishAll() {
        deliver(0, m_finished.size());
        finish();
    }

    int openNumber = 0, compareNumber = 0, distributionNumber = 0, exportNumber = 0, compares = 0;
    int measureNumber = 0, measures = 0, previewNumber = 0, timeNumber = 0, channelsNumber = 0, mapNumber = 0, maps = 0;
    std::size_t channelsLayer = 0, mapLayer = 0;
    PreprocessCommand preprocessCommand;
    MeasureCommand measureCommand;
    SpeedCommand speedCommand;
    std::size_t computedLayers = 0;
    CompareCommand compareCommand;
    DistributionCommand distributionCommand;
    std::vector<int> cancelled;

private:
    LayerBatch m_finished;
    std::shared_ptr<const analysis::Comparison> m_result;
};

}  // namespace roundoff::ui::tests
