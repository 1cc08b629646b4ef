#include "core/runtime/memory_limit.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/runtime/budget.h"

namespace roundoff::runtime {
namespace {

std::atomic<std::uint64_t> limitOfProcess = 0;

constexpr std::size_t kAlign = 64;        ///< before each block stands its size
constexpr std::size_t kLarge = 1u << 20;  ///< from here on a block goes back to the system at once

}  // namespace

void limitMemory(std::uint64_t bytes) { limitOfProcess = bytes; }
std::uint64_t memoryLimit() { return limitOfProcess; }

tl::unexpected<Error> overLimit(const std::string& what, std::uint64_t need, std::uint64_t limit, std::string remedy) {
    std::string needed = bytesText(need), most = bytesText(limit);
    if (needed == most) {
        needed = fmt::format("{} bytes", need);
        most = fmt::format("{} bytes", limit);
    }
    return failed("--memory-limit", fmt::format("{} needs about {}, the limit is {}", what, needed, most), std::move(remedy));
}

Result<void> reserve(std::uint64_t bytes, const std::string& what, std::string remedy) {
    const std::uint64_t limit = memoryLimit();
    if (limit == 0 || bytes == 0) return {};
    const std::uint64_t need = residentMemory() + bytes;
    if (need > limit) return overLimit(what, need, limit, std::move(remedy));
    return {};
}

std::uint64_t takeWorkingMemory() { return Budget::instance().takeMost(); }

Budget& Budget::instance() {
    static Budget budget;
    return budget;
}

Budget::Budget() : OrtAllocator{}, m_info(Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault)) {
    version = ORT_API_VERSION;
    Alloc = Reserve = [](OrtAllocator* self, std::size_t size) { return static_cast<Budget*>(self)->take(size); };
    Info = [](const OrtAllocator* self) -> const OrtMemoryInfo* { return static_cast<const Budget*>(self)->m_info; };
    Free = [](OrtAllocator* self, void* block) {
        if (!block) return;
        std::byte* begin = static_cast<std::byte*>(block) - kAlign;
        const std::size_t whole = *reinterpret_cast<std::size_t*>(begin);
        if (whole < kLarge) return std::free(begin);
        static_cast<Budget*>(self)->m_held -= whole;
        ::munmap(begin, whole);
    };
}

std::uint64_t Budget::takeMost() {
    const std::uint64_t held = m_held;
    return std::max(m_most.exchange(held), held) - held;
}

void* Budget::take(std::size_t size) {
    if (size == 0) return nullptr;
    if (size > SIZE_MAX - 2 * kAlign) throw std::bad_alloc();
    const std::size_t whole = (size + 2 * kAlign - 1) / kAlign * kAlign;
    void* begin = nullptr;
    if (whole < kLarge) {
        begin = std::aligned_alloc(kAlign, whole);
    } else {
        const std::uint64_t need = residentMemory() + whole, limit = memoryLimit();
        if (limit > 0 && need > limit) {
            m_refused = need;
            throw std::bad_alloc();
        }
        // Its pages at once: the next look at the process must count them.
        begin = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (begin == MAP_FAILED) throw std::bad_alloc();
        const std::uint64_t held = m_held += whole;
        for (std::uint64_t most = m_most; held > most && !m_most.compare_exchange_weak(most, held);) continue;
    }
    if (!begin) throw std::bad_alloc();
    *static_cast<std::size_t*>(begin) = whole;
    return static_cast<std::byte*>(begin) + kAlign;
}

}  // namespace roundoff::runtime
