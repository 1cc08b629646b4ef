#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace roundoff::cli::testing {

/// How a run of roundoff-cli ended.
struct Ran {
    int status = -1;  ///< exit status; 128 + signal where one killed it
    std::string out, err;
};

/// Runs roundoff-cli as a user does, without a shell. `out` is where its standard output goes; a file of its own where
