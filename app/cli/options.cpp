#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "app/cli/command.h"
#include "core/base/text.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::cli {
namespace {

/// What the program itself, the libraries and the chunks in flight take, whatever the model: a generous guess (30 MB at rest).
constexpr std::uint64_t kBaseMemory = 128'000'000;

}  // namespace

void addCommonOptions(CLI::App& app, Options& options, const Command& command) {
    app.add_option("--layers", options.layers, "only the layers whose name matches")->type_name("REGEX");
    app.add_option("--exclude", options.exclude, "leave the layers whose name matches as they are")->type_name("REGEX");
    app.add_option("--threads", options.threads, "threads to use; all cores where absent")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
    app.add_option("--memory-limit", options.memoryLimit, "refuse what would need more memory; pages of the model's file count while they are in memory")
        ->transform(CLI::AsSizeValue(true))
        ->type_name("BYTES");
    app.add_option("--seed", options.seed, "of whatever is random; written into every file")->type_name("N");
    for (const reports::Writer& writer : reports::writers()) {
        if (std::ranges::find(command.writers, writer.id) == command.writers.end()) continue;
        app.add_option("--" + std::string(writer.id), options.outputs[std::string(writer.id)],
                       std::string(writer.summary) + "; - is standard output")
            ->type_name("FILE");
    }
    app.add_flag("--quiet", options.quiet, "no progress on standard error");
}

Result<void> checkWritable(const std::string& option, const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::is_directory(path, error)) return failed(option, path + " is a folder", "Name a file in it");
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, error))
        return failed(option, fmt::format("there is no folder {}", folder.string()), "Make it, or name another place");
    if (!fs::exists(path, error) && ::access(folder.c_str(), W_OK | X_OK) != 0)
        return failed(option, fmt::format("nothing can be written into {}", folder.string()), "Name another place");
    return {};
}

Result<void> check(const Options& options, const std::string& input) {
    std::vector<std::string> seen;
    for (const auto& [writer, path] : options.outputs) {
        if (path.empty()) continue;
        if (std::ranges::find(seen, path) != seen.end())
            return usage("--" + writer, path == "-" ? "standard output is taken already" : path + " is written already",
                         "Give each output its own place");
        seen.push_back(path);
        if (path == "-") continue;
        if (auto checked = checkWritable("--" + writer, path); !checked) return checked;
        std::error_code error;
        if (std::filesystem::equivalent(path, input, error))
            return usage("--" + writer, path + " is the model itself", "Name another file");
    }
    return {};
}

Result<void> checkMemory(const Options& options, const model::Model& model) {
    if (!options.memoryLimit) return {};
    runtime::limitMemory(*options.memoryLimit);
    // The largest weight in its codes (2 bytes an element) and, where the file does not store it raw, decoded.
    std::uint64_t largest = 0;
    std::string name;
    for (const model::Layer& layer : model.layers()) {
        const std::uint64_t need = 2 * layer.parameters + model.tensors()[layer.weight].bytes;
        if (need <= largest) continue;
        largest = need;
        name = layer.name;
    }
    if (kBaseMemory + largest <= *options.memoryLimit) return {};
    return failed("--memory-limit",
                  fmt::format("layer '{}' may need {}, the limit is {}", name, bytesText(kBaseMemory + largest),
                              bytesText(*options.memoryLimit)),
                  "Raise the limit");
}

}  // namespace roundoff::cli
