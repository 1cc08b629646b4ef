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
/// empty.
Ran roundoffCli(const std::vector<std::string>& arguments, const std::string& out = {});
/// Likewise; `signal` is sent after `milliseconds`.
Ran interrupted(const std::vector<std::string>& arguments, int signal, int milliseconds);

/// The path of a bundled sample.
std::string sample(const std::string& name);

/// A folder that goes away with the test.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return (m_path / name).string(); }
    std::string write(const std::string& name, const std::string& content) const;
    [[nodiscard]] std::size_t files() const;

private:
    std::filesystem::path m_path;
};

std::string read(const std::string& path);
/// True where the text is one line that begins as every error does.
bool isErrorLine(const std::string& text);

}  // namespace roundoff::cli::testing
