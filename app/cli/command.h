#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/console.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/reports/writer.h"

namespace CLI {
class App;
}

namespace roundoff::cli {

/// What every command understands.
struct Options {
    std::string layers, exclude;  ///< regular expressions on layer names
    int threads = 0;              ///< 0 = all cores
    std::optional<std::uint64_t> memoryLimit;
    std::uint64_t seed = 0;
    std::map<std::string, std::string> outputs;  ///< writer id → file, "-" = standard output
    bool quiet = false;

    [[nodiscard]] std::string output(const std::string& writer) const {
        const auto found = outputs.find(writer);
        return found == outputs.end() ? std::string() : found->second;
    }
    [[nodiscard]] reports::Context context(std::string_view command) const {
        return {std::string(command), threads, seed, {}};
    }
};

/// The work of a command, once its arguments are parsed; its value is the exit status.
using Work = std::function<Result<int>(Console&)>;

/// One command. A new one is one file here and one line in registry.cpp.
struct Command {
    std::string_view name;
    std::string_view summary;
    std::vector<std::string_view> writers;  ///< ids of the writers whose options it takes
    /// Declares its own arguments; `options` and the returned work live as long as `app`.
    Work (*declare)(CLI::App& app, const Options& options);
};
const std::vector<Command>& commands();

/// Declares the common options, each with its help.
void addCommonOptions(CLI::App& app, Options& options, const Command& command);
/// An error, before the work begins, where a file could not be written there.
Result<void> checkWritable(const std::string& option, const std::string& path);
/// Contradictions between common options, and outputs that would overwrite `input`.
Result<void> check(const Options& options, const std::string& input);
/// Refuses, before the work begins, what would not fit into --memory-limit.
Result<void> checkMemory(const Options& options, const model::Model& model);

}  // namespace roundoff::cli
