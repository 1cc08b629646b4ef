#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include "core/analysis/run.h"
#include "core/base/text.h"
#include "core/exports/activation_plan.h"
#include "core/exports/digest.h"
#include "core/exports/plan.h"
#include "core/exports/proof.h"
#include "core/formats/format.h"

namespace roundoff::exports {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSlack = 1 << 20;  // graph, metadata and alignment

/// A folder beside the output that vanishes with whatever is left in it: at the end of its owner, or, where that was killed, at
/// the next export into the same place. A lock on it tells, as it goes with its process however that ends.
class Workshop {
public:
    static Result<Workshop> make(const fs::path& folder) {
        sweep(folder);
        std::random_device random;
        for (int attempt = 0;; ++attempt) {
            std::error_code error;
            Workshop workshop(folder / fmt::format("{}{:08x}{:08x}", kName, random(), random()));
            if (!fs::create_directory(workshop.m_path, error))
                return failed(folder.string(), "cannot be written to: " + error.message(), "Choose another folder");
            // Another export may have swept it before it was locked.
            if (workshop.lock(LOCK_EX) || attempt == kMostAttempts) return workshop;
        }
    }
    Workshop(Workshop&& other) noexcept : m_path(std::exchange(other.m_path, {})), m_folder(std::exchange(other.m_folder, -1)) {}
    Workshop& operator=(Workshop&&) = delete;
    ~Workshop() {
        std::error_code ignored;
        if (!m_path.empty()) fs::remove_all(m_path, ignored);
        if (m_folder >= 0) ::close(m_folder);
    }
    [[nodiscard]] const fs::path& path() const { return m_path; }

private:
    static constexpr std::string_view kName = ".roundoff-";
    static constexpr int kMostAttempts = 8;

    explicit Workshop(fs::path path) : m_path(std::move(path)) {}

    /// True where the folder is there and nobody else holds it.
    bool lock(int how) {
        m_folder = ::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        std::error_code error;
        return m_folder >= 0 && ::flock(m_folder, how) == 0 && fs::exists(m_path, error);
    }
    /// Removes what owners that are gone have left.
    static void sweep(const fs::path& folder) {
        std::error_code error;
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            const std::string name = entry.path().filename().string();
            if (name.size() == kName.size() + 16 && name.starts_with(kName) &&
                name.find_first_not_of("0123456789abcdef", kName.size()) == std::string::npos)
                found.push_back(entry.path());
        }
        for (const fs::path& path : found)
            if (Workshop old(path); !old.lock(LOCK_EX | LOCK_NB)) old.m_path.clear();
    }

    fs::path m_path;
    int m_folder = -1;
};

/// Waits until the bytes of a file, or the entries of a folder, are on the disk.
Result<void> flush(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool ok = file >= 0 && ::fsync(file) == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    if (ok) return {};
    return failed(path.string(), std::string("could not be flushed to the disk: ") + std::strerror(reason),
                  "Check the disk");
}

bool sameFile(const fs::path& a, const fs::path& b) {
    std::error_code error;
    if (fs::equivalent(a, b, error) && !error) return true;
    return fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

Result<void> checkPlace(const model::Model& model, const fs::path& path, std::uint64_t needed) {
    std::vector<std::string> files = model.info().files;
    files.push_back(model.info().path);
    for (const std::string& file : files)
        if (sameFile(path, file))
            return usage(path.string(), "is a file of the model being exported", "Choose another name");
    std::error_code error;
    if (fs::exists(path, error) && !fs::is_regular_file(path, error))
        return usage(path.string(), "is not a file that can be replaced", "Choose another name");
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, error)) return usage(folder.string(), "there is no such folder", "Create it first");
    const auto space = fs::space(folder, error);
    if (!error && space.available < needed + kSlack)
        return failed(
            folder.string(),
            fmt::format("the disk has {} free, the export needs about {}", bytesText(space.available), bytesText(needed + kSlack)),
            "Free some space or choose another disk");
    return {};
}

/// Data files that the export now at `path` brought along, which nobody needs once it is replaced.
std::vector<fs::path> oldData(const model::Model& model, const fs::path& path, Job& job) {
    std::vector<fs::path> files;
    std::error_code error;
    if (!fs::exists(path, error)) return files;
    const auto old = formats::openModel(path, job);
    if (!old || !provenanceOf(*old)) return files;
    for (std::size_t i = 1; i < old->info().files.size(); ++i) {
        const fs::path file = old->info().files[i];
        const auto isInput = [&](const std::string& input) { return sameFile(file, input); };
        if (file.filename().string().starts_with(path.filename().string() + '.') &&
            std::none_of(model.info().files.begin(), model.info().files.end(), isInput))
            files.push_back(file);
    }
    return files;
}

/// Moves what lies in the workshop into place: data files first, under names that nobody had, then the model itself,
/// which is the moment the old file goes.
Result<std::vector<fs::path>> publish(const fs::path& workshop, const fs::path& path) {
    const fs::path folder = fs::absolute(path).parent_path();
    std::vector<fs::path> moved;
    std::error_code error;
    const auto undo = [&] {
        std::error_code ignored;
        for (const fs::path& file : moved) fs::remove(file, ignored);
    };
    for (const auto& entry : fs::directory_iterator(workshop, error)) {
        if (entry.path().filename() == path.filename()) continue;
        const fs::path to = folder / entry.path().filename();
        // A link instead of a rename: it never replaces what is there.
        if (::link(entry.path().c_str(), to.c_str()) != 0 &&
            (errno == EEXIST || ::rename(entry.path().c_str(), to.c_str()) != 0)) {
            const int reason = errno;
            undo();
            return failed(to.string(), std::string("could not be put in place: ") + std::strerror(reason),
                          "Remove it or choose another name");
        }
        moved.push_back(to);
    }
    fs::rename(workshop / path.filename(), path, error);
    if (error) {
        undo();
        return failed(path.string(), "could not be replaced: " + error.message(), "Choose another name");
    }
    moved.insert(moved.begin(), path);
    return moved;
}

}  // namespace

Result<std::vector<std::string>> calibratedValues(const model::Model& model, const analysis::Recipe& recipe,
                                                  const Target& target, const ExportOptions& options) {
    const auto plan = planLayers(model, recipe, target, options);
    if (!plan) return propagate(plan);
    const auto schemes = schemesOf(*plan);
    if (std::none_of(schemes.begin(), schemes.end(), [](const auto& scheme) { return scheme.activation.has_value(); }))
        return std::vector<std::string>();
    return calibratedValues(analysis::place(model, schemes));
}

Result<void> checkRanges(const model::Model& model, const analysis::Recipe& recipe, const Target& target, const ExportOptions& options) {
    const auto values = calibratedValues(model, recipe, target, options);
    if (!values) return propagate(values);
    for (const std::string& value : *values)
        if (!options.calibration || !options.calibration->values.contains(value)) return tl::unexpected<Error>(noRange(model, value));
    return {};
}

Result<void> findRanges(const model::Model& model, const analysis::Recipe& recipe, const Target& target, ExportOptions& options,
                        const calibration::Store* store, Job& job) {
    const auto values = calibratedValues(model, recipe, target, options);
    if (!values) return propagate(values);
    const auto known = [&](const std::string& value) { return options.calibration && options.calibration->values.contains(value); };
    if (std::ranges::all_of(*values, known)) return {};
    auto found = calibration::calibrate(model, *values, options.data, analysis::detailFor(recipe), job, store);
    if (!found) return propagate(found);
    options.calibration = std::make_shared<const calibration::Calibration>(std::move(*found));
    return {};
}

Result<Exported> exportModel(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                             const fs::path& asked, const ExportOptions& options, Job& job) {
    std::error_code ignored;
    const fs::path path = fs::is_symlink(asked, ignored) ? fs::weakly_canonical(asked, ignored) : asked;
    const char* current = "checking";
    const auto begin = [&](const char* step) {
        current = step;
        if (options.onStep) options.onStep(step, std::nullopt, "");
    };
    const auto end = [&](const std::string& detail) {
        if (options.onStep) options.onStep(current, true, detail);
    };
    const auto fail = [&](Error error) -> Result<Exported> {
        if (options.onStep) options.onStep(current, false, error.line());
        return tl::unexpected<Error>(std::move(error));
    };

    begin("checking");
    const auto plan = planLayers(model, recipe, target, options);
    if (!plan) return fail(plan.error());
    if (auto known = checkRanges(model, recipe, target, options); !known) return fail(known.error());
    if (auto fits = checkPlace(model, path, estimateBytes(model, *plan, target)); !fits) return fail(fits.error());
    auto workshop = Workshop::make(fs::absolute(path).parent_path());
    if (!workshop) return fail(workshop.error());
    Job reading = job.part(0, 0.05);
    const auto warnings = brokenWeights(model, *plan, reading);
    if (!warnings) return fail(warnings.error());
    end("");

    begin("writing");
    const fs::path temporary = workshop->path() / path.filename();
    Job writing = job.part(0.05, options.verify ? 0.45 : 0.85);
    auto exported = target.write(model, recipe, temporary, path, options, writing);
    if (!exported) return fail(exported.error());
    exported->notes.insert(exported->notes.end(), warnings->begin(), warnings->end());
    if (job.cancelled()) return fail(cancelled().value());
    std::vector<fs::path> dataFiles;
    for (const fs::path& file : exported->files)
        if (file != temporary) dataFiles.push_back(file);
    end("");

    begin("flushing");
    if (auto sealed = seal(temporary, dataFiles, job); !sealed) return fail(sealed.error());
    exported->bytes = 0;
    for (const fs::path& file : exported->files) {
        if (auto flushed = flush(file); !flushed) return fail(flushed.error());
        exported->bytes += fs::file_size(file);
    }
    end(fmt::format("{} bytes", exported->bytes));

    Job proving = job.part(options.verify ? 0.5 : 0.9, options.verify ? 0.49 : 0.09);
    auto proof = prove(model, temporary, {options.verify, options.data, options.onStep}, proving);
    if (!proof) return tl::unexpected<Error>(proof.error());
    for (const Check& check : proof->checks)
        if (!check.ok)
            return failed(path.string(), "the written file failed the check \"" + check.name + "\": " + check.detail,
                          check.remedy.empty() ? "Nothing was replaced. Choose another scheme or target, or export without the proof"
                                               : "Nothing was replaced. " + check.remedy);
    if (options.verify) exported->verification = std::move(*proof);

    begin("renaming");
    if (job.cancelled()) return fail(cancelled().value());
    const std::vector<fs::path> orphans = oldData(model, path, job);
    if (const auto old = fs::status(path, ignored); fs::is_regular_file(old))
        for (const fs::path& file : exported->files) fs::permissions(file, old.permissions(), ignored);
    auto files = publish(workshop->path(), path);
    if (!files) return fail(files.error());
    for (const fs::path& orphan : orphans) fs::remove(orphan, ignored);
    if (auto flushed = flush(fs::absolute(path).parent_path()); !flushed) return fail(flushed.error());
    exported->files = std::move(*files);
    end("");
    return exported;
}

}  // namespace roundoff::exports
