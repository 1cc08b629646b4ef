#include "core/exports/digest.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <span>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/exports/provenance.h"

namespace roundoff::exports {
namespace {

constexpr std::size_t kBlock = 1 << 20;

/// The entry as protobuf writes it: key (field 1), then value (field 2) with its length, then the digits.
std::string marker() {
    std::string text = "\x0A";
    text += char(kDigestKey.size());
    text += kDigestKey;
    text += '\x12';
    text += char(kDigestLength);
    return text;
}

/// Calls `use` with each block of a file and the offset of its first byte.
Result<void> forEachBlock(const std::filesystem::path& path, Job& job,
                          const std::function<void(std::uint64_t, std::span<char>)>& use) {
    auto opened = openFile(path);
    if (!opened) return propagate(opened);
    std::ifstream& file = *opened;
    std::vector<char> block(kBlock);
    for (std::uint64_t offset = 0; file; offset += std::uint64_t(file.gcount())) {
        if (job.cancelled()) return cancelled();
        file.read(block.data(), std::streamsize(kBlock));
        use(offset, std::span(block).first(std::size_t(file.gcount())));
    }
    if (file.bad()) return badInput(path.string(), "reading failed half-way", "Check the disk");
    return {};
}

/// Offset of the last entry's digits.
Result<std::optional<std::uint64_t>> find(const std::filesystem::path& path, Job& job) {
    const std::string wanted = marker();
    std::optional<std::uint64_t> found;
    std::string tail;  // the end of the block before, where an entry may begin
    const auto searched = forEachBlock(path, job, [&](std::uint64_t offset, std::span<char> block) {
        const std::string text = tail + std::string(block.data(), block.size());
        if (const auto at = text.rfind(wanted); at != std::string::npos)
            found = offset - tail.size() + at + wanted.size();
        tail = text.substr(text.size() - std::min(text.size(), wanted.size() - 1));
    });
    if (!searched) return propagate(searched);
    return found;
}

Result<Digest> compute(const std::filesystem::path& path, std::uint64_t at,
                       const std::vector<std::filesystem::path>& dataFiles, Job& job) {
    Digest digest;
    Sha256 sum;
    auto read = forEachBlock(path, job, [&](std::uint64_t offset, std::span<char> block) {
        for (std::uint64_t i = std::max(at, offset); i < std::min(at + kDigestLength, offset + block.size()); ++i) {
            digest.recorded += block[i - offset];
            block[i - offset] = '0';
        }
        sum.update(std::as_bytes(block));
    });
    if (!read) return propagate(read);
    for (const auto& data : dataFiles) {
        std::uint64_t size = 0;
        read = forEachBlock(data, job, [&](std::uint64_t, std::span<char> block) {
            size += block.size();
            sum.update(std::as_bytes(block));
        });
        if (!read) return propagate(read);
        sum.update(fmt::format("{}:", size));  // so that bytes cannot move from one file to the next
    }
    digest.computed = sum.finish();
    return digest;
}

}  // namespace

Result<std::optional<Digest>> readDigest(const std::filesystem::path& file,
                                         const std::vector<std::filesystem::path>& dataFiles, Job& job) {
    const auto at = find(file, job);
    if (!at) return propagate(at);
    if (!*at) return std::optional<Digest>();
    auto digest = compute(file, **at, dataFiles, job);
    if (!digest) return propagate(digest);
    return std::optional(std::move(*digest));
}

Result<void> seal(const std::filesystem::path& file, const std::vector<std::filesystem::path>& dataFiles, Job& job) {
    const auto at = find(file, job);
    if (!at) return propagate(at);
    if (!*at)
        return failed(file.string(), "the written file has no place for its digest", "Report this with the model");
    const auto digest = compute(file, **at, dataFiles, job);
    if (!digest) return propagate(digest);
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(std::streamoff(**at));
    out.write(digest->computed.data(), std::streamsize(kDigestLength));
    out.close();
    if (!out) return failed(file.string(), "the digest could not be written", "Check the disk");
    return {};
}

}  // namespace roundoff::exports
