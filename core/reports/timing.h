#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/reports/writer.h"
#include "core/speed/timing.h"

namespace roundoff::reports {

/// One way to write timings, with the ids of writers(). A new one is one file here and one line in timing_writers.cpp.
struct TimingWriter {
    std::string_view id;
    Result<std::string> (*write)(const model::Model& model, std::span<const speed::Timing> timings, const Context& context);
};
const std::vector<TimingWriter>& timingWriters();

TimingWriter timingText();
TimingWriter timingJson();
TimingWriter timingCsv();
TimingWriter timingHtml();

/// "2 threads, Intel(R) Xeon(R) Processor, AVX-512 VNNI; ONNX Runtime 1.29.0, …; synthetic inputs; other programs took …"
std::string conditionsLine(const speed::Conditions& conditions);
/// "0.421", "12.3", "1,234": three significant digits at least.
std::string millisecondsText(double milliseconds);
/// "1.73 ×", with "~" before it where the figure is noisy.
std::string speedupText(const speed::Duel& duel);

}  // namespace roundoff::reports
