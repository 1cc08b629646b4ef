// Writes an ONNX model of matrix products, with its weights in an external data file, of any size: for figures of speed
// and memory.

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numbers>
#include <string>

#include "tests/support/onnx_builder.h"

namespace {

using roundoff::tensor::ElementType;

/// "4096x4096"
bool parseSize(const std::string& text, std::int64_t& rows, std::int64_t& columns) {
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, rows);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') return false;
    const auto second = std::from_chars(first.ptr + 1, end, columns);
    return second.ec == std::errc() && second.ptr == end && rows > 0 && columns > 0;
}

/// The same normal numbers everywhere: splitmix64 and Box-Muller.
class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : m_state(seed) {}
    void fill(std::vector<float>& out, double deviation) {
        for (std::size_t i = 0; i < out.size(); i += 2) {
            const double radius = deviation * std::sqrt(-2 * std::log(1 - uniform())),
                         angle = 2 * std::numbers::pi * uniform();
            out[i] = float(radius * std::cos(angle));
            if (i + 1 < out.size()) out[i + 1] = float(radius * std::sin(angle));
        }
    }

private:
    double uniform() {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return double((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    std::uint64_t m_state;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes an ONNX model of matrix products with external data");
    std::filesystem::path path;
    std::int64_t layers = 4, opset = 17, rows = 0, columns = 0;
    std::uint64_t seed = 1;
    std::string size = "1024x1024";
    bool sparse = false;
    app.add_option("model", path, "file to write; the data file stands beside it")->required();
    app.add_option("--layers", layers, "number of matrices")->check(CLI::Range(1, 100000));
    app.add_option("--size", size, "rows x columns of each");
    app.add_option("--opset", opset, "standard operator set");
    app.add_option("--seed", seed, "of the normal numbers");
    app.add_flag("--sparse", sparse, "a data file of zeros that takes no space on the disk");
    CLI11_PARSE(app, argc, argv);
    if (!parseSize(size, rows, columns)) {
        std::cerr << "make_model: --size: \"" << size << "\" is not like 4096x4096\n";
        return 2;
    }

    const std::string data = path.filename().string() + ".data";
    const std::int64_t bytes = rows * columns * 4;
    roundoff::test::GraphBuilder graph;
    graph.input("x", ElementType::Float32, {-1, rows});
    // Each layer maps rows to columns; where they differ, every layer reads the input.
    std::string value = "x";
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::string name = "layers." + std::to_string(i) + ".proj", output = name + ".out";
        graph.tensor(roundoff::test::externalTensor(
            name + ".weight", ElementType::Float32, {rows, columns},
            {{"location", data}, {"offset", std::to_string(i * bytes)}, {"length", std::to_string(bytes)}}));
        graph.node("MatMul", {rows == columns ? value : "x", name + ".weight"}, {output}, {}, name);
        if (rows != columns && i > 0) {
            graph.node("Add", {value, output}, {name + ".sum"}, {}, name + ".add");
            value = name + ".sum";
        } else {
            value = output;
        }
    }
    graph.output(value, ElementType::Float32, {-1, columns});
    const std::string model = roundoff::test::onnxModel(graph, opset);
    std::ofstream(path, std::ios::binary).write(model.data(), std::streamsize(model.size()));

    const auto dataPath = path.parent_path() / data;
    std::ofstream file(dataPath, std::ios::binary | std::ios::trunc);
    if (sparse) {
        file.close();
        std::filesystem::resize_file(dataPath, std::uintmax_t(layers * bytes));
    } else {
        std::vector<float> row(std::size_t(columns), 0.0f);
        Numbers numbers(seed);
        for (std::int64_t i = 0; i < layers * rows && file; ++i) {
            numbers.fill(row, 1 / std::sqrt(double(rows)));
            file.write(reinterpret_cast<const char*>(row.data()), std::streamsize(row.size() * sizeof(float)));
        }
    }
    file.close();
    if (!std::filesystem::exists(path) || std::filesystem::file_size(dataPath) != std::uintmax_t(layers * bytes)) {
        std::cerr << "make_model: " << dataPath.string()
                  << ": the data could not be written. Free some space or write elsewhere.\n";
        return 1;
    }
    std::cout << path.string() << ": " << layers << " layers, " << layers * bytes << " bytes of weights\n";
}
