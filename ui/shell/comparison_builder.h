#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "core/analysis/report.h"

namespace roundoff::ui {

/// Makes a fresh immutable Comparison out of the last one and a small edit, at the price of the edit: two copies take
/// turns, and the one that nobody holds any more catches up. Where somebody still holds both, one is copied.
class ComparisonBuilder {
public:
    using Edit = std::function<void(analysis::Comparison&)>;

    std::shared_ptr<const analysis::Comparison> reset(analysis::Comparison start);
    /// The edit is run once or twice, on different copies.
    std::shared_ptr<const analysis::Comparison> apply(Edit edit);
    /// Gives the second copy back; the next edit copies again.
    void relax();

private:
    std::shared_ptr<analysis::Comparison> m_front, m_back;
    std::vector<Edit> m_backlog;  ///< edits that m_back lacks
};

}  // namespace roundoff::ui
