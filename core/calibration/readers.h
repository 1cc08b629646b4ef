#pragma once
// For the files of this folder alone: one reader for each kind of data.
#include <cstdint>
#include <filesystem>
#include <map>
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
/// Why an input cannot take a number: "300, input "ids" takes uint8"; empty where it can.
std::string whyNot(const model::Value& input, double value);
/// `values` as a tensor for `input`, which can take them.
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
/// The arrays of an .npz archive by name, without ".npy"; unpacked as they are read.
Result<std::map<std::string, std::shared_ptr<Bytes>>> npzEntries(const std::filesystem::path& path);

/// A NumPy array whose elements are read as numbers, row-major, as they are asked for. Refuses objects, records and complex
/// numbers.
class NpyArray {
public:
    static Result<NpyArray> open(std::shared_ptr<Bytes> bytes);
    [[nodiscard]] const std::string& name() const { return m_bytes->name(); }
    [[nodiscard]] const tensor::Shape& shape() const { return m_shape; }
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] tensor::ElementType type() const { return m_kind->type; }
    /// Elements [first, first + count). One array in column-major order is read whole and kept.
    [[nodiscard]] Result<std::vector<double>> read(std::uint64_t first, std::uint64_t count) const;
    /// The same as this machine holds them.
    [[nodiscard]] Result<std::vector<std::byte>> readBytes(std::uint64_t first, std::uint64_t count) const;

    struct Kind {
        std::string_view code;  // without the byte order
        tensor::ElementType type;
        std::size_t size;
        double (*load)(const std::byte*);
    };

private:
    std::shared_ptr<Bytes> m_bytes;
    std::uint64_t m_start = 0, m_count = 0;
    const Kind* m_kind = nullptr;
    tensor::Shape m_shape;
    bool m_swap = false;
    std::shared_ptr<const std::vector<std::byte>> m_columns;  // of a column-major one, put in row-major order
};

Result<Dataset> arraysOfOneInput(const model::Model& model, const model::Value& input, const DataSource& source,
                                 const std::vector<std::filesystem::path>& files, Job& job);
/// One array for each input by its name: NAME.npy of a folder, or the entries of an .npz. What a language model asks for
/// beside its tokens may be missing (see runtime::followsFromShape).
/// @param files the arrays of a folder
Result<Dataset> arraysByName(const model::Model& model, const DataSource& source, const std::vector<std::filesystem::path>& files);
Result<Dataset> readImages(const model::Model& model, const DataSource& source,
                           const std::vector<std::filesystem::path>& files);
Result<Dataset> readText(const model::Model& model, const DataSource& source, Job& job);

/// The input that pictures become.
struct ImageInput {
    model::Value input;
    bool channelsFirst = true;
    int channels = 3;
    std::int64_t height = -1, width = -1;  ///< -1 = each picture's own
};
Result<ImageInput> imageInput(const model::Model& model, const DataSource& source);

}  // namespace roundoff::calibration
