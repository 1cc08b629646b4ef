#pragma once
#include <string>

namespace roundoff {

/// The processor and the widest instruction set that counts for quantized arithmetic, as every figure is quoted with
/// it: "Intel(R) Xeon(R) Processor, AVX-512 VNNI".
std::string cpuName();
/// "AVX-512 VNNI", "AVX2", "NEON", …
std::string instructionSet();
/// Threads that the machine can run at once, at least 1.
int hardwareThreads();

}  // namespace roundoff
