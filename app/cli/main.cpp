#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>

#include "app/cli/command.h"
#include "app/cli/stop_signal.h"
#include "core/base/text.h"

namespace {

using namespace roundoff;

int exitStatus(ErrorCode code) {
    switch (code) {
        case ErrorCode::Failed:
            return 1;
        case ErrorCode::Usage:
            return 2;
        case ErrorCode::BadInput:
            return 3;
        case ErrorCode::Cancelled:
            return 4;
    }
    return 1;
}

int complain(const Error& error) {
    fmt::print(stderr, "roundoff-cli: {}\n", printable(error.line()));
    return exitStatus(error.code);
}

/// One command with what its arguments are parsed into.
struct Declared {
    const cli::Command* command = nullptr;
    CLI::App* app = nullptr;
    cli::Options options;
    cli::Work work;
};

int parseFailed(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::string where;
    for (const CLI::App* sub : app.get_subcommands()) where = sub->get_name();
    std::string what = error.what();
    while (what.ends_with('.') || what.ends_with('\n')) what.pop_back();
    return complain(
        {ErrorCode::Usage, where, what, fmt::format("See roundoff-cli {}--help", where.empty() ? "" : where + " ")});
}

/// An empty value is mostly a variable that was never set, and never what was meant.
void refuseEmpty(CLI::App& app) {
    for (CLI::Option* option : app.get_options())
        if (option->get_items_expected_max() > 0)
            option->check([](const std::string& value) { return std::string(value.empty() ? "the value is empty" : ""); });
}

int run(int argc, char** argv, std::stop_token stop) {
    CLI::App app{"What quantization does to a neural network, layer by layer.", "roundoff-cli"};
    app.set_version_flag("--version", "roundoff-cli " ROUNDOFF_VERSION);
    app.require_subcommand(1);
    std::deque<Declared> declared;
    for (const cli::Command& command : cli::commands()) {
        Declared& entry = declared.emplace_back();
        entry.command = &command;
        entry.app = app.add_subcommand(std::string(command.name), std::string(command.summary));
        entry.work = command.declare(*entry.app, entry.options);
        cli::addCommonOptions(*entry.app, entry.options, command);
        refuseEmpty(*entry.app);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parseFailed(app, error);
    }
    for (const Declared& entry : declared) {
        if (!entry.app->parsed()) continue;
        Result<int> status = 0;
        {
            cli::Console console(std::string(entry.command->name), entry.options.quiet, stop, entry.options.threads);
            status = entry.work(console);
        }
        if (status) return *status;
        Error error = status.error();
        if (error.where.empty()) error.where = entry.command->name;
        return complain(error);
    }
    return complain({ErrorCode::Usage, "", "no command", "See roundoff-cli --help"});
}

}  // namespace

int main(int argc, char** argv) {
    const cli::StopSignal stop;
    try {
        return run(argc, argv, stop.token());
    } catch (const std::bad_alloc&) {
        return complain(
            {ErrorCode::Failed, "memory", "there is not enough of it", "Close other programs or use a larger machine"});
    } catch (const std::exception& error) {
        return complain(
            {ErrorCode::Failed, "internal", error.what(), "Please report this with the command that you ran"});
    }
}
