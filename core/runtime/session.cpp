#include "core/runtime/session.h"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/runtime/budget.h"
#include "core/runtime/element_types.h"
#include "core/runtime/memory_limit.h"
#include "core/runtime/session_impl.h"

namespace roundoff::runtime {
namespace {

using tensor::ElementType;

Ort::Env& environment() {
    // Fatal only: what goes wrong comes back as an error, not as lines on standard error.
    static Ort::Env env = [] {
        // Else the library keeps a database of its uses in the user's cache, whatever else it is told.
        ::setenv("ORT_DISABLE_TELEMETRY", "1", 0);  // NOLINT(concurrency-mt-unsafe): before any session's threads
        Ort::Env made(ORT_LOGGING_LEVEL_FATAL, "roundoff");
        made.RegisterAllocator(&Budget::instance());
        return made;
    }();
    return env;
}

model::Value valueOf(std::string name, const Ort::TypeInfo& type) {
    model::Value value;
    value.name = std::move(name);
    const auto info = type.GetTensorTypeAndShapeInfo();
    value.type = fromOrt(info.GetElementType());
    value.shape = info.GetShape();
    value.hasShape = info.HasShape();
    value.dimensionNames.resize(value.shape.size());
    const auto symbols = info.GetSymbolicDimensions();
    for (std::size_t i = 0; i < symbols.size() && i < value.shape.size(); ++i)
        if (value.shape[i] < 0 && symbols[i]) value.dimensionNames[i] = symbols[i];
    return value;
}

}  // namespace

std::string plain(const char* message) {
    std::string text = message;
    if (const auto end = text.find_first_of("\r\n"); end != std::string::npos) text.resize(end);
    for (std::string_view mark : {"Status Message: ", "with the error: "})
        if (const auto at = text.find(mark); at != std::string::npos && text.find("Name:'") == std::string::npos)
            text.erase(0, at + mark.size());
    constexpr std::string_view kLoading = "Load model from ", kFailed = " failed:";  // what is said names the file
    if (const auto at = text.find(kLoading), end = text.find(kFailed, at); at != std::string::npos && end != std::string::npos)
        text.erase(at, end + kFailed.size() - at);
    // A failed check is "FILE:LINE FUNCTION CONDITION was false. MESSAGE": what counts is the message.
    constexpr std::string_view kSource = "/onnxruntime_src/", kChecked = " was false. ";
    if (const auto at = text.find(kSource), end = text.find(kChecked, at); at != std::string::npos && end != std::string::npos)
        text.erase(at, end + kChecked.size() - at);
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
    return text;
}

Result<Fed> Session::Impl::feed(const Sample& sample) const {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    Fed fed;
    for (const model::Value& input : inputs) {
        const auto found = std::find_if(sample.begin(), sample.end(),
                                        [&](const NamedTensor& tensor) { return tensor.name == input.name; });
        const auto known = bound.find(input.name);
        if (found == sample.end() && known == bound.end())
            return usage(path, "the data has nothing for input \"" + input.name + '"',
                         "Give one tensor for each input");
        const tensor::TensorView value = found != sample.end() ? found->view() : known->second.view;
        if (value.type != input.type)
            return usage(path,
                         fmt::format("input \"{}\" takes {}, the data is {}", input.name, name(input.type),
                                     name(value.type)),
                         "Convert the data");
        const auto count = tensor::elementCount(value.shape);
        if (!count || storageBytes(value.type, *count) != value.bytes.size() || value.type == ElementType::String)
            return usage(path, "the data for input \"" + input.name + "\" does not fit its shape",
                         "Give a numeric tensor of the input's shape");
        // ONNX Runtime only reads the inputs, though its signature says otherwise.
        fed.values.push_back(Ort::Value::CreateTensor(memory, const_cast<std::byte*>(value.bytes.data()), value.bytes.size(),
                                                  value.shape.data(), value.shape.size(), toOrt(value.type)));
        fed.names.push_back(input.name.c_str());
    }
    return fed;
}

Session::Session(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const std::vector<model::Value>& Session::inputs() const {
    return m_impl->inputs;
}
const std::vector<model::Value>& Session::outputs() const {
    return m_impl->outputs;
}

std::string version() {
    return OrtGetApiBase()->GetVersionString();
}

void Session::bind(const std::string& input, const tensor::TensorData& value) {
    m_impl->bound[input] = value;
}

namespace {

Ort::SessionOptions settingsOf(const SessionOptions& options) {
    Ort::SessionOptions settings;
    settings.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);
    if (!options.saveOptimized.empty()) settings.SetOptimizedModelFilePath(options.saveOptimized.c_str());
    if (!options.profile.empty()) settings.EnableProfiling(options.profile.c_str());
    if (memoryLimit() > 0) {
        settings.AddConfigEntry(kOrtSessionOptionsConfigUseEnvAllocators, "1");
        settings.DisableMemPattern();  // else each run takes one block that holds all its values, whenever they live
    }
    if (options.threads > 0) settings.SetIntraOpNumThreads(options.threads);
    // Waiting threads that spin steal the cores that the rest of the program needs.
    settings.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
    if (options.level == SessionOptions::Level::None) {
        settings.SetGraphOptimizationLevel(ORT_DISABLE_ALL);
    } else if (options.level == SessionOptions::Level::Faithful) {
        settings.SetGraphOptimizationLevel(ORT_ENABLE_BASIC);
        settings.AddConfigEntry(kOrtSessionOptionsDisableQuantQDQ, "1");
    } else {
        settings.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
        const std::string level = std::to_string(options.matmulAccuracyLevel);
        settings.AddConfigEntry(kOrtSessionOptionsQDQMatMulNBitsAccuracyLevel, level.c_str());
    }
    return settings;
}

}  // namespace

/// @param load gives the library's session
template <class Load>
Result<Session> Session::make(const std::string& name, const SessionOptions& options, std::unique_ptr<Impl> impl, const Load& load) {
    impl->path = name;
    Budget::instance().takeRefused();
    try {
        Ort::SessionOptions settings = settingsOf(options);
        const std::stop_callback onStop(options.stop, [&settings] { settings.SetLoadCancellationFlag(true); });
        impl->session = load(settings);
        Ort::AllocatorWithDefaultOptions allocator;
        for (std::size_t i = 0; i < impl->session.GetInputCount(); ++i) {
            const std::string input = impl->session.GetInputNameAllocated(i, allocator).get();
            const Ort::TypeInfo type = impl->session.GetInputTypeInfo(i);
            if (type.GetONNXType() != ONNX_TYPE_TENSOR)
                return badInput(name, "input \"" + input + "\" is not a tensor",
                                "Sequences, maps and optionals cannot be fed; export the model without them");
            impl->inputs.push_back(valueOf(input, type));
        }
        for (std::size_t i = 0; i < impl->session.GetOutputCount(); ++i) {
            const Ort::TypeInfo type = impl->session.GetOutputTypeInfo(i);
            if (type.GetONNXType() != ONNX_TYPE_TENSOR) continue;
            impl->outputs.push_back(valueOf(impl->session.GetOutputNameAllocated(i, allocator).get(), type));
        }
        return Session(std::move(impl));
    } catch (const std::exception& error) {
        if (options.stop.stop_requested()) return cancelled();
        if (const auto need = Budget::instance().takeRefused(); need > 0)
            return overLimit("loading the model", need, memoryLimit());
        return badInput(name, "ONNX Runtime " + version() + " cannot load the model: " + plain(error.what()),
                      "See whether another model or an updated ONNX Runtime loads; what is named there is the place");
    }
}

Result<Session> Session::open(const std::filesystem::path& path, const SessionOptions& options) {
    return make(path.string(), options, std::make_unique<Impl>(),
                [&](const Ort::SessionOptions& settings) { return Ort::Session(environment(), path.c_str(), settings); });
}

Result<Session> Session::open(const std::string& name, std::span<const std::byte> model, const SessionOptions& options,
                              Hooks hooks) {
    auto impl = std::make_unique<Impl>();
    impl->hooks = std::make_unique<HookOps>(std::move(hooks));
    HookOps& ops = *impl->hooks;
    return make(name, options, std::move(impl), [&](Ort::SessionOptions& settings) {
        settings.Add(ops.domain);
        return Ort::Session(environment(), model.data(), model.size(), settings);
    });
}

Result<std::vector<NamedTensor>> Session::run(const Sample& sample, Job& job) {
    constexpr std::uint64_t kLargeOutput = 1u << 20;
    if (job.cancelled()) return cancelled();
    Budget::instance().takeRefused();
    try {
        const auto fed = m_impl->feed(sample);
        if (!fed) return propagate(fed);
        std::vector<const char*> outputNames;
        for (const model::Value& output : m_impl->outputs) outputNames.push_back(output.name.c_str());
        if (outputNames.empty())
            return badInput(m_impl->path, "no output of the model is a tensor",
                            "Export the model without its last sequence or map operator");

        Ort::RunOptions options;
        std::vector<Ort::Value> results;
        {
            const Watcher watcher(job, options);
            results = m_impl->session.Run(options, fed->names.data(), fed->values.data(), fed->values.size(), outputNames.data(),
                                          outputNames.size());
        }
        std::vector<NamedTensor> outputs;
        for (std::size_t i = 0; i < results.size(); ++i) {
            const auto info = results[i].GetTensorTypeAndShapeInfo();
            NamedTensor& out = outputs.emplace_back();
            out.name = outputNames[i];
            out.type = fromOrt(info.GetElementType());
            out.shape = info.GetShape();
            if (out.type == ElementType::String) continue;  // no bytes to compare
            const auto bytes = storageBytes(out.type, tensor::elementCount(out.shape).value_or(0)).value_or(0);
            if (bytes >= kLargeOutput)
                if (auto fits = reserve(bytes, "an output of one sample", "Raise the limit, or give smaller samples"); !fits)
                    return propagate(fits);
            out.bytes.resize(bytes);
            if (bytes > 0) std::memcpy(out.bytes.data(), results[i].GetTensorRawData(), bytes);
        }
        return outputs;
    } catch (const std::exception& error) {
        if (job.cancelled()) return cancelled();
        if (const auto need = Budget::instance().takeRefused(); need > 0)
            return overLimit("running one sample", need, memoryLimit());
        return failed(m_impl->path, "ONNX Runtime stopped in the middle of the run: " + plain(error.what()),
                      "Look whether the data suit the model's inputs");
    }
}

Result<std::vector<NodeTime>> Session::endProfile(std::size_t skip) {
    try {
        Ort::AllocatorWithDefaultOptions allocator;
        const std::string file = m_impl->session.EndProfilingAllocated(allocator).get();
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        if (!in || text.empty()) return failed(file, "the profile cannot be read", "Check the disk of the temporary folder");
        return parseProfile(text, file, skip);
    } catch (const std::exception& error) {
        return failed(m_impl->path, "ONNX Runtime gives no profile: " + plain(error.what()), "Measure without it");
    }
}

}  // namespace roundoff::runtime
