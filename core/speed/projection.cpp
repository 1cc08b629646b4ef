#include "core/speed/projection.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/schemes/number_format.h"
#include "core/speed/roofline.h"

namespace roundoff::speed {
namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, 6> kTypes{"fp4", "int4", "fp8", "int8", "fp16", "fp32"};  // narrow to wide

/// The next wider type whose arithmetic can stand in.
std::string wider(const std::string& type) {
    if (type == "fp4") return "fp8";
    if (type == "int4") return "int8";
    if (type == "fp8" || type == "int8") return "fp16";
    return type == "fp16" ? "fp32" : "";
}

/// Share of the bandwidth that reading weights of so many bits reaches, against 16 bits (algorithms by llama.cpp's table of
/// Llama-3.1-8B: Q8_0 0.93, Q4_K 0.75, Q2_K 0.54).
double reach(double bits) {
    return bits > 12 ? 1 : bits > 6 ? 0.93 : bits > 3.5 ? 0.75 : 0.54;
}

/// What numbers a format's codes are to a device's arithmetic. Codebooks and laws are none: it computes with their values.
enum class Kind { Integer, Float, Table };
struct Operand {
    Kind kind = Kind::Table;
    int bits = 16;
};
Operand operandOf(const schemes::TensorScheme& scheme) {
    const schemes::NumberFormat& format = *schemes::findNumberFormat(scheme.format);
    if (!format.grid || format.learn) return {Kind::Table, format.bits};
    const kernels::Grid grid = format.grid(scheme);
    const Kind kind = std::holds_alternative<kernels::UniformGrid>(grid) ? Kind::Integer
                      : std::holds_alternative<kernels::FloatGrid>(grid) ? Kind::Float
                                                                         : Kind::Table;
    return {kind, format.bits};
}

/// The arithmetic that a scheme asks for: the narrowest type that holds the codes of both sides.
std::string arithmeticOf(const schemes::Scheme& scheme) {
    if (!scheme.activation) return "fp16";
    const Operand weight = operandOf(scheme.weight), input = operandOf(*scheme.activation);
    const int bits = std::max(weight.bits, input.bits);
    if (bits > 8 || weight.kind == Kind::Table || input.kind == Kind::Table) return "fp16";
    if (weight.kind == Kind::Integer && input.kind == Kind::Integer) return bits > 4 ? "int8" : "int4";
    if (weight.kind == Kind::Float && input.kind == Kind::Float) return bits > 4 ? "fp8" : "fp4";
    // Integers of 4 bits are 8-bit floats as well, those of 8 are not.
    return (weight.kind == Kind::Integer ? weight.bits : input.bits) <= 4 ? "fp8" : "fp16";
}

/// A positive number with its source.
Result<double> sourced(const Json& json, const char* key, const std::string& where, bool zero = false) {
    const auto wrong = [&](const std::string& what) {
        return badInput(where, fmt::format("\"{}\" {}", key, what), "See resources/devices for examples");
    };
    if (!json.is_object()) return wrong("is no object with a number and its source");
    const auto number = json.find(key);
    const auto source = json.find("source");
    if (number == json.end() || !number->is_number()) return wrong("is no number");
    const double value = number->get<double>();
    if (!(value > 0 || (zero && value == 0)) || value > 1e9) return wrong("is out of range");
    if (source == json.end() || !source->is_string() || source->get<std::string>().empty()) return wrong("names no source");
    return value;
}

}  // namespace

Result<Device> parseDevice(std::string_view text, const std::string& where) {
    const Json json = parseJson(text);
    const auto wrong = [&](const std::string& what) { return badInput(where, what, "See resources/devices for examples"); };
    if (!json.is_object() || json.value("roundoff_device", Json()) != 1) return wrong("is no device file (\"roundoff_device\": 1)");
    Device device;
    for (auto [key, into] : {std::pair("id", &device.id), std::pair("name", &device.name), std::pair("note", &device.note)}) {
        const auto found = json.find(key);
        if (found != json.end() && found->is_string()) *into = found->get<std::string>();
    }
    if (device.id.empty() || device.name.empty()) return wrong("has no \"id\" or no \"name\"");
    const auto part = [&](const char* key) { return json.value(key, Json()); };
    const Json peaks = part("peaks");
    if (!peaks.is_object() || peaks.empty()) return wrong("has no \"peaks\"");
    for (const auto& [type, peak] : peaks.items()) {
        if (std::ranges::find(kTypes, type) == kTypes.end()) return wrong("knows no arithmetic \"" + type + "\"");
        const auto value = sourced(peak, "tera_ops", where + ": " + type);
        if (!value) return propagate(value);
        device.peaks[type] = *value;
    }
    const auto bandwidth = sourced(part("bandwidth"), "gigabytes_per_second", where);
    if (!bandwidth) return propagate(bandwidth);
    device.gigabytes = *bandwidth;
    const auto compute = sourced(part("efficiency"), "compute", where), memory = sourced(part("efficiency"), "memory", where);
    if (!compute) return propagate(compute);
    if (!memory) return propagate(memory);
    if (*compute > 1 || *memory > 1) return wrong("has an efficiency above 1");
    device.computeEfficiency = *compute;
    device.memoryEfficiency = *memory;
    const auto launch = sourced(part("launch"), "ms", where, true);
    if (!launch) return propagate(launch);
    device.launchMs = *launch;
    return device;
}

Result<std::vector<Device>> loadDevices(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    if (error) return badInput(folder.string(), "the devices cannot be read: " + error.message(), "Give a folder with --devices");
    std::sort(files.begin(), files.end());
    std::vector<Device> devices;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        auto device = parseDevice(text, file.string());
        if (!device) return propagate(device);
        devices.push_back(std::move(*device));
    }
    return devices;
}

Peak peakFor(const Device& device, const std::string& type) {
    for (std::string each = type; !each.empty(); each = wider(each))
        if (const auto found = device.peaks.find(each); found != device.peaks.end()) return {each, found->second};
    return {};
}

Projection project(const model::Model& model, const Timing& timing, const Device& device) {
    Projection out;
    out.device = device.name;
    out.layers.resize(timing.layers.size());
    const auto roof = [&](const Work& work, double bits, double activationBytes, const std::string& type) {
        return roofOf(work, bits, activationBytes, 1000 * peakFor(device, type).teraOps * device.computeEfficiency,
                      device.gigabytes * device.memoryEfficiency * reach(bits));
    };
    std::string arithmetic;
    for (const LayerTiming& layer : timing.layers) {
        if (layer.work.macs == 0 || layer.weightBits <= 0) continue;
        const int floatBits = tensor::bits(model.tensors()[model.layers()[layer.layer].weight].type);
        const bool half = floatBits == 16;
        const Roof before = roof(layer.work, floatBits, floatBits / 8.0, half ? "fp16" : "fp32");
        arithmetic = arithmeticOf(layer.scheme);
        const bool dynamic = layer.scheme.activation && layer.scheme.activation->timing == schemes::Timing::Dynamic;
        // Dynamic: the input is read to find its range, and written as codes, which are read.
        const double codeBytes = layer.scheme.activation ? operandOf(*layer.scheme.activation).bits / 8.0 : 2;
        const double activationBytes = dynamic ? floatBits / 8.0 + 2 * codeBytes : codeBytes;
        const Roof after = roof(layer.work, layer.weightBits, activationBytes, arithmetic);
        if (before.computeMs <= 0 && before.memoryMs <= 0) continue;
        out.layers[layer.layer] =
            Projection::Estimate{before.ms() + device.launchMs, after.ms() + device.launchMs, after.bound()};
    }
    out.assumptions = fmt::format(
        "roofline: the longer of arithmetic at {:.0f} % of the {} peak and memory at {:.0f} % of {:.0f} GB/s, less for few bits, and "
        "{} ms a launch; float in the weights' own type{}",
        100 * device.computeEfficiency, peakFor(device, arithmetic.empty() ? "fp16" : arithmetic).type, 100 * device.memoryEfficiency,
        device.gigabytes, device.launchMs, device.note.empty() ? "" : "; " + device.note);
    while (out.assumptions.ends_with('.')) out.assumptions.pop_back();
    return out;
}

}  // namespace roundoff::speed
