#include "core/analysis/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/cpu.h"
#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;
using runtime::Session;
using Weights = std::vector<std::shared_ptr<const NamedTensor>>;

constexpr std::size_t kMostSamples = 1'000'000;

/// Why a layer's weight cannot be replaced in a running model; empty where it can.
std::string whyNotReplaced(const model::Model& model, const model::Layer& layer) {
    const std::string& name = model.tensors()[layer.weight].name;
    const auto& nodes = model.graph().nodes;
    for (const std::size_t use : layer.uses)
        if (nodes[use].subgraph != 0) return "it belongs to a branch of the graph";
    for (const model::Node& node : nodes)
        if (node.op == "Constant" && std::ranges::find(node.outputs, name) != node.outputs.end())
            return "it is a Constant node";
    return {};
}

/// The weight with the values that the scheme gives it, in its own type.
Result<std::shared_ptr<const NamedTensor>> quantized(const model::Model& model, const model::Layer& layer,
                                                     const schemes::TensorScheme& scheme, Job& job) {
    auto data = model.weight(layer);
    if (!data) return propagate(data);
    const auto codes = schemes::quantize(data->view, layer.outputAxis, layer.reductionAxis, scheme, job);
    if (!codes) return propagate(codes);
    const model::Tensor& tensor = model.tensors()[layer.weight];
    auto weight = std::make_shared<NamedTensor>(NamedTensor{tensor.name, tensor.type, tensor.shape, {}});
    std::vector<float> values(data->view.count());
    schemes::dequantize(*codes, 0, values);
    weight->bytes.resize(data->view.bytes.size());
    if (tensor.type == tensor::ElementType::Float32) {
        std::ranges::copy(std::as_bytes(std::span(values)), weight->bytes.begin());
    } else {
        const std::vector<double> wide(values.begin(), values.end());
        tensor::writeNumbers(tensor.type, wide, weight->bytes);
    }
    return weight;
}

Result<Weights> weightsOf(const model::Model& model, const Report& report, Job& job) {
    Weights weights;
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        if (job.cancelled()) return cancelled();
        if (report.layers[i].status != Status::Quantized) continue;
        const model::Layer& layer = model.layers()[i];
        if (const std::string reason = whyNotReplaced(model, layer); !reason.empty())
            return badInput(model.info().path + ", layer " + layer.name, "its weight cannot be replaced for a trial run: " + reason,
                            "Leave the layer out with --exclude, or export the model and verify it with --calib");
        auto weight = quantized(model, layer, report.layers[i].scheme.weight, job);
        if (!weight) return propagate(weight);
        weights.push_back(std::move(*weight));
    }
    return weights;
}

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
    tally.output.add(expected, outputs);
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
    result.conditions = fmt::format("{}; ONNX Runtime {}, weights carry the quantized values, arithmetic in float",
                                    data.words, runtime::version());
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

Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      std::uint64_t memoryLimit, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    const runtime::SessionOptions options{runtime::SessionOptions::Level::None, 4, job.threads()};
    auto reference = Session::open(model.info().path, options);
    if (!reference) return propagate(reference);

    std::vector<Report>& reports = comparison.reports;
    const std::uint64_t limit = memoryLimit > 0 ? memoryLimit : physicalMemory() / 2;
    std::uint64_t bytes = 1;
    for (const model::Tensor& tensor : model.tensors()) bytes += tensor.bytes;
    // A session holds the weights, and may hold them once more as its kernels want them.
    const auto together = std::size_t(std::clamp<std::uint64_t>(limit / (2 * bytes), 1, std::max<std::size_t>(reports.size(), 1)));
    for (std::size_t first = 0; first < reports.size(); first += together) {
        const std::size_t count = std::min(together, reports.size() - first);
        std::vector<Session> sessions;
        for (std::size_t r = 0; r < count; ++r) {
            auto weights = weightsOf(model, reports[first + r], job);
            if (!weights) return propagate(weights);
            auto session = Session::open(model.info().path, options, std::move(*weights));
            if (!session) return propagate(session);
            sessions.push_back(std::move(*session));
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
                const auto outputs = sessions[r].run(*sample, job);
                if (!outputs) return propagate(outputs);
                if (auto added = addSample(model, *data, i, *sample, *expected, *outputs, tallies[r]); !added) return added;
            }
        }
        for (std::size_t r = 0; r < count; ++r) reports[first + r].output = resultOf(tallies[r], *data, source);
    }
    return {};
}

}  // namespace roundoff::analysis
