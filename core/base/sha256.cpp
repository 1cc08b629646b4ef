#include "core/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <fstream>
#include <vector>

#include "core/base/file.h"

namespace roundoff {

struct Sha256::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : m_context(std::make_unique<Context>()) {
    [[maybe_unused]] const int ok = EVP_DigestInit_ex(m_context->evp, EVP_sha256(), nullptr);
    assert(ok == 1);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(m_context->evp, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(m_context->evp, raw.data(), &size);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += kDigits[raw[i] >> 4];
        hex += kDigits[raw[i] & 15];
    }
    return hex;
}

Result<std::string> sha256File(const std::filesystem::path& path, Job& job) {
    auto opened = openFile(path);
    if (!opened) return propagate(opened);
    std::ifstream& file = *opened;
    Sha256 sum;
    std::vector<char> block(1 << 20);
    while (file) {
        if (job.cancelled()) return cancelled();
        file.read(block.data(), std::streamsize(block.size()));
        sum.update(std::as_bytes(std::span(block.data(), std::size_t(file.gcount()))));
    }
    if (file.bad()) return badInput(path.string(), "reading failed half-way", "Check the disk");
    return sum.finish();
}

}  // namespace roundoff
