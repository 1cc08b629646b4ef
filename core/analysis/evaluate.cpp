#include "core/analysis/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analysis/simulation.h"
#include "core/base/cpu.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;

constexpr std::size_t kMostSamples = 1'000'000;

/// Natural logarithms of a softmax.
void logSoftmax(std::span<const float> scores, std::vector<double>& out) {
    const double top = *std::ranges::max_element(scores);
    double sum = 0;
    for (const float score : scores) sum += std::exp(double(score) - top);
    const double shift = top + std::log(sum);
    out.resize(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) out[i] = double(scores[i]) - shift;
}

struct Sum {
    double first = 0, second = 0;
    std::uint64_t n = 0;
    void add(double x) {
        first += x;
        second += x * x;
        ++n;
    }
    [[nodiscard]] Mean mean() const {
        if (n == 0) return {};
        const double m = first / double(n);
        return {m, n > 1 ? std::sqrt(std::max(second / double(n) - m * m, 0.0) / double(n - 1)) : 0};
    }
};

/// Sums of one recipe over the samples.
struct Tally {
    OutputError output;
    Sum loss, lossFloat, kld, sameTop;
    std::uint64_t labelled = 0, top1 = 0, top5 = 0, top1Float = 0, top5Float = 0;
};

/// How many scores are greater than that of `label`.
std::size_t rankOf(std::span<const float> scores, std::size_t label) {
    return std::size_t(std::ranges::count_if(scores, [&](float score) { return score > scores[label]; }));
}

/// Logits [1, positions, vocabulary] against the tokens that stand one further.
void addLanguage(std::span<const float> reference, std::span<const float> scores, std::span<const float> tokens,
                 std::size_t vocabulary, Tally& tally) {
    std::vector<double> p, q;
    for (std::size_t t = 0; t + 1 < tokens.size() && (t + 1) * vocabulary <= scores.size(); ++t) {
        logSoftmax(reference.subspan(t * vocabulary, vocabulary), p);
        logSoftmax(scores.subspan(t * vocabulary, vocabulary), q);
        const auto next = std::size_t(tokens[t + 1]);
        if (next >= vocabulary) continue;
        double kld = 0;
        for (std::size_t v = 0; v < vocabulary; ++v) kld += std::exp(p[v]) * (p[v] - q[v]);
        tally.loss.add(-q[next]);
        tally.lossFloat.add(-p[next]);
        tally.kld.add(std::max(kld, 0.0));
        tally.sameTop.add(std::ranges::max_element(p) - p.begin() == std::ranges::max_element(q) - q.begin());
    }
}

/// The output that holds scores of classes: the one called logits, else the first.
std::size_t scoresOf(const std::vector<NamedTensor>& outputs) {
    const auto named = std::ranges::find(outputs, "logits", &NamedTensor::name);
    return named == outputs.end() ? 0 : std::size_t(named - outputs.begin());
}

Result<void> addSample(const model::Model& model, const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample,
                       const std::vector<NamedTensor>& expected, const std::vector<NamedTensor>& outputs, Tally& tally) {
    tally.output.addOutputs(expected, outputs);
    const std::size_t at = scoresOf(expected);
    if (at >= outputs.size() || at >= expected.size() || !isFloat(expected[at].type) || !hasClassAxis(expected[at]) ||
        expected[at].shape != outputs[at].shape)
        return {};
    const auto classes = std::size_t(expected[at].shape.back());
    const auto x = floatsOf(expected[at]), y = floatsOf(outputs[at]);
    if (!data.tokens.empty() && expected[at].shape.size() == 3) {
        const auto tokens = std::ranges::find(sample, data.tokens, &NamedTensor::name);
        if (tokens != sample.end()) addLanguage(x, y, floatsOf(*tokens), classes, tally);
    } else if (i < data.labels.size() && x.size() == classes) {
        if (std::size_t(data.labels[i]) >= classes)
            return badInput(model.info().path, fmt::format("the data has label {}, the model {} classes", data.labels[i], classes),
                            "Name the folders of the images by class number, from 0, or by class in alphabetical order");
        const auto label = std::size_t(data.labels[i]);
        ++tally.labelled;
        tally.top1 += rankOf(y, label) < 1;
        tally.top5 += rankOf(y, label) < 5;
        tally.top1Float += rankOf(x, label) < 1;
        tally.top5Float += rankOf(x, label) < 5;
    }
    return {};
}

Evaluation resultOf(const Tally& tally, const calibration::Dataset& data, const calibration::DataSource& source) {
    Evaluation result;
    result.samples = data.count();
    result.synthetic = source.isSynthetic();
    result.conditions = conditionsOf(data);
    result.output = tally.output;
    if (tally.loss.n > 0)
        result.language = LanguageError{tally.loss.n, std::exp(tally.loss.mean().value), std::exp(tally.lossFloat.mean().value),
                                        tally.kld.mean(), tally.sameTop.mean()};
    if (tally.labelled > 0) {
        const auto share = [&](std::uint64_t hits) { return double(hits) / double(tally.labelled); };
        result.accuracy = Accuracy{tally.labelled, share(tally.top1), share(tally.top5), share(tally.top1Float), share(tally.top5Float)};
    }
    return result;
}

}  // namespace

std::string conditionsOf(const calibration::Dataset& data) {
    return fmt::format("{}; ONNX Runtime {}, weights and activations carry the quantized values, arithmetic in float", data.words,
                       runtime::version());
}

Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      const calibration::Calibration* calibration, std::uint64_t memoryLimit, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    auto reference = calibration::Trial::open(model, {}, job);
    if (!reference) return propagate(reference);

    std::vector<Report>& reports = comparison.reports;
    const std::uint64_t limit = memoryLimit > 0 ? memoryLimit : physicalMemory() / 2;
    std::uint64_t bytes = 1;
    for (const model::Tensor& tensor : model.tensors()) bytes += tensor.bytes;
    const auto together = std::size_t(std::clamp<std::uint64_t>(limit / bytes, 1, std::max<std::size_t>(reports.size(), 1)));
    for (std::size_t first = 0; first < reports.size(); first += together) {
        const std::size_t count = std::min(together, reports.size() - first);
        std::vector<Simulation> simulations;
        for (std::size_t r = 0; r < count; ++r) {
            const auto weights = quantizedWeights(model, reports[first + r], job);
            if (!weights) return propagate(weights);
            auto simulation = Simulation::open(model, reports[first + r], &*weights, calibration, {}, job);
            if (!simulation) return propagate(simulation);
            simulations.push_back(std::move(*simulation));
        }
        std::vector<Tally> tallies(count);
        for (std::size_t i = 0; i < data->count(); ++i) {
            const double done = double(i) / double(data->count());
            job.progress(double(first) + double(count) * done, double(reports.size()), "samples");
            const auto sample = data->sample(i);
            if (!sample) return propagate(sample);
            const auto expected = reference->run(*sample, job);
            if (!expected) return propagate(expected);
            for (std::size_t r = 0; r < count; ++r) {
                const auto outputs = simulations[r].run(*sample, job);
                if (!outputs) return propagate(outputs);
                if (auto added = addSample(model, *data, i, *sample, *expected, *outputs, tallies[r]); !added) return added;
            }
        }
        for (std::size_t r = 0; r < count; ++r) reports[first + r].output = resultOf(tallies[r], *data, source);
    }
    return {};
}

}  // namespace roundoff::analysis
