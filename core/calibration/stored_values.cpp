#include "core/calibration/stored_values.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/sealed.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "arrays are kept as they lie in memory");

template <class T>
Json packed(const std::vector<T>& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return Json::binary(std::move(bytes));
}

/// False where the bytes are no whole number of elements, or more than `most`.
template <class T>
bool unpack(const Json& json, std::size_t most, std::vector<T>& values) {
    const auto& bytes = json.get_binary();
    if (bytes.size() % sizeof(T) != 0 || bytes.size() / sizeof(T) > most) return false;
    values.resize(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return true;
}

Json toJson(const std::string& name, const Progress& own) {
    const Observation& seen = own.seen;
    const kernels::Moments& m = seen.moments;
    return {{"name", name},
            {"detail", int(own.detail)},
            {"samples", own.samples},
            {"shape", seen.shape},
            {"seen", seen.samples},
            {"broken", seen.broken},
            {"counts", {m.count, m.nan, m.inf, m.zeros}},
            {"extremes", packed(std::vector{m.min, m.max})},
            {"sums", packed(std::vector{m.sum, m.sum2, m.sum3, m.sum4, seen.averageLow, seen.averageHigh, seen.limit})},
            {"bins", packed(seen.counts)},
            {"zeros", seen.zeros},
            {"bands", packed(seen.bands)},
            {"channels", packed(seen.channelAbsmax)},
            {"channel_squares", packed(seen.channelSum2)}};
}

/// False where something cannot be what toJson() wrote. Throws Json::exception, too.
bool fromJson(const Json& json, Progress& own) {
    Observation& seen = own.seen;
    const int detail = json.at("detail").get<int>();
    if (detail < int(Detail::Extremes) || detail > int(Detail::Channels)) return false;
    own.detail = Detail(detail);
    own.samples = json.at("samples").get<std::size_t>();
    seen.shape = json.at("shape").get<tensor::Shape>();
    seen.samples = json.at("seen").get<std::uint64_t>();
    seen.broken = json.at("broken").get<std::uint64_t>();
    const auto counts = json.at("counts").get<std::vector<std::uint64_t>>();
    std::vector<float> extremes;
    std::vector<double> sums;
    const bool sizes = unpack(json.at("extremes"), 2, extremes) && unpack(json.at("sums"), 7, sums) &&
                       unpack(json.at("bins"), Observation::kBins, seen.counts) &&
                       unpack(json.at("bands"), Observation::kMostBands, seen.bands) &&
                       unpack(json.at("channels"), SIZE_MAX, seen.channelAbsmax) &&
                       unpack(json.at("channel_squares"), SIZE_MAX, seen.channelSum2) &&
                       seen.channelAbsmax.size() == seen.channelSum2.size();
    if (!sizes || counts.size() != 4 || extremes.size() != 2 || sums.size() != 7) return false;
    if (!seen.counts.empty() && (seen.counts.size() != Observation::kBins || !(sums[6] > 0))) return false;
    if (std::ranges::any_of(seen.shape, [](std::int64_t size) { return size < 0; })) return false;
    seen.moments = {counts[0], counts[1], counts[2], counts[3], extremes[0], extremes[1], sums[0], sums[1], sums[2], sums[3]};
    seen.averageLow = sums[4];
    seen.averageHigh = sums[5];
    seen.limit = sums[6];
    seen.zeros = json.at("zeros").get<std::uint64_t>();
    return seen.samples <= own.samples;
}

}  // namespace

std::vector<std::byte> encode(const ProgressOfValues& values) {
    Json all = Json::array();
    for (const auto& [name, own] : values) all.push_back(toJson(name, own));
    const std::vector<std::uint8_t> content = Json::to_cbor(all);
    return sealed(std::as_bytes(std::span(content)));
}

std::optional<ProgressOfValues> decode(std::span<const std::byte> bytes) {
    const auto content = unsealed(bytes);
    if (!content) return std::nullopt;
    try {
        const auto* begin = reinterpret_cast<const std::uint8_t*>(content->data());
        ProgressOfValues values;
        for (const Json& entry : Json::from_cbor(begin, begin + content->size())) {
            Progress own;
            if (!fromJson(entry, own)) return std::nullopt;
            values.emplace(entry.at("name").get<std::string>(), std::move(own));
        }
        return values;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}  // namespace roundoff::calibration
