#include <algorithm>
#include <cctype>
#include <string>

#include "core/formats/format.h"
#include "core/formats/mapped_file.h"
#include "core/formats/onnx/onnx.h"

namespace roundoff::formats {
namespace {

constexpr std::size_t kHead = 4096;

const Format* byContent(std::span<const std::byte> head) {
    const auto found = std::find_if(formats().begin(), formats().end(), [&](const Format& f) { return f.probe(head); });
    return found == formats().end() ? nullptr : &*found;
}

/// A broken file keeps its name: its format then says what is broken.
const Format* byExtension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    for (char& c : extension) c = char(std::tolower(static_cast<unsigned char>(c)));
    const auto found = std::find_if(formats().begin(), formats().end(), [&](const Format& f) {
        return std::find(f.extensions.begin(), f.extensions.end(), extension) != f.extensions.end();
    });
    return found == formats().end() ? nullptr : &*found;
}

/// An error is one line, whatever names the file holds.
void makePrintable(std::string& text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
}

}  // namespace

const std::vector<Format>& formats() {
    static const std::vector<Format> all{
        onnx::format(),
    };
    return all;
}

Result<model::Model> openModel(const std::filesystem::path& path, Job& job) {
    const auto file = MappedFile::open(path);
    if (!file) return propagate(file);
    const auto bytes = (*file)->bytes();
    const Format* format = byContent(bytes.first(std::min(bytes.size(), kHead)));
    if (!format) format = byExtension(path);
    if (format) {
        auto model = format->open(path, job);
        if (!model) {
            makePrintable(model.error().where);
            makePrintable(model.error().what);
        }
        return model;
    }
    std::string known;
    for (const Format& f : formats()) known += (known.empty() ? "" : ", ") + std::string(f.title);
    return badInput(path.string(), "this is no model of a known format", "Give a file of one of these: " + known);
}

}  // namespace roundoff::formats
