#pragma once
// For the files of this folder alone.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace roundoff::calibration {

static_assert(std::endian::native == std::endian::little);

/// Token ids, none below 0, in as few bytes each as the largest of their block asks for.
class TokenIds {
public:
    void add(std::span<const std::int64_t> ids) {
        for (const std::int64_t id : ids) {
            m_last.push_back(id);
            if (m_last.size() == kBlock) pack();
        }
    }
    [[nodiscard]] std::size_t size() const { return m_full.size() * kBlock + m_last.size(); }
    [[nodiscard]] std::int64_t operator[](std::size_t index) const {
        if (index / kBlock == m_full.size()) return m_last[index % kBlock];
        const std::vector<std::byte>& block = m_full[index / kBlock];
        const std::size_t width = block.size() / kBlock;
        std::int64_t id = 0;
        std::memcpy(&id, block.data() + index % kBlock * width, width);
        return id;
    }
    /// Bytes that they take.
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    static constexpr std::size_t kBlock = 1u << 16;

    void pack() {
        const std::int64_t largest = *std::ranges::max_element(m_last);
        const std::size_t width = largest < 1 << 8 ? 1 : largest < 1 << 16 ? 2 : largest < 1 << 24 ? 3 : sizeof largest;
        std::vector<std::byte>& block = m_full.emplace_back(kBlock * width);
        for (std::size_t i = 0; i < kBlock; ++i) std::memcpy(block.data() + i * width, &m_last[i], width);
        m_bytes += block.size();
        m_last.clear();
    }

    std::vector<std::vector<std::byte>> m_full;
    std::vector<std::int64_t> m_last;
    std::uint64_t m_bytes = 0;
};

}  // namespace roundoff::calibration
