#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace roundoff {

/// "640 B", "65.5 kB", "12.6 MB": decimal units, three significant digits.
std::string bytesText(std::uint64_t bytes);
/// "3,148,032"
std::string groupedText(std::uint64_t number);
/// The text with every broken UTF-8 sequence replaced by U+FFFD. Names in model files hold any bytes.
std::string validUtf8(std::string_view text);
/// validUtf8 with control characters written out (`\n`, `\x1b`): fits on one line and does nothing to a terminal.
std::string printable(std::string_view text);
/// Valid UTF-8 of at most `limit` columns: the middle of a longer text gives way to an ellipsis.
std::string elide(const std::string& text, std::size_t limit);
/// Columns of a terminal that valid UTF-8 text takes, counted as one per code point.
std::size_t columns(std::string_view text);

}  // namespace roundoff
