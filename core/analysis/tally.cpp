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

/// The number of classes that the output of one sample scores; 0 where it holds something else.
std::size_t classesOfOne(const NamedTensor& output) {
    const std::size_t classes = classesOf(output);
    return isFloat(output.type) && tensor::elementCount(output.shape) == classes ? classes : 0;
}

}  // namespace

Result<void> checkLabels(const calibration::Dataset& data, const std::vector<NamedTensor>& outputs, const std::string& where) {
    const std::size_t at = scoresOf(outputs);
    const std::size_t classes = at < outputs.size() ? classesOfOne(outputs[at]) : 0;
    if (data.labels.empty() || classes == 0) return {};
    if (const auto loose = std::ranges::find(data.labels, calibration::kNoLabel); loose != data.labels.end()) {
        const auto i = std::size_t(loose - data.labels.begin());
        return badInput(i < data.files.size() ? data.files[i].string() : where,
                        "the picture lies beside folders of pictures, so its class is not known",
                        "Put it into the folder of its class, or all pictures into one folder");
    }
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
    m_output.addOutputs(expected, outputs);
    const std::size_t at = scoresOf(expected);
    if (at < outputs.size() && isFloat(expected[at].type) && expected[at].shape == outputs[at].shape)
        judge(data, i, sample, expected[at], outputs[at], job);
    if (job.cancelled()) return cancelled();
    return {};
}

/// Against the right answers that the data have.
void Tally::judge(const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample, const NamedTensor& expected,
                  const NamedTensor& output, Job& job) {
    const auto given = [&](const std::string& name) {
        const auto found = std::ranges::find(sample, name, &NamedTensor::name);
        return found == sample.end() ? std::vector<float>() : floatsOf(*found);
    };
    if (!data.tokens.empty() && expected.shape.size() == 3 && classesOf(expected) > 0)
        return addLanguage(expected, output, given(data.tokens), given(data.mask), job);
    if (i < data.labels.size()) addLabelled(data.labels[i], expected, output);
}

void Tally::addLabelled(int wanted, const NamedTensor& expected, const NamedTensor& output) {
    const std::size_t classes = classesOfOne(expected);
    if (classes == 0) {
        m_unjudged = fmt::format("no accuracy: output \"{}\" is {}, no scores of classes, so the folders are not taken as classes",
                                 printable(expected.name), tensor::text(expected.shape));
        return;
    }
    const auto label = std::size_t(wanted);
    if (wanted == calibration::kNoLabel || label >= classes) return;
    const auto x = floatsOf(expected), y = floatsOf(output);
    ++m_labelled;
    m_top1 += rankOf(y, label) < 1;
    m_top5 += rankOf(y, label) < 5;
    m_top1Float += rankOf(x, label) < 1;
    m_top5Float += rankOf(x, label) < 5;
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
