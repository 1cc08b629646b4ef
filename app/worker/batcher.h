#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "ui/shell/engine.h"

namespace roundoff::worker {

/// True at most ten times a second.
class Pace {
public:
    static constexpr std::chrono::milliseconds kInterval{100};
    bool due() {
        const auto now = std::chrono::steady_clock::now();
        if (now - m_last < kInterval) return false;
        m_last = now;
        return true;
    }

private:
    std::chrono::steady_clock::time_point m_last{};
};

/// Gathers finished layers and hands them on at most ten times a second. Called from the job's threads.
class Batcher {
public:
    using Send = std::function<void(std::shared_ptr<const ui::LayerBatch>)>;
    explicit Batcher(Send send) : m_send(std::move(send)) {}

    void add(const analysis::LayerResult& result) {
        {
            const std::lock_guard lock(m_mutex);
            m_waiting.push_back(result);
        }
        tick();
    }
    /// Sends what waits if it is time; also called on progress, so that a long layer does not hold back finished ones.
    void tick() {
        std::shared_ptr<const ui::LayerBatch> batch;
        {
            const std::lock_guard lock(m_mutex);
            if (m_waiting.empty() || !m_pace.due()) return;
            batch = take();
        }
        m_send(std::move(batch));
    }
    void flush() {
        std::shared_ptr<const ui::LayerBatch> batch;
        {
            const std::lock_guard lock(m_mutex);
            if (m_waiting.empty()) return;
            batch = take();
        }
        m_send(std::move(batch));
    }

private:
    std::shared_ptr<const ui::LayerBatch> take() {
        auto batch = std::make_shared<ui::LayerBatch>(std::move(m_waiting));
        m_waiting = {};
        return batch;
    }
    std::mutex m_mutex;
    Pace m_pace;
    ui::LayerBatch m_waiting;
    Send m_send;
};

}  // namespace roundoff::worker
