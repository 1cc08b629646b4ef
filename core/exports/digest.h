#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"

namespace roundoff::exports {

// The digest of an export covers every byte of the model file, but for its own 64 digits, and of its data files: any
// flipped bit changes it. It guards against damage, not against forgery.

inline constexpr std::size_t kDigestLength = 64;
/// What stands in the metadata until the file is sealed.
inline const std::string kUnsealed(kDigestLength, '0');

struct Digest {
    std::string recorded;  ///< as it stands in the file
    std::string computed;
    [[nodiscard]] bool holds() const { return recorded == computed; }
};

/// nullopt where no digest entry is found in the file's bytes. Reads the raw file, so damage elsewhere is no obstacle.
Result<std::optional<Digest>> readDigest(const std::filesystem::path& file,
                                         const std::vector<std::filesystem::path>& dataFiles, Job& job);

/// Computes the digest and writes it over its placeholder.
Result<void> seal(const std::filesystem::path& file, const std::vector<std::filesystem::path>& dataFiles, Job& job);

}  // namespace roundoff::exports
