#include "app/cli/data_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace roundoff::cli {

void addDataOptions(CLI::App& app, DataOptions& options) {
    const char* group = "How data are read";
    app.add_option("--mean", options.mean, "of pictures: what is taken off each channel, after the scale")
        ->type_name("A[,B,C]")
        ->group(group);
    app.add_option("--std", options.std, "of pictures: what each channel is divided by then")->type_name("A[,B,C]")->group(group);
    app.add_option("--scale", options.scale, "of pictures: what pixels of 0..255 are multiplied by; 1/255 for float inputs")
        ->type_name("X")
        ->group(group);
    app.add_option("--layout", options.layout, "of pictures: nchw or nhwc; by the input's shape where absent")
        ->check(CLI::IsMember({"nchw", "nhwc"}))
        ->type_name("L")
        ->group(group);
    app.add_option("--channels", options.channels, "of pictures: rgb or bgr")
        ->check(CLI::IsMember({"rgb", "bgr"}))
        ->type_name("C")
        ->group(group);
    app.add_option("--resize", options.resize,
                   "of pictures: shorter side N, or HxW, or none, then centre crop; to the input's size where absent")
        ->type_name("N|HxW|none")
        ->group(group);
    app.add_option("--window", options.window, "tokens in a window of text; what the model says where absent")
        ->check(CLI::Range(std::size_t(2), std::size_t(1) << 20))
        ->type_name("N")
        ->group(group);
    app.add_option("--dim", options.dims, "size of a free axis, by its name in the model or INPUT:AXIS; may be given again")
        ->allow_extra_args(false)
        ->type_name("NAME=N")
        ->group(group);
}

void addCacheOption(CLI::App& app, DataOptions& options) {
    app.add_flag("--no-cache", options.noCache, "observe the data anew, and keep nothing for the next time");
}

std::optional<calibration::Store> DataOptions::store() const {
    return noCache ? std::nullopt : std::optional(calibration::Store());
}

Result<void> DataOptions::check(bool data, bool madeUp) const {
    const std::pair<const char*, bool> given[] = {{"--mean", !mean.empty()},         {"--std", !std.empty()},
                                                  {"--scale", !scale.empty()},       {"--layout", !layout.empty()},
                                                  {"--channels", !channels.empty()}, {"--resize", !resize.empty()},
                                                  {"--window", window > 0 && !madeUp}, {"--dim", !dims.empty() && !madeUp}};
    for (const auto& [option, set] : given)
        if (set && !data) return usage(option, "there is no DATA that it is for", "Give --calib DATA, or leave it out");
    return {};
}

Result<calibration::DataSource> DataOptions::source(const std::string& data, std::uint64_t seed) const {
    auto out = calibration::parseDataSource(data, seed);
    if (!out) return out;
    calibration::ImageOptions& images = out->images;
    if (auto set = calibration::setMean(images, mean); !set) return propagate(set);
    if (auto set = calibration::setStd(images, std); !set) return propagate(set);
    if (auto set = calibration::setResize(images, resize); !set) return propagate(set);
    using Layout = calibration::ImageOptions::Layout;
    images.layout = layout == "nchw" ? Layout::Nchw : layout == "nhwc" ? Layout::Nhwc : Layout::ByShape;
    images.bgr = channels == "bgr";
    if (auto set = calibration::setScale(images, scale); !set) return propagate(set);
    out->window = window;
    for (const std::string& dim : dims)
        if (auto set = calibration::setDim(*out, dim); !set) return propagate(set);
    return out;
}

}  // namespace roundoff::cli
