#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/calibration/dataset.h"

namespace roundoff::calibration {
namespace {

/// The whole text as a number.
template <class T>
bool read(std::string_view text, T& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

constexpr double kLargest = std::numeric_limits<float>::max();

/// What pixels may be multiplied or divided by.
bool isFactor(double number) { return number >= std::numeric_limits<float>::min() && number <= kLargest; }

}  // namespace

Result<DataSource> parseDataSource(std::string_view text, std::uint64_t seed) {
    constexpr std::string_view kSynthetic = "synthetic";
    DataSource source;
    source.seed = seed;
    if (text.empty() || text == kSynthetic) return source;
    if (!text.starts_with("synthetic:")) {
        source.path = text;
        return source;
    }
    if (!read(text.substr(kSynthetic.size() + 1), source.synthetic) || source.synthetic < 1 || source.synthetic > 10'000)
        return usage("DATA", fmt::format("'{}' does not say how many samples to make up", text),
                     "Write synthetic:N with N of 1 to 10000");
    return source;
}

Result<void> setResize(ImageOptions& options, std::string_view text) {
    using Fit = ImageOptions::Fit;
    constexpr std::int64_t kMost = 16'384;
    const auto fits = [](std::int64_t side) { return side >= 1 && side <= kMost; };
    const auto cross = text.find('x');
    options.height = options.width = 0;
    if (text.empty()) {
        options.fit = Fit::Input;
    } else if (text == "none") {
        options.fit = Fit::None;
    } else if (read(text, options.height) && fits(options.height)) {
        options.fit = Fit::Shorter;
    } else if (cross != std::string_view::npos && read(text.substr(0, cross), options.height) &&
               read(text.substr(cross + 1), options.width) && fits(options.height) && fits(options.width)) {
        options.fit = Fit::Exact;
    } else {
        return usage("--resize", fmt::format("'{}' is no size", text),
                     "Write N for the shorter side, HxW for both, or none; sides are 1 to 16384");
    }
    return {};
}

Result<std::vector<double>> parseNumbers(std::string_view option, std::string_view text) {
    std::vector<double> numbers;
    for (std::string_view rest = text; !text.empty();) {
        const auto comma = rest.find(',');
        double number = 0;
        if (!read(rest.substr(0, comma), number) || !std::isfinite(number))
            return usage(std::string(option), fmt::format("'{}' is no list of numbers", text), "Write a or a,b,c");
        numbers.push_back(number);
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return numbers;
}

Result<void> setMean(ImageOptions& options, std::string_view text) {
    auto numbers = parseNumbers("--mean", text);
    if (!numbers) return propagate(numbers);
    if (!std::ranges::all_of(*numbers, [](double number) { return std::abs(number) <= kLargest; }))
        return usage("--mean", fmt::format("'{}' is more than float32 holds", text), "Give smaller numbers");
    options.mean = std::move(*numbers);
    return {};
}

Result<void> setStd(ImageOptions& options, std::string_view text) {
    auto numbers = parseNumbers("--std", text);
    if (!numbers) return propagate(numbers);
    if (!std::ranges::all_of(*numbers, isFactor))
        return usage("--std", fmt::format("'{}': a channel is divided by a positive number of float32 alone", text), "Give positive numbers");
    options.std = std::move(*numbers);
    return {};
}

Result<void> setScale(ImageOptions& options, std::string_view text) {
    const auto numbers = parseNumbers("--scale", text);
    if (!numbers) return propagate(numbers);
    if (numbers->size() > 1 || !std::ranges::all_of(*numbers, isFactor))
        return usage("--scale", fmt::format("'{}' is not one positive number of float32", text), "Write one, as 0.00392");
    options.scale = numbers->empty() ? std::nullopt : std::optional(numbers->front());
    return {};
}

Result<void> setDim(DataSource& source, std::string_view text) {
    const auto equals = text.rfind('=');
    std::int64_t size = 0;
    if (equals == std::string_view::npos || equals == 0 || !read(text.substr(equals + 1), size) || size < 1 || size > 1 << 24)
        return usage("--dim", fmt::format("'{}' does not give an axis a size", text),
                     "Write NAME=N with the axis's name in the model, or INPUT:AXIS=N, and N of 1 to 16777216");
    const std::string name(text.substr(0, equals));
    if (!source.dims.emplace(name, size).second) return usage("--dim", fmt::format("'{}' is given twice", name), "Give it once");
    return {};
}

}  // namespace roundoff::calibration
