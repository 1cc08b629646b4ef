#include "core/analysis/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace roundoff::analysis {
namespace {

constexpr std::size_t kMostOfARule = 5;

/// A finding with the number that ranks it within its rule, larger = worse.
struct Ranked {
    double weight;
    Finding finding;
};

/// Adds the worst of a rule, and one line for the rest.
void take(std::vector<Ranked> of, std::vector<Finding>& into) {
    std::ranges::stable_sort(of, std::greater{}, &Ranked::weight);
    for (std::size_t i = 0; i < std::min(of.size(), kMostOfARule); ++i) into.push_back(of[i].finding);
    if (of.size() > kMostOfARule) {
        Finding rest = of.front().finding;
        rest.layer = -1;
        rest.suggestion.reset();
        rest.message = fmt::format("{} more layers like these", of.size() - kMostOfARule);
        into.push_back(rest);
    }
}

double bitsPerWeight(const LayerReport& layer) {
    return layer.parameters == 0 ? 0 : 8 * double(layer.bytesAfter) / double(layer.parameters);
}

}  // namespace

std::vector<Finding> findings(const model::Model& model, const Comparison& comparison) {
    using Severity = Finding::Severity;
    std::vector<Finding> result;
    if (model.layers().empty())
        result.push_back({Severity::Problem, -1, "no-layers",
                          "The model holds no layer whose weights could be quantized: no Conv, Gemm, MatMul, Gather, LSTM "
                          "or GRU with a constant operand", {}});
    std::vector<Ranked> broken, unread, better, weak, dead, constant;
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const std::string& name = model.layers()[i].name;
        const auto& statistics = comparison.statistics[i];
        if (statistics && statistics->nan + statistics->inf > 0)
            broken.push_back({double(statistics->nan + statistics->inf),
                              {Severity::Problem, int(i), "not-finite",
                               fmt::format("{}: {} NaN and {} infinite of {} weights; they become the lowest code or clip",
                                           name, statistics->nan, statistics->inf, statistics->count), {}}});
        if (statistics && statistics->count > 1 && statistics->std == 0 && statistics->nan + statistics->inf == 0)
            constant.push_back({0, {Severity::Info, int(i), "constant",
                                    fmt::format("{}: all {} weights are {:g}", name, statistics->count, statistics->min), {}}});
        if (comparison.reports.empty()) continue;
        const LayerReport& own = comparison.reports.front().layers[i];
        if (own.status == Status::Skipped && !own.reason.empty())
            unread.push_back({0, {Severity::Warning, int(i), "skipped", fmt::format("{}: {}", name, own.reason), {}}});
        if (!own.weight) continue;
        const double sqnr = own.weight->sqnrDb();
        const LayerReport* best = nullptr;
        for (const Report& other : comparison.reports) {
            const LayerReport& candidate = other.layers[i];
            if (!candidate.weight || bitsPerWeight(candidate) > bitsPerWeight(own) * 1.15) continue;
            if (candidate.weight->sqnrDb() > sqnr + 3 && (!best || candidate.weight->sqnrDb() > best->weight->sqnrDb()))
                best = &candidate;
        }
        if (best) {
            const double gain = best->weight->sqnrDb() - sqnr;
            const schemes::Scheme weight{best->scheme.weight, {}}, suggested{best->scheme.weight, own.scheme.activation};
            better.push_back({gain, {Severity::Warning, int(i), "better-at-this-size",
                                     fmt::format("{}: {} reaches {:.1f} dB at {:.2f} bits a weight; {} has {:.1f} dB at {:.2f}",
                                                 name, schemes::shortText(weight), best->weight->sqnrDb(),
                                                 bitsPerWeight(*best), schemes::shortText({own.scheme.weight, {}}), sqnr,
                                                 bitsPerWeight(own)), suggested}});
        } else if (sqnr < 15) {
            weak.push_back({-sqnr, {Severity::Warning, int(i), "weak",
                                    fmt::format("{}: {:.1f} dB, so the error is {:.0f} % of the weights' size", name, sqnr,
                                                100 * std::pow(10.0, -sqnr / 20)), {}}});
        }
        const double zeroed = own.weight->count == 0 ? 0 : double(own.weight->zeroed) / double(own.weight->count);
        if (zeroed > 0.5)
            dead.push_back({zeroed, {Severity::Warning, int(i), "zeroed",
                                     fmt::format("{}: {:.0f} % of the weights become 0; the largest is {:.1f} times their RMS",
                                                 name, 100 * zeroed, statistics ? statistics->crest() : 0.0), {}}});
    }
    for (auto* rule : {&broken, &unread, &better, &weak, &dead, &constant}) take(std::move(*rule), result);
    return result;
}

}  // namespace roundoff::analysis
