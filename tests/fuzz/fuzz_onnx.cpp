// libFuzzer target: opens any bytes as an ONNX model, reads its tensors and writes it again.
// cmake --preset asan -DCMAKE_CXX_COMPILER=clang++ -DROUNDOFF_FUZZ=ON; a good start is a folder of small models.
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "core/formats/format.h"
#include "core/formats/onnx/edit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace roundoff;
    static const std::filesystem::path folder = [] {
        const auto path = std::filesystem::temp_directory_path() / ("fuzz-onnx-" + std::to_string(::getpid()));
        std::filesystem::create_directories(path);
        return path;
    }();
    const auto path = folder / "model.onnx";
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), std::streamsize(size));
    Job job;
    const auto model = formats::openModel(path, job);
    if (!model) return 0;
    for (std::size_t i = 0; i < model->tensors().size(); ++i) (void)model->data(i);
    auto edit = formats::onnx::OnnxEdit::begin(*model);
    if (!edit || !edit->raiseOpset(21)) return 0;
    (void)edit->write(folder / "again.onnx", {}, job);
    return 0;
}
