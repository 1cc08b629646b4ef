#include "core/formats/onnx/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace roundoff::formats::onnx {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number(const std::string& text) {
    if (text.empty()) return 0;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool hasDriveOrRoot(const std::string& location) {
    if (location.front() == '/' || location.front() == '\\') return true;
    return location.size() > 1 && location[1] == ':';
}

bool climbs(const fs::path& location) {
    return std::find(location.begin(), location.end(), "..") != location.end();
}

bool isWithin(const fs::path& file, const fs::path& folder) {
    const auto [atFile, atFolder] = std::mismatch(file.begin(), file.end(), folder.begin(), folder.end());
    return atFolder == folder.end() && atFile != file.end();
}

}  // namespace

ExternalFiles::ExternalFiles(std::shared_ptr<const MappedFile> model) : m_maps{std::move(model)}, m_locations{""} {}

Result<ExternalRange> ExternalFiles::find(const ExternalEntry& entry, std::uint64_t bytes, const std::string& where) {
    const auto offset = number(entry.offset), length = number(entry.length);
    if (!offset || !length)
        return badInput(where,
                        fmt::format("the external data's {} \"{}\" is not a number of bytes",
                                    offset ? "length" : "offset", offset ? entry.length : entry.offset),
                        "Export the model again");
    if (!entry.length.empty() && *length != bytes)
        return badInput(where, fmt::format("the tensor needs {} bytes, but its external data has {}", bytes, *length),
                        "Export the model again");
    const auto index = fileIndex(entry.location, where);
    if (!index) return propagate(index);
    const MappedFile& file = *m_maps[*index];
    const std::uint64_t size = file.bytes().size();
    if (*offset > size || bytes > size - *offset)
        return badInput(where,
                        fmt::format("{} bytes at {} reach behind the end of \"{}\", which has {}", bytes, *offset,
                                    entry.location, size),
                        "The data file is cut off or belongs to another model: get it again");
    return ExternalRange{*index, *offset};
}

Result<std::size_t> ExternalFiles::fileIndex(const std::string& location, const std::string& where) {
    const auto known = std::find(m_locations.begin() + 1, m_locations.end(), location);
    if (known != m_locations.end()) return std::size_t(known - m_locations.begin());

    constexpr const char* kRemedy = "Put the data file beside the model and name it by a relative path";
    const auto refuse = [&](const char* why) {
        return badInput(where, fmt::format("the external data's location \"{}\" {}", location, why), kRemedy);
    };
    if (location.empty()) return refuse("is empty");
    if (location.find('\0') != std::string::npos) return refuse("holds a zero byte");
    if (hasDriveOrRoot(location)) return refuse("is absolute");
    if (climbs(location)) return refuse("leads out of the model's folder");

    // Symbolic links count where they end. Model and data may both be links into one store, as download caches do.
    std::error_code error;
    const fs::path model = m_maps.front()->path(), named = model.parent_path() / location;
    const fs::path real = fs::canonical(named, error);
    if (error == std::errc::no_such_file_or_directory)
        return badInput(where, fmt::format("the data file \"{}\" is missing", named.string()),
                        "Put it beside the model");
    if (error)
        return badInput(where,
                        fmt::format("the data file \"{}\" cannot be reached: {}", named.string(), error.message()));
    const fs::path folder = fs::canonical(model.parent_path(), error),
                   store = fs::canonical(model, error).parent_path();
    if (!isWithin(real, folder) && !isWithin(real, store)) return refuse("is a link out of the model's folder");

    auto map = MappedFile::open(real);
    if (!map)
        return badInput(where, fmt::format("the data file \"{}\": {}", location, map.error().what), map.error().remedy);
    m_maps.push_back(std::move(*map));
    m_locations.push_back(location);
    return m_maps.size() - 1;
}

}  // namespace roundoff::formats::onnx
