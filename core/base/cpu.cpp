#include "core/base/cpu.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace roundoff {

namespace {

/// The rest of the first line of /proc/cpuinfo that begins with a word.
std::string cpuInfo(const std::string& word) {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(word) && line.find(':') != std::string::npos) return line.substr(line.find(':') + 1);
    return {};
}

}  // namespace

std::string instructionSet() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const std::string flags = cpuInfo("flags") + ' ';
    const auto has = [&](const char* flag) { return flags.find(flag) != std::string::npos; };
    if (__builtin_cpu_supports("avx512vnni")) return has(" amx_int8 ") ? "AVX-512 VNNI, AMX" : "AVX-512 VNNI";
    if (__builtin_cpu_supports("avx512bw")) return "AVX-512";
    if (__builtin_cpu_supports("avx2")) return has(" avx_vnni ") ? "AVX2 VNNI" : "AVX2";
    if (__builtin_cpu_supports("sse4.1")) return "SSE4";
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "scalar";
#endif
}

std::string cpuName() {
    std::string model = cpuInfo("model name");
    model = model.empty() ? "unknown processor" : model.substr(1);
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

std::uint64_t peakMemory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::uint64_t(usage.ru_maxrss) * 1024;
}

}  // namespace roundoff
