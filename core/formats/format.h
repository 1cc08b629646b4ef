#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::formats {

/// One model file format. A new format is one file here and one line in registry.cpp.
struct Format {
    std::string_view id;                       ///< "onnx"
    std::string_view title;                    ///< "ONNX"
    std::vector<std::string_view> extensions;  ///< lower case, with the dot
    std::string_view note;                     ///< one line: what of it is read
    /// True where the head of a file (up to 4 KiB) looks like this format.
    bool (*probe)(std::span<const std::byte> head);
    Result<model::Model> (*open)(const std::filesystem::path& path, Job& job);
};

/// Every format that this build knows.
const std::vector<Format>& formats();

/// Opens a model of any known format. Refuses, with an error that names the place: a missing, unreadable or empty
/// file, a folder, a file of no known format, and whatever the format itself finds broken.
Result<model::Model> openModel(const std::filesystem::path& path, Job& job);

}  // namespace roundoff::formats
