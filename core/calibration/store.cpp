#include "core/calibration/store.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/base/cpu.h"
#include "core/base/sha256.h"
#include "core/base/sha256_memo.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 3;  ///< of the files, and of how values are observed
constexpr const char* kExtension = ".calibration";

std::vector<std::byte> read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

fs::path Store::standardFolder() {
    const auto folder = [](const char* name) -> fs::path {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
        return value && fs::path(value).is_absolute() ? value : "";
    };
    fs::path cache = folder("XDG_CACHE_HOME");
    if (cache.empty() && !folder("HOME").empty()) cache = folder("HOME") / ".cache";
    return cache.empty() ? cache : cache / "roundoff" / "calibration";
}

Store::Store(fs::path folder, std::uint64_t mostBytes) : m_folder(std::move(folder)), m_mostBytes(mostBytes) {}

fs::path Store::file(const std::string& key) const { return m_folder / (key + kExtension); }

std::vector<std::byte> Store::bytes(const std::string& key) const {
    if (m_folder.empty()) return {};
    std::error_code error;
    const auto size = fs::file_size(file(key), error);
    if (error || size > m_mostBytes) return {};
    fs::last_write_time(file(key), fs::file_time_type::clock::now(), error);  // it is of use
    return read(file(key));
}

ProgressOfValues Store::load(const std::string& key) const { return decode(bytes(key)).value_or(ProgressOfValues()); }

void Store::save(const std::string& key, const ProgressOfValues& values) const { keep(key, encode(values)); }

void Store::keep(const std::string& key, std::span<const std::byte> bytes) const {
    if (m_folder.empty() || bytes.size() > m_mostBytes) return;
    std::error_code error;
    fs::create_directories(m_folder, error);
    const fs::path temporary = file(key + "." + std::to_string(::getpid()));
    std::ofstream out(temporary, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    out.close();
    if (out) fs::rename(temporary, file(key), error);
    if (!out || error) fs::remove(temporary, error);
    makeRoom();
}

void Store::makeRoom() const {
    struct File {
        fs::file_time_type used;
        fs::path path;
        std::uint64_t bytes;
    };
    std::vector<File> files;
    std::uint64_t sum = 0;
    std::error_code error;
    for (fs::directory_iterator it(m_folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code gone;  // another program may be at it
        if (it->path().extension() != kExtension || !it->is_regular_file(gone)) continue;
        const File found{it->last_write_time(gone), it->path(), it->file_size(gone)};
        if (gone) continue;
        files.push_back(found);
        sum += found.bytes;
    }
    std::ranges::sort(files, {}, &File::used);
    for (const File& each : files) {
        if (sum <= m_mostBytes) return;
        if (fs::remove(each.path, error)) sum -= each.bytes;
    }
}

Result<std::string> storeKey(const model::Model& model, const Dataset& data, const DataSource& source, Job& job) {
    Sha256 sum;
    sum.update(fmt::format("{}|{}|{}|", kVersion, runtime::version(), cpuName()));
    for (const std::string& path : model.info().files) {
        const auto hash = sha256FileOnce(path, job);
        if (!hash) return propagate(hash);
        sum.update(*hash);
    }
    const auto hash = hashOf(data, source, job);
    if (!hash) return propagate(hash);
    sum.update(*hash);
    return sum.finish();
}

Result<std::string> placeOf(const Store* store, const model::Model& model, const Dataset& data, const DataSource& source, Job& job) {
    if (!store || source.isSynthetic()) return std::string();
    auto key = storeKey(model, data, source, job);
    if (!key && key.error().code != ErrorCode::Cancelled) return std::string();
    return key;
}

}  // namespace roundoff::calibration
