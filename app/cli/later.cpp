#include <CLI/CLI.hpp>

#include "app/cli/all.h"

namespace roundoff::cli {
namespace {

/// A command of the contract that this version does not have: says so, whatever its arguments.
Command notYet(std::string_view name, std::string_view summary) {
    return {name, summary, {}, [](CLI::App& app, const Options&) -> Work {
                app.allow_extras();
                app.group("");
                const std::string own = app.get_name();
                return [own](Console&) -> Result<int> {
                    return usage(own, "not in this version",
                                 "There are info, compare, bench, export, verify, schemes, formats and targets");
                };
            }};
}

}  // namespace

Command searchCommand() {
    return notYet("search", "the best mix of schemes under a budget");
}

}  // namespace roundoff::cli
