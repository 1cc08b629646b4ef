#include "core/analysis/tally.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;

constexpr double kNever = -std::numeric_limits<double>::infinity();

/// Natural logarithms of a softmax.
Eigen::ArrayXd logSoftmax(std::span<const float> scores) {
    const Eigen::ArrayXd x = Eigen::Map<const Eigen::ArrayXf>(scores.data(), Eigen::Index(scores.size())).cast<double>();
    const double top = x.maxCoeff();
    return x - (top + std::log((x - top).exp().sum()));
}

Eigen::Index likeliest(const Eigen::ArrayXd& x) {
    Eigen::Index at = 0;
    x.maxCoeff(&at);
    return at;
}

/// How many classes come before `label`: of greater score, or of the same and a lower index, as argmax has it. All where its
/// score is no number.
std::size_t rankOf(std::span<const float> scores, std::size_t label) {
    std::size_t before = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) before += !(scores[i] <= scores[label]) || (i < label && scores[i] == scores[label]);
    return before;
}

/// The output that holds scores of classes: the one called logits, else the first.
std::size_t scoresOf(const std::vector<NamedTensor>& outputs) {
    const auto named = std::ranges::find(outputs, "logits", &NamedTensor::name);
    return named == outputs.end() ? 0 : std::size_t(named - outputs.begin());
}

bool isScores(const std::vector<NamedTensor>& outputs, std::size_t at) {
    return at < outputs.size() && isFloat(outputs[at].type) && hasClassAxis(outputs[at]);
}

}  // namespace

Result<void> checkLabels(const calibration::Dataset& data, const std::vector<NamedTensor>& outputs, const std::string& where) {
    const std::size_t at = scoresOf(outputs);
    if (data.labels.empty() || !isScores(outputs, at)) return {};
    const auto classes = std::size_t(outputs[at].shape.back());
    if (data.namedClasses > 0 && data.namedClasses != classes)
        return badInput(where, fmt::format("the data name {} classes, the model has {}: which they are cannot be told", data.namedClasses, classes),
                        "Name the folders of the images by class number, from 0");
    for (const int label : data.labels)
        if (std::size_t(label) >= classes)
            return badInput(where, fmt::format("the data has label {}, the model {} classes", label, classes),
                            "Name the folders of the images by class number, from 0, or by class in alphabetical order");
    return {};
}

void Tally::Sum::add(double x) {
    first += x;
    second += x * x;
    ++n;
}

Mean Tally::Sum::mean() const {
    if (n == 0) return {};
    const double m = first / double(n);
    return {m, n > 1 ? std::sqrt(std::max(second / double(n) - m * m, 0.0) / double(n - 1)) : 0};
}

/// Each row of logits [rows, positions, vocabulary] against the tokens that stand one further.
/// @param mask 0 where a token is padding; empty where all count
void Tally::addLanguage(const NamedTensor& expected, const NamedTensor& output, const std::vector<float>& tokens,
                        const std::vector<float>& mask, Job& job) {
    const auto rows = std::size_t(expected.shape[0]), length = std::size_t(expected.shape[1]), vocabulary = std::size_t(expected.shape[2]);
    const auto unfit = [&](const std::string& why) {
        m_unjudged = fmt::format("no perplexity: output \"{}\" is {}, {}", printable(expected.name), tensor::text(expected.shape), why);
    };
    if (rows * length != tokens.size()) return unfit(fmt::format("for {} tokens", tokens.size()));
    // Scores of something else than tokens, of tags for one, say nothing of the next token.
    if (std::ranges::any_of(tokens, [&](float token) { return token >= float(vocabulary); })) return unfit("and ids go beyond its last axis");
    const auto counts = [&](std::size_t at) { return tokens[at] >= 0 && (mask.size() != tokens.size() || mask[at] != 0); };
    const auto reference = floatsOf(expected), scores = floatsOf(output);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t t = row * length; t + 1 < (row + 1) * length; ++t) {
            if (job.cancelled()) return;
            if (!counts(t) || !counts(t + 1)) {
                ++m_padded;
                continue;
            }
            const Eigen::ArrayXd p = logSoftmax(std::span(reference).subspan(t * vocabulary, vocabulary));
            const Eigen::ArrayXd q = logSoftmax(std::span(scores).subspan(t * vocabulary, vocabulary));
            const auto next = Eigen::Index(tokens[t + 1]);
            m_loss.add(-q[next]);
            m_lossFloat.add(-p[next]);
            // What the float model never says (-inf) adds nothing.
            m_kld.add(std::max((p > kNever).select(p.exp() * (p - q), 0.0).sum(), 0.0));
            m_sameTop.add(likeliest(p) == likeliest(q));
        }
    }
}

Result<void> Tally::add(const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample,
                        const std::vector<NamedTensor>& expected, const std::vector<NamedTensor>& outputs, Job& job) {
    Tally next = *this;
    next.m_output.addOutputs(expected, outputs);
    const std::size_t at = scoresOf(expected);
    if (at < outputs.size() && isScores(expected, at) && expected[at].shape == outputs[at].shape)
        next.judge(data, i, sample, expected[at], outputs[at], job);
    if (job.cancelled()) return cancelled();
    *this = std::move(next);
    return {};
}

/// Against the right answers that the data have.
void Tally::judge(const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample, const NamedTensor& expected,
                  const NamedTensor& output, Job& job) {
    const auto given = [&](const std::string& name) {
        const auto found = std::ranges::find(sample, name, &NamedTensor::name);
        return found == sample.end() ? std::vector<float>() : floatsOf(*found);
    };
    if (!data.tokens.empty() && expected.shape.size() == 3) return addLanguage(expected, output, given(data.tokens), given(data.mask), job);
    const auto classes = std::size_t(expected.shape.back());
    const auto x = floatsOf(expected), y = floatsOf(output);
    if (i < data.labels.size() && x.size() == classes && std::size_t(data.labels[i]) < classes) {
        const auto label = std::size_t(data.labels[i]);
        ++m_labelled;
        m_top1 += rankOf(y, label) < 1;
        m_top5 += rankOf(y, label) < 5;
        m_top1Float += rankOf(x, label) < 1;
        m_top5Float += rankOf(x, label) < 5;
    }
}

ModelError Tally::result() const {
    ModelError result{m_output, {}, {}};
    if (m_loss.n > 0 && m_unjudged.empty())
        result.language = LanguageError{m_loss.n, std::exp(m_loss.mean().value), std::exp(m_lossFloat.mean().value),
                                        m_kld.mean(), m_sameTop.mean(), std::exp(m_loss.mean().value) * m_loss.mean().error};
    if (m_labelled > 0) {
        const auto share = [&](std::uint64_t hits) { return double(hits) / double(m_labelled); };
        result.accuracy = Accuracy{m_labelled, share(m_top1), share(m_top5), share(m_top1Float), share(m_top5Float)};
    }
    return result;
}

std::string Tally::words() const {
    std::string words = m_unjudged;
    if (m_padded > 0)
        words += fmt::format("{}{} positions of padding (ids below 0 or masked) do not count", words.empty() ? "" : "; ", m_padded);
    return words;
}

}  // namespace roundoff::analysis
