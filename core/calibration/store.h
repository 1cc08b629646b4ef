#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/calibration/dataset.h"
#include "core/calibration/stored_values.h"
#include "core/model/model.h"

namespace roundoff::calibration {

/// A folder that keeps what running a model on data told, one file for each of their hashes, so that the next run need not do
/// it again. Nothing depends on it: what cannot be read counts as not there, what cannot be written is not kept. Of two programs
/// that write one file at once the last one stays, whole.
class Store {
public:
    static constexpr std::uint64_t kMostBytes = 512'000'000;

    /// roundoff/calibration in $XDG_CACHE_HOME, else in ~/.cache; empty (keeps nothing) where neither is known.
    static std::filesystem::path standardFolder();
    /// @param mostBytes of all files together: those that were not used for the longest time go
    explicit Store(std::filesystem::path folder = standardFolder(), std::uint64_t mostBytes = kMostBytes);

    /// What was kept under a key; empty where nothing was.
    [[nodiscard]] std::vector<std::byte> bytes(const std::string& key) const;
    void keep(const std::string& key, std::span<const std::byte> bytes) const;

    [[nodiscard]] ProgressOfValues load(const std::string& key) const;
    void save(const std::string& key, const ProgressOfValues& values) const;

private:
    [[nodiscard]] std::filesystem::path file(const std::string& key) const;
    void makeRoom() const;

    std::filesystem::path m_folder;
    std::uint64_t m_mostBytes;
};

/// What a calibration depends on beside the values that are asked for: the model's files, the data and how they are read, the
/// version of ONNX Runtime, the processor. 64 hex digits; reads all these files, each once a process.
Result<std::string> storeKey(const model::Model& model, const Dataset& data, const DataSource& source, Job& job);
/// The key under which a store keeps these data; empty where it does not: made-up samples, files that are not there any more,
/// no store.
Result<std::string> placeOf(const Store* store, const model::Model& model, const Dataset& data, const DataSource& source, Job& job);

}  // namespace roundoff::calibration
