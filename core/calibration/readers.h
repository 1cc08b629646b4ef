#pragma once
// For the files of this folder alone: one reader for each kind of data.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// All bytes of a file; an error where it is larger than 4 GiB.
Result<std::vector<std::byte>> readFile(const std::filesystem::path& path);
/// `values` as a tensor for `input`; integers are cut towards zero.
runtime::NamedTensor tensorFor(const model::Value& input, tensor::Shape shape, const std::vector<double>& values);

/// Bytes of a known size, read from anywhere.
class Bytes {
public:
    virtual ~Bytes() = default;
    [[nodiscard]] virtual const std::string& name() const = 0;  ///< the place that errors name
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fills `out` from `offset`; an error where they end before.
    [[nodiscard]] virtual Result<void> read(std::uint64_t offset, std::span<std::byte> out) = 0;
};
/// Of a file, opened for each reading.
Result<std::shared_ptr<Bytes>> fileBytes(const std::filesystem::path& path);

/// A NumPy array whose elements are read as numbers, row-major, as they are asked for. Refuses objects, records and complex
/// numbers.
class NpyArray {
public:
    static Result<NpyArray> open(std::shared_ptr<Bytes> bytes);
    [[nodiscard]] const std::string& name() const { return m_bytes->name(); }
    [[nodiscard]] const tensor::Shape& shape() const { return m_shape; }
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    /// Elements [first, first + count). One array in column-major order is read whole and kept.
    [[nodiscard]] Result<std::vector<double>> read(std::uint64_t first, std::uint64_t count) const;

    struct Kind {
        std::string_view code;  // without the byte order
        std::size_t size;
        double (*load)(const std::byte*);
    };

private:
    std::shared_ptr<Bytes> m_bytes;
    std::uint64_t m_start = 0, m_count = 0;
    const Kind* m_kind = nullptr;
    tensor::Shape m_shape;
    bool m_swap = false;
    std::shared_ptr<const std::vector<double>> m_columns;  // of a column-major one, put in row-major order
};

Result<Dataset> arraysOfOneInput(const model::Model& model, const std::vector<std::filesystem::path>& files, Job& job);
Result<Dataset> arraysByName(const model::Model& model, const std::filesystem::path& folder);
Result<Dataset> readImages(const model::Model& model, const std::vector<std::filesystem::path>& files);
Result<Dataset> readText(const model::Model& model, const std::filesystem::path& path);

/// An input of tokens, as its name has it: no mask, no positions.
bool holdsTokens(const model::Value& input);

}  // namespace roundoff::calibration
