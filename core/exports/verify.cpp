#include <algorithm>

#include "core/base/sha256.h"
#include "core/exports/digest.h"
#include "core/exports/proof.h"
#include "core/formats/format.h"
#include "core/preprocessing/preprocess.h"

namespace roundoff::exports {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDigest = "digest";
constexpr const char* kSource = "source";
constexpr const char* kStructure = "structure";
constexpr const char* kWeights = "weights bit for bit";
constexpr const char* kActivations = "activations";
constexpr const char* kUnchanged = "unchanged tensors";
constexpr const char* kRuns = "runs in ONNX Runtime";
constexpr const char* kSimulated = "as simulated";

std::vector<fs::path> dataFilesOf(const model::Model& model) {
    const auto& files = model.info().files;
    return files.empty() ? std::vector<fs::path>() : std::vector<fs::path>(files.begin() + 1, files.end());
}

Check digestCheck(const std::optional<Digest>& digest) {
    if (!digest) return {kDigest, false, "the file carries no digest"};
    if (digest->holds()) return {kDigest, true, "sha256 " + digest->computed.substr(0, 16) + "… over every byte"};
    return {kDigest, false,
            "the file is not as it was written: sha256 " + digest->computed.substr(0, 16) + "…, recorded " +
                digest->recorded.substr(0, 16) + "…"};
}

Result<Check> sourceCheck(const model::Model& model, const Provenance& provenance, Job& job) {
    const auto sum = sha256File(model.info().path, job);
    if (!sum) return propagate(sum);
    if (*sum == provenance.sourceSha256) return Check{kSource, true, "sha256 " + sum->substr(0, 16) + "…"};
    return Check{kSource, false,
                 model.info().path + " is not the file that was exported: its sha256 is " + sum->substr(0, 16) +
                     "…, recorded " + provenance.sourceSha256.substr(0, 16) + "…"};
}

bool quantizesActivations(const analysis::Recipe& recipe) {
    return std::any_of(recipe.layers.begin(), recipe.layers.end(), [](const auto& entry) { return entry.second.activation.has_value(); });
}

}  // namespace

bool Verification::ok() const {
    return !checks.empty() && std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
}

Result<Verification> prove(const model::Model& model, const fs::path& exported, const ProofOptions& options, Job& job) {
    Verification proof;
    const auto begin = [&](const char* step) {
        if (options.onStep) options.onStep(step, std::nullopt, "");
    };
    const auto end = [&](Check check) {
        if (options.onStep) options.onStep(check.name, check.ok, check.detail);
        proof.checks.push_back(std::move(check));
    };

    begin(kDigest);
    Job opening = job.part(0, 0.1);
    const auto opened = formats::openModel(exported, opening);
    if (!opened && opened.error().code == ErrorCode::Cancelled) return propagate(opened);
    const auto digest = readDigest(exported, opened ? dataFilesOf(*opened) : std::vector<fs::path>(), job);
    // A broken file of ours is a check that does not hold; any other broken file is a broken input.
    if (!opened && !(digest && *digest)) return propagate(opened);
    if (!digest) return propagate(digest);
    const auto provenance = opened ? provenanceOf(*opened) : Result<Provenance>(failed("", ""));
    if (opened && !provenance && !*digest) return propagate(provenance);
    end(digestCheck(*digest));

    begin(kStructure);
    if (!opened || !provenance) {
        const Error& error = opened ? provenance.error() : opened.error();
        end({kStructure, false, error.what});
        return proof;
    }
    end(checkStructure(model, *opened, *provenance));
    if (!options.full) return proof;

    const auto add = [&](Result<Check> check) -> Result<void> {
        if (!check) return propagate(check);
        end(std::move(*check));
        return {};
    };
    begin(kSource);
    if (auto done = add(sourceCheck(model, *provenance, job)); !done) return propagate(done);
    begin(kWeights);
    Job weights = job.part(0.1, 0.4);
    if (auto done = add(checkWeights(model, *opened, *provenance, weights)); !done) return propagate(done);
    if (provenance->activations || quantizesActivations(provenance->recipe)) {
        begin(kActivations);
        if (auto done = add(checkActivations(model, *opened, *provenance, job)); !done) return propagate(done);
    }
    begin(kUnchanged);
    Job unchanged = job.part(0.5, 0.1);
    if (auto done = add(checkUnchanged(model, *opened, *provenance, unchanged)); !done) return propagate(done);
    // A file that is not what it says is not worth a simulation of what it says.
    std::optional<Result<Simulated>> simulated;
    if (provenance->activations && proof.ok()) {
        Job simulating = job.part(0.6, 0.1);
        simulated.emplace(Simulated::open(model, *provenance, simulating));
        if (!*simulated && simulated->error().code == ErrorCode::Cancelled) return propagate(*simulated);
    }
    begin(kRuns);
    Job runs = job.part(0.7, 0.3);
    Simulated* const beside = simulated && *simulated ? &**simulated : nullptr;
    if (auto done = add(checkRuns(model, exported, options.data, beside, proof.outputs, runs)); !done) return propagate(done);
    if (simulated && proof.ok()) {
        begin(kSimulated);
        end(beside ? beside->judge() : notSimulated(simulated->error().line()));
    }
    return proof;
}

Result<Verification> verify(const model::Model& model, const fs::path& exported, const calibration::DataSource& data,
                            Job& job) {
    ProofOptions options;
    options.data = data;
    // What was done to the float model before is done to it again.
    Job opening = job.part(0, 0.05);
    const auto opened = formats::openModel(exported, opening);
    const auto provenance = opened ? provenanceOf(*opened) : Result<Provenance>(failed("", ""));
    if (!provenance || provenance->preprocessing.empty() || !model.info().preprocessing.empty())
        return prove(model, exported, options, job);
    Job changing = job.part(0.05, 0.25), proving = job.part(0.3, 0.7);
    const auto prepared = preprocessing::preprocess(model, provenance->preprocessing, data, changing);
    if (!prepared) return propagate(prepared);
    return prove(*prepared, exported, options, proving);
}

}  // namespace roundoff::exports
