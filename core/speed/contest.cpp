#include "core/speed/contest.h"

#include "core/base/scratch.h"

namespace roundoff::speed {

Result<Contest> Contest::open(const std::filesystem::path& floatModel, const std::filesystem::path& quantized,
                              runtime::Sample sample, Job& job) {
    Contest contest;
    Loaded& loaded = *contest.m_loaded;
    loaded.sample = std::move(sample);
    loaded.paths[0] = floatModel;
    loaded.paths[1] = quantized;
    runtime::SessionOptions options;
    options.threads = job.threads();
    options.stop = job.stopToken();
    for (const auto& path : loaded.paths) {
        auto session = runtime::Session::open(path, options);
        if (!session) return propagate(session);
        loaded.sessions.push_back(std::move(*session));
    }
    for (runtime::Session& session : loaded.sessions) {
        auto run = runtime::TimedRun::bind(session, loaded.sample, job);
        if (!run) return propagate(run);
        loaded.runs.push_back(std::move(*run));
    }
    return contest;
}

Result<void> Contest::round(const RaceLimits& limits, Job& job) {
    auto& runs = m_loaded->runs;
    auto times = race([&] { return runs[0].run(); }, [&] { return runs[1].run(); }, limits, job);
    if (!times) return propagate(times);
    m_rounds.push_back(std::move(*times));
    return {};
}

Result<std::vector<runtime::NodeTime>> profileOf(const std::filesystem::path& model, const runtime::Sample& sample, Job& job) {
    constexpr std::size_t kWarmups = 2, kRuns = 11;
    auto scratch = Scratch::make();
    if (!scratch) return propagate(scratch);
    runtime::SessionOptions options;
    options.threads = job.threads();
    options.stop = job.stopToken();
    options.profile = scratch->path() / "profile";
    auto session = runtime::Session::open(model, options);
    if (!session) return propagate(session);
    for (std::size_t i = 0; i < kWarmups + kRuns; ++i)
        if (const auto outputs = session->run(sample, job); !outputs) return propagate(outputs);
    return session->endProfile(kWarmups);
}

}  // namespace roundoff::speed
