#pragma once
#include <cstdint>
#include <string>

namespace roundoff {

/// The processor and the widest instruction set that counts for quantized arithmetic, as every figure is quoted with
/// it: "Intel(R) Xeon(R) Processor, AVX-512 VNNI".
std::string cpuName();
/// "AVX-512 VNNI, AMX", "AVX2", "NEON", …
std::string instructionSet();
/// Bytes of memory that the machine has.
std::uint64_t physicalMemory();
/// Bytes of memory that this process holds now.
std::uint64_t residentMemory();
/// The most that it held at any time.
std::uint64_t peakMemory();
/// Threads that the machine can run at once, at least 1.
int hardwareThreads();

}  // namespace roundoff
