#include "core/analysis/stored_ranking.h"

#include <nlohmann/json.hpp>

#include "core/base/sealed.h"
#include "core/base/sha256.h"

namespace roundoff::analysis {
namespace {

using Json = nlohmann::json;

/// Raise it with every change of what is written, of placement, of what a scheme's text means, and of how layers are tried.
constexpr int kVersion = 2;

Json toJson(const ModelError& e) {
    Json out = {{"sums", {e.signal, e.noise, e.quantized, e.product}}, {"counts", {e.count, e.rows, e.sameTop, e.samples, e.oddSamples}}, {"odd", e.odd}, {"lost", e.lost}};
    if (const auto& l = e.language)
        out["language"] = {l->tokens, l->perplexity, l->perplexityFloat, l->kld.value, l->kld.error, l->sameTop.value, l->sameTop.error, l->perplexityError};
    if (const auto& a = e.accuracy) out["accuracy"] = {a->samples, a->top1, a->top5, a->top1Float, a->top5Float};
    return out;
}

/// Throws Json::exception where it is not what toJson() wrote.
ModelError errorOf(const Json& json) {
    ModelError e;
    const auto number = [&](const char* key, std::size_t i) { return json.at(key).at(i).get<double>(); };
    const auto count = [&](const char* key, std::size_t i) { return json.at(key).at(i).get<std::uint64_t>(); };
    e.signal = number("sums", 0);
    e.noise = number("sums", 1);
    e.quantized = number("sums", 2);
    e.product = number("sums", 3);
    e.count = count("counts", 0);
    e.rows = count("counts", 1);
    e.sameTop = count("counts", 2);
    e.samples = count("counts", 3);
    e.oddSamples = count("counts", 4);
    e.odd = json.at("odd").get<std::string>();
    e.lost = json.at("lost").get<std::string>();
    if (json.contains("language"))
        e.language = LanguageError{count("language", 0), number("language", 1), number("language", 2),
                                   {number("language", 3), number("language", 4)}, {number("language", 5), number("language", 6)}, number("language", 7)};
    if (json.contains("accuracy"))
        e.accuracy = Accuracy{count("accuracy", 0), number("accuracy", 1), number("accuracy", 2), number("accuracy", 3), number("accuracy", 4)};
    return e;
}

}  // namespace

std::string rankingKey(const std::string& data, const model::Model& model, const Report& report) {
    Sha256 sum;
    sum.update(fmt::format("ranking {}|{}|{}|", kVersion, ROUNDOFF_VERSION, data));
    for (std::size_t i = 0; i < report.layers.size(); ++i)
        if (report.layers[i].status == Status::Quantized)
            sum.update(fmt::format("{}={}|", model.layers()[i].name, schemes::text(report.layers[i].scheme)));
    return sum.finish();
}

StoredRanking loadRanking(const calibration::Store& store, const std::string& key) {
    const auto bytes = store.bytes(key);
    const auto content = unsealed(bytes);
    if (!content) return {};
    try {
        const auto* begin = reinterpret_cast<const std::uint8_t*>(content->data());
        const Json all = Json::from_cbor(begin, begin + content->size());
        StoredRanking ranking;
        for (const auto& [layer, entry] : all.items())
            ranking.emplace(layer, Sensitivity{errorOf(entry.at(0)), errorOf(entry.at(1))});
        return ranking;
    } catch (const Json::exception&) {
        return {};
    }
}

void saveRanking(const calibration::Store& store, const std::string& key, const StoredRanking& ranking) {
    Json all = Json::object();
    for (const auto& [layer, found] : ranking) all[layer] = {toJson(found.only), toJson(found.without)};
    const std::vector<std::uint8_t> content = Json::to_cbor(all);
    store.keep(key, sealed(std::as_bytes(std::span(content))));
}

}  // namespace roundoff::analysis
