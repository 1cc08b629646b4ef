#pragma once
// For the files of this folder alone.
#include <onnxruntime_cxx_api.h>

#include <atomic>

namespace roundoff::runtime {

/// The allocator of sessions that were opened under a limit: nothing is pooled, and what would pass the limit throws.
class Budget : public OrtAllocator {
public:
    static Budget& instance();
    /// What the last refusal would have made of the process, in bytes; 0 where there was none since. Forgets it.
    std::uint64_t takeRefused() { return m_refused.exchange(0); }
    /// See takeWorkingMemory().
    std::uint64_t takeMost();

private:
    Budget();
    void* take(std::size_t size);

    Ort::MemoryInfo m_info;
    std::atomic<std::uint64_t> m_refused = 0;
    std::atomic<std::uint64_t> m_held = 0, m_most = 0;  ///< bytes in large blocks
};

}  // namespace roundoff::runtime
