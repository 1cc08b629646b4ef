#include "core/calibration/tokenizers/charsmap.h"

#include <bit>
#include <cstring>

namespace roundoff::calibration {
namespace {

static_assert(std::endian::native == std::endian::little);

/// A unit of the double array: a node with its label, or a leaf's value.
struct Unit {
    std::uint32_t bits;
    [[nodiscard]] bool hasLeaf() const { return bits >> 8 & 1; }
    [[nodiscard]] std::uint32_t value() const { return bits & 0x7fffffffu; }
    [[nodiscard]] std::uint32_t label() const { return bits & 0x800000ffu; }
    [[nodiscard]] std::uint32_t offset() const { return bits >> 10 << ((bits & 1u << 9) >> 6); }
};

}  // namespace

Result<Charsmap> Charsmap::parse(std::string_view blob, const std::string& place) {
    Charsmap out;
    if (blob.empty()) return out;
    std::uint32_t size = 0;
    if (blob.size() >= sizeof size) std::memcpy(&size, blob.data(), sizeof size);
    if (size == 0 || size % sizeof(std::uint32_t) != 0 || size > blob.size() - sizeof size)
        return badInput(place, "its table of characters (precompiled_charsmap) is damaged", "Get the file that belongs to the model");
    out.m_trie.resize(size / sizeof(std::uint32_t));
    std::memcpy(out.m_trie.data(), blob.data() + sizeof size, size);
    out.m_texts = blob.substr(sizeof size + size);
    return out;
}

std::optional<Charsmap::Match> Charsmap::find(std::string_view text, Prefer prefer) const {
    std::optional<Match> found;
    const auto unit = [&](std::size_t at) { return Unit{at < m_trie.size() ? m_trie[at] : 0}; };
    std::size_t node = unit(0).offset();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        node ^= byte;
        const Unit here = unit(node);
        if (here.label() != byte || node >= m_trie.size()) break;
        node ^= here.offset();
        if (!here.hasLeaf()) continue;
        const std::uint32_t start = unit(node).value();
        if (start >= m_texts.size()) break;
        found = Match{i + 1, std::string_view(m_texts).substr(start, m_texts.find('\0', start) - start)};
        if (prefer == Prefer::Shortest) break;
    }
    return found;
}

}  // namespace roundoff::calibration
