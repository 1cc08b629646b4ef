#include "core/base/cpu.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace roundoff {

std::string instructionSet() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vnni")) return "AVX-512 VNNI";
    if (__builtin_cpu_supports("avx512bw")) return "AVX-512";
    if (__builtin_cpu_supports("avx2")) return "AVX2";
    if (__builtin_cpu_supports("sse4.1")) return "SSE4";
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "scalar";
#endif
}

std::string cpuName() {
    std::string model = "unknown processor";
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            model = line.substr(line.find(':') + 2);
            break;
        }
    }
    return model + ", " + instructionSet();
}

int hardwareThreads() { return std::max(1, int(std::thread::hardware_concurrency())); }

std::uint64_t physicalMemory() {
    return std::uint64_t(std::max(sysconf(_SC_PHYS_PAGES), 1L)) * std::uint64_t(std::max(sysconf(_SC_PAGESIZE), 1L));
}

std::uint64_t residentMemory() {
    std::uint64_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * std::uint64_t(std::max(sysconf(_SC_PAGESIZE), 1L));
}

}  // namespace roundoff
