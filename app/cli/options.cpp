#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/cli/command.h"
#include "core/base/text.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::cli {
namespace {

/// What the program itself, the libraries and the chunks in flight take, whatever the model: a generous guess (30 MB at rest).
constexpr std::uint64_t kBaseMemory = 128'000'000;

/// The whole number that stands at the begin, and what follows it; nothing where none fits.
std::optional<std::string_view> afterNumber(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(text.substr(std::size_t(end - text.data()))) : std::nullopt;
}

std::string whole(const std::string& text) {
    return afterNumber(text) == "" ? "" : fmt::format("'{}' is no whole number of 0 to {}", text, UINT64_MAX);
}

/// "500MB" becomes its bytes.
std::string toBytes(std::string& text) {
    static const CLI::AsSizeValue units(true);
    try {
        std::string bytes = text;
        if (afterNumber(text) && units(bytes).empty()) {
            text = bytes;
            return {};
        }
    } catch (const CLI::Error&) {  // a unit that it does not know, or too much of one
    }
    return fmt::format("'{}' is no size, as 2000000000, 500MB or 2GiB are", text);
}

}  // namespace

void addCommonOptions(CLI::App& app, Options& options, const Command& command) {
    app.add_option("--layers", options.layers, "only the layers whose name matches")->type_name("REGEX");
    app.add_option("--exclude", options.exclude, "leave the layers whose name matches as they are")->type_name("REGEX");
    app.add_option("--threads", options.threads, "threads to use; all cores where absent")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
    app.add_option("--memory-limit", options.memoryLimit, "refuse what would need more memory; pages of the model's file count while they are in memory")
        ->transform(CLI::Validator(toBytes, ""))
        ->type_name("BYTES");
    app.add_option("--seed", options.seed, "of whatever is random; written into every file")->check(whole)->type_name("N");
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
    if (fs::is_directory(path, error)) return usage(option, path + " is a folder", "Name a file in it");
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, error))
        return usage(option, fmt::format("there is no folder {}", folder.string()), "Make it, or name another place");
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
                  fmt::format("the program and the largest layer, '{}', may need {}, the limit is {}", name,
                              bytesText(kBaseMemory + largest), bytesText(*options.memoryLimit)),
                  "Raise the limit");
}

}  // namespace roundoff::cli
