#include "core/preprocessing/preprocess.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "core/analysis/output_error.h"
#include "core/base/scratch.h"
#include "core/base/text.h"
#include "core/formats/format.h"
#include "core/runtime/session.h"

namespace roundoff::preprocessing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSamples = 4;   // that both models run on
constexpr int kMostRounds = 32;       // of one step; each must find something new to do

/// A model and the folder of its temporary files.
struct Stage {
    model::Model model;
    std::shared_ptr<const Scratch> folder;
};

/// Does a step until nothing is left of it to do.
Result<std::size_t> apply(const Step& step, Stage& stage, Job& job) {
    std::size_t changes = 0;
    for (int round = 0; round < kMostRounds; ++round) {
        auto edit = formats::onnx::OnnxEdit::begin(stage.model);
        if (!edit) return propagate(edit);
        const auto changed = step.apply(stage.model, *edit, job);
        if (!changed) return propagate(changed);
        if (*changed == 0) break;
        changes += *changed;
        edit->dropUnread();
        auto folder = Scratch::make();
        if (!folder) return propagate(folder);
        const fs::path path = folder->path() / fs::path(stage.model.info().path).filename();
        if (const auto written = edit->write(path, {}, job); !written) return propagate(written);
        auto opened = formats::openModel(path, job);
        if (!opened) return propagate(opened);
        stage = {std::move(*opened), std::make_shared<const Scratch>(std::move(*folder))};
    }
    return changes;
}

using Level = runtime::SessionOptions::Level;

/// A tensor beside itself along each of these axes.
runtime::NamedTensor doubled(runtime::NamedTensor tensor, const std::vector<std::size_t>& axes) {
    for (const std::size_t axis : axes) {
        std::size_t blocks = 1;
        for (std::size_t i = 0; i < axis; ++i) blocks *= std::size_t(tensor.shape[i]);
        const std::size_t block = blocks > 0 ? tensor.bytes.size() / blocks : 0;
        std::vector<std::byte> bytes;
        bytes.reserve(2 * tensor.bytes.size());
        for (std::size_t i = 0; i < blocks; ++i)
            for (int twice = 0; twice < 2; ++twice)
                bytes.insert(bytes.end(), tensor.bytes.begin() + std::ptrdiff_t(i * block), tensor.bytes.begin() + std::ptrdiff_t((i + 1) * block));
        tensor.bytes = std::move(bytes);
        tensor.shape[axis] *= 2;
    }
    return tensor;
}

/// A sample twice as large along the free axes, or the first of them alone; nothing where none is free.
std::optional<runtime::Sample> larger(const model::Model& model, const runtime::Sample& sample, bool firstAlone) {
    runtime::Sample out;
    bool any = false;
    for (const runtime::NamedTensor& tensor : sample) {
        std::vector<std::size_t> axes;
        const auto& inputs = model.graph().inputs;
        const auto input = std::ranges::find(inputs, tensor.name, &model::Value::name);
        for (std::size_t axis = 0; input != inputs.end() && axis < std::min(input->shape.size(), tensor.shape.size()); ++axis)
            if (input->shape[axis] < 0 && (axis == 0 || !firstAlone)) axes.push_back(axis);
        any = any || !axes.empty();
        out.push_back(doubled(tensor, axes));
    }
    return any ? std::optional(std::move(out)) : std::nullopt;
}

/// What comes out of the changed model against what comes out of the original.
class Equivalence {
public:
    static Result<Equivalence> begin(const model::Model& model, calibration::Dataset samples, Job& job) {
        auto original = runtime::Session::open(model.info().file(), optionsOf(job, Level::All));
        if (!original) return propagate(original);
        Equivalence equivalence(std::move(samples), std::move(*original));
        if (auto found = equivalence.findSecond(model, job); !found) return propagate(found);
        return equivalence;
    }
    Result<analysis::OutputError> compare(const model::Model& changed, Level level, Job& job) {
        auto session = runtime::Session::open(changed.info().file(), optionsOf(job, level));
        if (!session) return propagate(session);
        analysis::OutputError error;
        const std::size_t count = m_samples.count() + (m_second ? 1 : 0);
        for (std::size_t i = 0; i < count; ++i) {
            job.progress(double(i), double(count), "comparing outputs");
            const auto sample = i < m_samples.count() ? m_samples.sample(i) : Result<runtime::Sample>(*m_second);
            if (!sample) return propagate(sample);
            const auto expected = m_original.run(*sample, job);
            if (!expected) return tl::unexpected(m_samples.unfit(i, expected.error()));
            const auto outputs = session->run(*sample, job);
            if (!outputs) return propagate(outputs);
            error.addOutputs(*expected, *outputs);
        }
        return error;
    }
    [[nodiscard]] std::string words() const { return m_samples.words + (m_second ? ", and one of another size" : ""); }

private:
    Equivalence(calibration::Dataset samples, runtime::Session original)
        : m_samples(std::move(samples)), m_original(std::move(original)) {}
    /// A sample of another size that the original runs on, where sizes are free: a step must not fix them.
    Result<void> findSecond(const model::Model& model, Job& job) {
        if (m_samples.count() == 0) return {};
        const auto first = m_samples.sample(0);
        if (!first) return propagate(first);
        for (const bool firstAlone : {true, false}) {
            auto second = larger(model, *first, firstAlone);
            if (!second) continue;
            const auto outputs = m_original.run(*second, job);
            if (!outputs && outputs.error().code == ErrorCode::Cancelled) return propagate(outputs);
            if (!outputs) continue;
            m_second = std::move(*second);
            break;
        }
        return {};
    }
    static runtime::SessionOptions optionsOf(Job& job, Level level) {
        runtime::SessionOptions options;
        options.level = level;
        options.threads = job.threads();
        options.stop = job.stopToken();
        return options;
    }
    calibration::Dataset m_samples;
    runtime::Session m_original;
    std::optional<runtime::Sample> m_second;
};

/// Does a step on the stage where it can and the outputs stay what they were.
Result<model::Preprocessing> attempt(const model::Model& original, const Step& step, Stage& stage, Equivalence& equivalence,
                                     Job& job) {
    model::Preprocessing out{std::string(step.id), std::string(step.title), 0, "nothing to do", false, 0};
    Stage next = stage;
    Job changing = job.part(0, 0.5), running = job.part(0.5, 0.5);
    const auto changes = apply(step, next, changing);
    const auto refused = [&](const Error& error) -> Result<model::Preprocessing> {
        if (error.code == ErrorCode::Cancelled) return tl::unexpected<Error>(error);
        out.words = "left out: " + error.line();
        return out;
    };
    if (!changes) return refused(changes.error());
    if (*changes == 0) return out;
    const auto error = equivalence.compare(next.model, Level::All, running);
    if (!error) return refused(error.error());
    out.changes = *changes;
    out.sqnrDb = error->sqnrDb();
    const std::string did = fmt::format("{}: {}", step.changed, groupedText(*changes));
    if (const std::string why = error->whyNone(); !why.empty()) {
        out.words = fmt::format("left out: {}, but whether the outputs stay the same cannot be told: {}", did, why);
        return out;
    }
    const std::string figure = std::isinf(out.sqnrDb) ? "equal" : fmt::format("equal to {:.0f} dB", out.sqnrDb);
    std::string aside;
    bool same = out.sqnrDb >= kLeastSqnrDb;
    if (!same && error->odd.empty()) {
        const auto floor = equivalence.compare(original, Level::None, running);
        if (!floor) return refused(floor.error());
        same = out.sqnrDb >= floor->sqnrDb() - kMarginDb;
        aside = fmt::format(", as the original's with and without optimizations are to {:.0f} dB", floor->sqnrDb());
    }
    if (!error->odd.empty() || !same) {
        out.words = fmt::format("left out: {}, but then {}", did,
                                !error->odd.empty() ? error->odd : fmt::format("the outputs are only {}", figure));
        return out;
    }
    out.words = fmt::format("{}; outputs {}{} ({})", did, figure, aside, equivalence.words());
    out.kept = true;
    stage = std::move(next);
    return out;
}

}  // namespace

Result<model::Model> preprocess(const model::Model& model, const std::vector<std::string>& wanted,
                                const calibration::DataSource& data, Job& job) {
    auto samples = calibration::loadDataset(model, data, kSamples, job);
    if (!samples) return propagate(samples);
    auto equivalence = Equivalence::begin(model, std::move(*samples), job);
    if (!equivalence && equivalence.error().code == ErrorCode::Cancelled) return propagate(equivalence);
    Stage stage{model, nullptr};
    std::vector<model::Preprocessing> done;
    for (std::size_t i = 0; i < steps().size(); ++i) {
        const Step& step = steps()[i];
        if (std::ranges::find(wanted, step.id) == wanted.end()) continue;
        if (job.cancelled()) return cancelled();
        if (!equivalence) {
            done.push_back({std::string(step.id), std::string(step.title), 0, "left out: " + equivalence.error().what, false, 0});
            continue;
        }
        Job part = job.part(double(i) / double(steps().size()), 1 / double(steps().size()));
        auto outcome = attempt(model, step, stage, *equivalence, part);
        if (!outcome) return propagate(outcome);
        done.push_back(std::move(*outcome));
    }
    model::Info info = stage.model.info();
    info.path = model.info().path;
    info.preprocessing = std::move(done);
    return model::Model(stage.model, std::move(info), stage.folder);
}

Result<std::vector<std::string>> parseSteps(std::string_view text) {
    std::vector<std::string> out;
    std::string known = "all, none";
    for (const Step& step : steps()) {
        known.append(", ").append(step.id);
        if (text == "all") out.emplace_back(step.id);
    }
    if (text == "all" || text == "none" || text.empty()) return out;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view word = text.substr(begin, end - begin);
        if (std::ranges::none_of(steps(), [&](const Step& step) { return step.id == word; }))
            return usage("--preprocess", fmt::format("there is no step '{}'", word), "There are " + known);
        out.emplace_back(word);
        begin = end + 1;
    }
    return out;
}

}  // namespace roundoff::preprocessing
