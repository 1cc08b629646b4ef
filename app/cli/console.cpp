#include "app/cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/text.h"

namespace roundoff::cli {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kFirstLine = std::chrono::seconds(2);
constexpr auto kLineInterval = std::chrono::seconds(5);

std::string durationText(double seconds) {
    const auto whole = std::uint64_t(seconds + 0.5);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string bar(double fraction) {
    constexpr int kCells = 24;
    const int full = int(fraction * kCells);
    std::string out;
    for (int i = 0; i < kCells; ++i) out += i < full ? "█" : "░";
    return out;
}

std::size_t terminalColumns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

tl::unexpected<Error> writeError(const std::string& where) {
    return failed(where, fmt::format("cannot be written: {}", std::strerror(errno)),
                  "Free space there or name another place");
}

Result<void> writeAll(std::FILE* file, const std::string& where, std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size() || std::fflush(file) != 0)
        return writeError(where);
    return {};
}

/// Devices and pipes are written in place; a file is replaced by a rename, through a symbolic link at its target.
Result<void> writeFile(const std::string& path, std::string_view text) {
    namespace fs = std::filesystem;
    std::error_code error;
    fs::path final = path;
    if (fs::is_symlink(final, error)) final = fs::weakly_canonical(final, error);
    if (fs::is_directory(final, error)) return failed(path, "is a folder", "Name a file in it");
    const bool inPlace = fs::exists(final, error) && !fs::is_regular_file(final, error);
    const fs::path target = inPlace ? final : fs::path(final.string() + fmt::format(".{}.tmp", getpid()));
    std::FILE* file = std::fopen(target.c_str(), "wb");
    if (!file) return writeError(path);
    auto written = writeAll(file, path, text);
    if (std::fclose(file) != 0 && written) written = writeError(path);
    if (inPlace) return written;
    if (written && std::rename(target.c_str(), final.c_str()) != 0) written = writeError(path);
    if (!written) fs::remove(target, error);
    return written;
}

}  // namespace

Console::Console(std::string command, bool quiet, std::stop_token stop, int threads)
    : m_command(std::move(command)),
      m_quiet(quiet),
      m_terminal(isatty(STDERR_FILENO) == 1),
      m_next(m_start + (m_terminal ? Clock::duration(kBarInterval) : Clock::duration(kFirstLine))),
      m_job(
          std::move(stop), [this](double fraction, std::string_view what) { progress(fraction, what); }, threads) {}

void Console::progress(double fraction, std::string_view what) {
    const auto now = Clock::now();
    if (m_quiet || now < m_next) return;
    // A long job says less and less often where nobody watches.
    m_next = now + (m_terminal ? Clock::duration(kBarInterval)
                               : std::max(Clock::duration(kLineInterval), (now - m_start) / 4));
    const double passed = std::chrono::duration<double>(now - m_start).count();
    const std::string left =
        fraction > 0.01 ? ", " + durationText(passed * (1 - fraction) / fraction) + " left" : std::string();
    if (!m_terminal) {
        fmt::print(stderr, "{}: {:.0f} %, {}{}\n", m_command, 100 * fraction, printable(what), left);
        return;
    }
    const std::string line =
        fmt::format("{} {} {:3.0f} %{}, {}", m_command, bar(fraction), 100 * fraction, left, printable(what));
    fmt::print(stderr, "\r{}\033[K", elide(line, terminalColumns() - 1));
    std::fflush(stderr);
    m_drawn = true;
}

void Console::clear() {
    if (m_drawn) fmt::print(stderr, "\r\033[K");
    m_drawn = false;
}

Result<void> Console::write(const std::string& path, std::string_view text) {
    clear();
    if (path == "-") return writeAll(stdout, "standard output", text);
    return writeFile(path, text);
}

}  // namespace roundoff::cli
