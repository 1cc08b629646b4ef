#include "core/base/text.h"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace roundoff {
namespace {

/// Length of the valid UTF-8 sequence at the start of `text`; 0 where there is none. Overlong forms, surrogates and
/// code points above U+10FFFF are broken.
std::size_t sequenceLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? std::uint8_t(text[i]) : 0; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const int first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) >= 0xA0;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool tooHigh = first == 0xF4 && byte(1) >= 0x90;
        return follows(1) && follows(2) && follows(3) && !overlong && !tooHigh ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string bytesText(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    constexpr std::array kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = double(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, kUnits[unit]);
}

std::string groupedText(std::uint64_t number) {
    std::string digits = fmt::to_string(number);
    for (std::ptrdiff_t i = std::ptrdiff_t(digits.size()) - 3; i > 0; i -= 3) digits.insert(std::size_t(i), 1, ',');
    return digits;
}

std::string validUtf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = sequenceLength(text);
        out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string printable(std::string_view text) {
    std::string out;
    const std::string valid = validUtf8(text);
    for (std::size_t i = 0; i < valid.size(); ++i) {
        const auto byte = std::uint8_t(valid[i]);
        // C1 controls (U+0080 to U+009F) drive terminals too.
        const bool c1 = byte == 0xC2 && i + 1 < valid.size() && std::uint8_t(valid[i + 1]) < 0xA0;
        if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += fmt::format("\\x{:02x}", byte);
        } else if (c1) {
            out += fmt::format("\\x{:02x}", std::uint8_t(valid[++i]));
        } else {
            out += valid[i];
        }
    }
    return out;
}

std::string elide(const std::string& text, std::size_t limit) {
    if (columns(text) <= limit) return text;
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((std::uint8_t(text[i]) & 0xC0) != 0x80) starts.push_back(i);
    const std::size_t tail = (limit - 1) / 2, head = limit - 1 - tail;
    return text.substr(0, starts[head]) + "…" + text.substr(starts[starts.size() - tail]);
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (std::uint8_t(c) & 0xC0) != 0x80;
    return count;
}

}  // namespace roundoff
