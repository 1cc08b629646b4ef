#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/formats/mapped_file.h"

namespace roundoff::formats::onnx {

/// The external_data entries of a tensor, not yet checked.
struct ExternalEntry {
    std::string location;
    std::string offset;  ///< decimal; "" is 0
    std::string length;  ///< decimal; "" is as much as the tensor needs
};

/// A range of a file that was found to exist.
struct ExternalRange {
    std::size_t file = 0;  ///< index into ExternalFiles::maps()
    std::uint64_t offset = 0;
};

/// The data files of one model: each is mapped once. Refuses what lies outside of the model's folder, in whatever
/// disguise, as a model is a thing one gets from strangers.
class ExternalFiles {
public:
    explicit ExternalFiles(std::shared_ptr<const MappedFile> model);

    /// Finds `bytes` bytes. `where` names model and tensor.
    Result<ExternalRange> find(const ExternalEntry& entry, std::uint64_t bytes, const std::string& where);
    /// The model itself, then its data files in order of first mention.
    [[nodiscard]] const std::vector<std::shared_ptr<const MappedFile>>& maps() const { return m_maps; }

private:
    Result<std::size_t> fileIndex(const std::string& location, const std::string& where);

    std::vector<std::shared_ptr<const MappedFile>> m_maps;
    std::vector<std::string> m_locations;  ///< parallel to m_maps
};

}  // namespace roundoff::formats::onnx
