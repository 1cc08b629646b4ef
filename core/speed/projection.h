#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

/// A device of the list, as a file in resources/devices/ or in a folder of the user says. Every number has a source.
struct Device {
    std::string id, name, note;
    std::map<std::string, double> peaks;  ///< "fp32", "fp16", "fp8", "int8", "fp4", "int4": 10^12 operations a second
    double gigabytes = 0;                 ///< a second
    double computeEfficiency = 0.7, memoryEfficiency = 0.8;
    double launchMs = 0;
};
/// @param where stands in errors
Result<Device> parseDevice(std::string_view json, const std::string& where);
/// Every .json file of a folder, by name.
Result<std::vector<Device>> loadDevices(const std::filesystem::path& folder);

/// The peak for arithmetic of a type, or of the next wider one that the device has; "" and 0 where it has none.
struct Peak {
    std::string type;
    double teraOps = 0;
};
Peak peakFor(const Device& device, const std::string& type);

/// max(arithmetic, memory) + launch, for each layer that was run, and its float form. Weights alone quantized, or values
/// that are no numbers of the device (codebooks, laws, 16-bit integers): arithmetic in fp16. The bandwidth is reached the less the fewer bits a weight has, as llama.cpp's figures show.
Projection project(const model::Model& model, const Timing& timing, const Device& device);

}  // namespace roundoff::speed
