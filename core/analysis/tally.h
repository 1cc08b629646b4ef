#pragma once
#include "core/analysis/evaluation.h"
#include "core/calibration/calibration.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// An error where the data's labels cannot be the classes that these outputs of one sample score, or where a sample has none.
/// Labels mean nothing where the outputs are no scores of classes: then there is none.
Result<void> checkLabels(const calibration::Dataset& data, const std::vector<runtime::NamedTensor>& outputs, const std::string& where);

/// Sums of what a model's outputs differ by, over the samples of a data set.
class Tally {
public:
    /// One sample, the i-th of `data`, with the outputs of the float model and of the other.
    /// Stops within a sample where the job is cancelled: its sums then are of no use.
    Result<void> add(const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample,
                     const std::vector<runtime::NamedTensor>& expected, const std::vector<runtime::NamedTensor>& outputs, Job& job);
    [[nodiscard]] ModelError result() const;
    /// What the conditions say beside those of the data: right answers that do not count, and why; empty else.
    [[nodiscard]] std::string words() const;

private:
    struct Sum {
        double first = 0, second = 0;
        std::uint64_t n = 0;
        void add(double x);
        [[nodiscard]] Mean mean() const;
    };
    void judge(const calibration::Dataset& data, std::size_t i, const runtime::Sample& sample, const runtime::NamedTensor& expected,
               const runtime::NamedTensor& output, Job& job);
    void addLanguage(const runtime::NamedTensor& expected, const runtime::NamedTensor& output, const std::vector<float>& tokens,
                     const std::vector<float>& mask, Job& job);

    void addLabelled(int wanted, const runtime::NamedTensor& expected, const runtime::NamedTensor& output);

    OutputError m_output;
    Sum m_loss, m_lossFloat, m_kld, m_sameTop;
    std::uint64_t m_padded = 0;   ///< positions without a prediction
    std::string m_unjudged;       ///< why the right answers do not count
    std::uint64_t m_labelled = 0, m_top1 = 0, m_top5 = 0, m_top1Float = 0, m_top5Float = 0;
};

}  // namespace roundoff::analysis
