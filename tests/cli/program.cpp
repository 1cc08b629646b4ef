#include "tests/cli/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

namespace roundoff::cli::testing {
namespace {

pid_t start(const std::vector<std::string>& arguments, const std::string& out, const std::string& err) {
    std::vector<std::string> words{std::string(ROUNDOFF_BINARY_DIR) + "/roundoff-cli"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    const int outFile = open(out.c_str(), O_WRONLY | O_CREAT, 0644),
              errFile = open(err.c_str(), O_WRONLY | O_CREAT, 0644);
    dup2(outFile, STDOUT_FILENO);
    dup2(errFile, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
}

int end(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What the program keeps for the next time goes here, not to the user's own folder.
[[maybe_unused]] const bool kCacheMoved = [] {
    static const Folder folder;
    return setenv("XDG_CACHE_HOME", folder.file("cache").c_str(), 1) == 0;
}();

}  // namespace

Ran roundoffCli(const std::vector<std::string>& arguments, const std::string& out) {
    const Folder folder;
    const std::string outFile = out.empty() ? folder.file("out") : out, errFile = folder.file("err");
    Ran ran;
    ran.status = end(start(arguments, outFile, errFile));
    if (out.empty()) ran.out = read(outFile);
    ran.err = read(errFile);
    return ran;
}

Ran interrupted(const std::vector<std::string>& arguments, int signal, int milliseconds) {
    const Folder folder;
    const pid_t child = start(arguments, folder.file("out"), folder.file("err"));
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, signal);
    const int status = end(child);
    return {status, read(folder.file("out")), read(folder.file("err"))};
}

std::string sample(const std::string& name) {
    return ROUNDOFF_SOURCE_DIR "/resources/samples/" + name;
}

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "roundoff-test-XXXXXX").string();
    m_path = mkdtemp(name.data());
}

Folder::~Folder() {
    std::error_code error;
    std::filesystem::remove_all(m_path, error);
}

std::string Folder::write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
}

std::size_t Folder::files() const {
    return std::size_t(
        std::distance(std::filesystem::directory_iterator(m_path), std::filesystem::directory_iterator()));
}

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool isErrorLine(const std::string& text) {
    return text.starts_with("roundoff-cli: ") && text.ends_with('\n') &&
           std::count(text.begin(), text.end(), '\n') == 1;
}

}  // namespace roundoff::cli::testing
