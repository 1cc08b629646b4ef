#include "tests/rules/rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace roundoff::rules {
namespace {

struct Layer {
    std::string_view folder;
    int rank;
};
/// base ← tensor ← {kernels, model} ← {formats, schemes, runtime} ← {algorithms, calibration} ← analysis ← preprocessing
/// ← exports ← speed ← reports ← ui ← app. A folder includes itself and those of lower rank.
constexpr std::array kLayers{Layer{"core/base", 0},
                             Layer{"core/tensor", 1},
                             Layer{"core/kernels", 2},
                             Layer{"core/model", 2},
                             Layer{"core/formats", 3},
                             Layer{"core/schemes", 3},
                             Layer{"core/runtime", 3},
                             Layer{"core/algorithms", 4},
                             Layer{"core/calibration", 4},
                             Layer{"core/analysis", 5},
                             Layer{"core/preprocessing", 6},
                             Layer{"core/exports", 7},
                             Layer{"core/speed", 8},
                             Layer{"core/reports", 9},
                             Layer{"ui", 10},
                             Layer{"app", 11},
                             Layer{"tests", 12}};

/// A word that may stand only in files below certain folders.
struct Reserved {
    std::string_view what;                  ///< start of an include, or a word of the code
    std::vector<std::string_view> folders;  ///< where it may stand
    bool include = true;
};
const std::vector<Reserved>& reserved() {
    static const std::vector<Reserved> list{
        {"Q", {"ui/", "app/gui/", "app/worker/", "tests/ui/"}},
        {"QtCharts", {"ui/charts/"}},
        {"QChart", {"ui/charts/"}},
        {"hwy/", {"core/kernels/", "tests/kernels/"}},
        {"onnx/", {"core/formats/onnx/", "tests/support/", "tests/formats/onnx/"}},
        {"google/protobuf", {"core/formats/onnx/", "tests/support/", "tests/formats/onnx/"}},
        {"protozero/", {"core/formats/onnx/", "core/calibration/tokenizers/", "tests/support/", "tests/formats/onnx/"}},
        {"onnxruntime", {"core/runtime/"}},
        {"CLI/", {"app/cli/", "tests/tools/"}},
        {"tbb/", {"core/", "tests/"}},
        {"zip.h", {"core/calibration/"}},
        {"stb/", {"core/calibration/"}},
        {"unicode/", {"core/calibration/"}},
        {"nlohmann/json.hpp", {"core/", "app/", "ui/", "tests/"}},
        {"std::thread",
         {"app/", "tests/", "core/base/cpu.cpp", "core/runtime/"},
         false},  // runtime: a watch that ends a stopped run
        {"std::jthread", {"app/", "tests/"}, false},
        {"std::async", {"tests/"}, false},
        {"QThread", {"app/", "tests/ui/"}, false},
        {"QtConcurrent", {}, false},
    };
    return list;
}

bool below(std::string_view path, std::string_view folder) {
    return path.starts_with(folder);
}

/// Rank of the folder that a path lies in; nothing for folders of no rank.
std::optional<Layer> layerOf(std::string_view path) {
    for (const Layer& layer : kLayers)
        if (path.starts_with(layer.folder) && path.size() > layer.folder.size() && path[layer.folder.size()] == '/')
            return layer;
    return std::nullopt;
}

/// What an #include line names, and whether in quotes.
std::optional<std::pair<std::string, bool>> includeOf(std::string_view line) {
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string_view::npos || line[hash] != '#') return std::nullopt;
    const std::size_t word = line.find("include", hash);
    const std::size_t begin = line.find_first_of("\"<", hash);
    if (word == std::string_view::npos || begin == std::string_view::npos || word > begin) return std::nullopt;
    const std::size_t end = line.find_first_of("\">", begin + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::pair{std::string(line.substr(begin + 1, end - begin - 1)), line[begin] == '"'};
}

/// The line without its comment and without what stands in quotes.
std::string codeOf(std::string_view line) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (!quoted && line.substr(i, 2) == "//") break;
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\'))
            quoted = !quoted;
        else if (!quoted)
            out += line[i];
    }
    return out;
}

bool hasWord(const std::string& code, std::string_view word) {
    for (std::size_t at = code.find(word); at != std::string::npos; at = code.find(word, at + 1)) {
        const auto partOfName = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        };
        const std::size_t end = at + word.size();
        if ((at == 0 || !partOfName(code[at - 1])) &&
            (end == code.size() || (!partOfName(code[end]) && code[end] != ':')))
            return true;
    }
    return false;
}

std::string checkInclude(std::string_view path, const std::string& included, bool quoted) {
    if (quoted) {
        const auto from = layerOf(path), to = layerOf(included);
        if (!to) return "an include in quotes is a path from the root: " + included;
        if (from && from->folder != to->folder && to->rank >= from->rank)
            return std::string(from->folder) + " must not know " + std::string(to->folder) + ": " + included;
        return {};
    }
    for (const Reserved& word : reserved()) {
        if (!word.include || !included.starts_with(word.what)) continue;
        if (word.what == "Q" && !(included.size() > 1 && (included[1] >= 'A' && included[1] <= 'Z')) &&
            !included.starts_with("Qt"))
            continue;
        if (std::ranges::none_of(word.folders, [&](auto folder) { return below(path, folder); }))
            return "<" + included + "> is not for this folder";
    }
    return {};
}

}  // namespace

std::vector<std::string> violations(const std::string& path, std::string_view text) {
    std::vector<std::string> out;
    std::size_t number = 0;
    const auto complain = [&](const std::string& what) {
        if (!what.empty()) out.push_back(path + ":" + std::to_string(number) + ": " + what);
    };
    const bool header = path.ends_with(".h");
    bool guarded = false, started = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        if (const auto included = includeOf(line)) {
            complain(checkInclude(path, included->first, included->second));
            continue;
        }
        const std::string code = codeOf(line);
        if (header && !started && code.find_first_not_of(" \t") != std::string::npos) {
            started = true;
            guarded = code.starts_with("#pragma once");
        }
        if (header && code.starts_with("using namespace")) complain("a header opens a namespace for everyone");
        if (line.find('\t') != std::string_view::npos) complain("a tab");
        for (const Reserved& word : reserved()) {
            const bool allowed = std::ranges::any_of(word.folders, [&](auto folder) { return below(path, folder); });
            if (!word.include && !allowed && hasWord(code, word.what))
                complain(std::string(word.what) + " is not for this folder");
        }
    }
    // Highway compiles an -inl.h once for each instruction set.
    if (header && !guarded && !path.ends_with("-inl.h")) {
        number = 1;
        complain("a header begins with #pragma once");
    }
    if (number > 500) complain("longer than 500 lines: it cannot be read in one sitting");
    return out;
}

}  // namespace roundoff::rules
