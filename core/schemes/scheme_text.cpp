#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/schemes/number_format.h"

namespace roundoff::schemes {
namespace {

constexpr std::string_view kWhere = "scheme";
const std::vector<std::string_view> kAlgorithms{"rtn"};

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
    return std::ranges::find(list, value) != list.end();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::optional<Granularity> granularity(std::string_view text) {
    if (text == "tensor") return Granularity{Granularity::Kind::Tensor};
    if (text == "channel") return Granularity{Granularity::Kind::Channel};
    if (text == "token") return Granularity{Granularity::Kind::Token};
    if (text.starts_with('g'))
        if (const auto n = number<std::uint32_t>(text.substr(1)); n && *n > 0)
            return Granularity{Granularity::Kind::Group, 0, *n};
    if (text.starts_with('b')) {
        const auto sides = split(text.substr(1), 'x');
        if (sides.size() != 2) return std::nullopt;
        const auto rows = number<std::uint32_t>(sides[0]), columns = number<std::uint32_t>(sides[1]);
        if (rows && columns && *rows > 0 && *columns > 0) return Granularity{Granularity::Kind::Block, *rows, *columns};
    }
    return std::nullopt;
}

std::optional<Range> range(std::string_view text) {
    if (text == "minmax") return Range{Range::Rule::MinMax};
    if (text == "mse") return Range{Range::Rule::Mse};
    if (text == "kl") return Range{Range::Rule::Kl};
    if (text == "std") return Range{Range::Rule::Std};
    if (text == "ema") return Range{Range::Rule::Average};
    if (text.starts_with('p'))
        if (const auto p = number<double>(text.substr(1)); p && *p > 0 && *p <= 100)
            return Range{Range::Rule::Percentile, *p};
    return std::nullopt;
}

std::optional<Symmetry> symmetry(std::string_view text) {
    using enum Symmetry;
    for (const Symmetry each : {Symmetric, SymmetricFull, SymmetricGptq, Asymmetric, AsymmetricFloat})
        if (text == word(each)) return each;
    return std::nullopt;
}

bool fits(Granularity::Kind kind, bool activation) {
    return activation ? kind == Granularity::Kind::Tensor || kind == Granularity::Kind::Token : kind != Granularity::Kind::Token;
}

/// What could stand in an option's place for this format, for the error text.
std::string choices(const NumberFormat& format, bool activation) {
    if (!format.grid) return fmt::format("{} takes no options", format.id);
    std::vector<std::string> words = format.variants;
    for (const auto kind : format.granularities) {
        if (!fits(kind, activation)) continue;
        words.push_back(kind == Granularity::Kind::Group   ? format.fixedGroup > 0 ? fmt::format("g{}", format.fixedGroup) : "g32, g64, g128, …"
                        : kind == Granularity::Kind::Block ? "b128x128, …"
                                                           : word(Granularity{kind}));
    }
    for (const auto each : format.symmetries) words.push_back(word(each));
    if (format.scaleRule == ScaleRule::Plain) words.push_back("pot");
    for (const auto rule : format.ranges)
        words.push_back(rule == Range::Rule::Percentile ? "p99.99, …" : word(Range{rule}));
    if (activation) {
        words.insert(words.end(), {"ema", "static", "dynamic"});
    } else {
        words.insert(words.end(), kAlgorithms.begin(), kAlgorithms.end());
    }
    return fmt::format("After {} may stand {}", format.id, fmt::join(words, ", "));
}

/// True where values can be rounded as they come: one by one, on levels that are known.
bool forActivations(const NumberFormat& format) {
    return format.grid && !format.learn && !format.blocks && format.fixedGroup == 0;
}

TensorScheme defaultsOf(const NumberFormat& format, bool activation) {
    TensorScheme scheme = format.defaults;
    if (activation) scheme.granularity = {Granularity::Kind::Tensor};
    return scheme;
}

Result<TensorScheme> parseTensor(std::string_view text, bool activation) {
    const auto parts = split(text, ':');
    const NumberFormat* format = findNumberFormat(parts[0]);
    if (!format || (activation && !forActivations(*format))) {
        std::vector<std::string_view> ids;
        for (const auto& f : numberFormats())
            if (!activation || forActivations(f)) ids.push_back(f.id);
        return usage(std::string(kWhere), fmt::format("'{}' is not a format{}", parts[0], format ? " for activations" : ""),
                     fmt::format("Choose one of {}", fmt::join(ids, ", ")));
    }
    TensorScheme scheme = defaultsOf(*format, activation);
    bool seen[7] = {};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto option = parts[i];
        const auto take = [&](int slot, bool allowed) -> Result<void> {
            if (!allowed)
                return usage(std::string(kWhere), fmt::format("'{}' does not go with {}", option, format->id),
                             choices(*format, activation));
            if (seen[slot])
                return usage(std::string(kWhere), fmt::format("'{}' contradicts an earlier word of '{}'", option, text),
                             "Give each option once");
            seen[slot] = true;
            return {};
        };
        Result<void> taken;
        if (const auto g = granularity(option)) {
            const bool length = format->fixedGroup == 0 || g->columns == format->fixedGroup;
            taken = take(0, fits(g->kind, activation) && length && contains(format->granularities, g->kind));
            scheme.granularity = *g;
        } else if (const auto s = symmetry(option)) {
            taken = take(1, contains(format->symmetries, *s));
            scheme.symmetry = *s;
        } else if (const auto r = range(option)) {
            taken = take(2, r->rule == Range::Rule::Average ? activation : contains(format->ranges, r->rule));
            scheme.range = *r;
        } else if (option == "pot") {
            taken = take(5, format->scaleRule == ScaleRule::Plain);
            scheme.powerOfTwoScale = true;
        } else if (contains(format->variants, std::string(option))) {
            taken = take(6, true);
            scheme.variant = option;
        } else if (!activation && contains(kAlgorithms, option)) {
            taken = take(3, format->id != "float");
            scheme.algorithm = option;
        } else if (activation && (option == "static" || option == "dynamic")) {
            taken = take(4, true);
            scheme.timing = option == "static" ? Timing::Static : Timing::Dynamic;
        } else {
            return usage(std::string(kWhere), fmt::format("'{}' in '{}' is not an option", option, text),
                         choices(*format, activation));
        }
        if (!taken) return propagate(taken);
    }
    if (activation && scheme.granularity.kind == Granularity::Kind::Token) {
        if (seen[4] && scheme.timing == Timing::Static)
            return usage(std::string(kWhere), fmt::format("'static' contradicts 'token' in '{}'", text),
                         "Tokens are not known beforehand: write dynamic");
        scheme.timing = Timing::Dynamic;
    }
    if (activation && scheme.timing == Timing::Dynamic && scheme.range.rule != Range::Rule::MinMax)
        return usage(std::string(kWhere), fmt::format("'{}' contradicts 'dynamic' in '{}'", word(scheme.range), text),
                     "A range found at each run is what the values span: leave its word out, or write static");
    return scheme;
}

std::string canonical(const TensorScheme& s, bool activation) {
    if (s.format == "float") return s.format;
    return fmt::format("{}{}{}:{}:{}{}:{}:{}", s.format, s.variant.empty() ? "" : ":", s.variant, word(s.granularity),
                       word(s.symmetry), s.powerOfTwoScale ? ":pot" : "", word(s.range),
                       activation ? word(s.timing) : s.algorithm);
}

std::string shortest(const TensorScheme& s, bool activation) {
    const NumberFormat* format = findNumberFormat(s.format);
    if (!format) return s.format;
    const TensorScheme defaults = defaultsOf(*format, activation);
    std::string out = s.format;
    if (s.variant != defaults.variant) out += ':' + s.variant;
    if (s.granularity != defaults.granularity) out += ':' + word(s.granularity);
    if (s.symmetry != defaults.symmetry) out += ':' + word(s.symmetry);
    if (s.powerOfTwoScale) out += ":pot";
    if (s.range != defaults.range) out += ':' + word(s.range);
    if (!activation && s.algorithm != defaults.algorithm) out += ':' + s.algorithm;
    if (activation && s.timing != defaults.timing) out += ':' + word(s.timing);
    return out;
}

}  // namespace

std::string word(const Granularity& g) {
    switch (g.kind) {
        case Granularity::Kind::Tensor: return "tensor";
        case Granularity::Kind::Channel: return "channel";
        case Granularity::Kind::Group: return fmt::format("g{}", g.columns);
        case Granularity::Kind::Block: return fmt::format("b{}x{}", g.rows, g.columns);
        case Granularity::Kind::Token: return "token";
    }
    return {};
}

std::string word(Symmetry symmetry) {
    switch (symmetry) {
        case Symmetry::Symmetric: return "sym";
        case Symmetry::SymmetricFull: return "symfull";
        case Symmetry::SymmetricGptq: return "symgptq";
        case Symmetry::Asymmetric: return "asym";
        case Symmetry::AsymmetricFloat: return "asymfloat";
    }
    return {};
}

std::string word(Timing timing) { return timing == Timing::Static ? "static" : "dynamic"; }

std::string word(const Range& range) {
    switch (range.rule) {
        case Range::Rule::MinMax: return "minmax";
        case Range::Rule::Percentile: return fmt::format("p{}", range.percentile);
        case Range::Rule::Mse: return "mse";
        case Range::Rule::Kl: return "kl";
        case Range::Rule::Std: return "std";
        case Range::Rule::Average: return "ema";
    }
    return {};
}

Result<Scheme> parseScheme(std::string_view text) {
    const auto halves = split(text, '/');
    if (halves.size() > 2)
        return usage(std::string(kWhere), fmt::format("'{}' has more than one '/'", text),
                     "Write WEIGHTS or WEIGHTS/ACTIVATIONS");
    auto weight = parseTensor(halves[0], false);
    if (!weight) return propagate(weight);
    Scheme scheme{std::move(*weight), std::nullopt};
    if (halves.size() == 2) {
        if (scheme.isFloat())
            return usage(std::string(kWhere), fmt::format("'{}' quantizes the activations of layers that 'float' leaves alone", text),
                         "Write float by itself, or a format for the weights: int8, …");
        auto activation = parseTensor(halves[1], true);
        if (!activation) return propagate(activation);
        scheme.activation = std::move(*activation);
    }
    return scheme;
}

std::string text(const Scheme& scheme) {
    const std::string weight = canonical(scheme.weight, false);
    return scheme.activation ? weight + '/' + canonical(*scheme.activation, true) : weight;
}

std::string shortText(const Scheme& scheme) {
    const std::string weight = shortest(scheme.weight, false);
    return scheme.activation ? weight + '/' + shortest(*scheme.activation, true) : weight;
}

}  // namespace roundoff::schemes
