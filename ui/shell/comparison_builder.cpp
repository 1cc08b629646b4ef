#include "ui/shell/comparison_builder.h"

#include <atomic>
#include <utility>

namespace roundoff::ui {

std::shared_ptr<const analysis::Comparison> ComparisonBuilder::reset(analysis::Comparison start) {
    relax();
    m_front = std::make_shared<analysis::Comparison>(std::move(start));
    return m_front;
}

std::shared_ptr<const analysis::Comparison> ComparisonBuilder::apply(Edit edit) {
    if (m_back && m_back.use_count() == 1) {
        std::atomic_thread_fence(std::memory_order_acquire);  // another thread may have been the last to let go
        for (const Edit& missed : m_backlog) missed(*m_back);
    } else {
        m_back = std::make_shared<analysis::Comparison>(*m_front);
    }
    edit(*m_back);
    m_backlog.clear();
    m_backlog.push_back(std::move(edit));
    std::swap(m_front, m_back);
    return m_front;
}

void ComparisonBuilder::relax() {
    m_back.reset();
    m_backlog.clear();
}

}  // namespace roundoff::ui
