#pragma once
// SentencePiece's "precompiled_charsmap": which strings a text's beginnings are replaced with.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace roundoff::calibration {

class Charsmap {
public:
    /// `blob`: the trie's size in bytes as uint32, the trie as a Darts-clone double array of uint32, then the
    /// replacements, each with a zero behind it; all little-endian. Empty = nothing is replaced.
    static Result<Charsmap> parse(std::string_view blob, const std::string& place);

    struct Match {
        std::size_t length = 0;  ///< bytes of the text that are replaced
        std::string_view with;
    };
    /// The longest, or the shortest, beginning of `text` that is replaced.
    enum class Prefer { Longest, Shortest };
    [[nodiscard]] std::optional<Match> find(std::string_view text, Prefer prefer) const;

private:
    std::vector<std::uint32_t> m_trie;
    std::string m_texts;
};

}  // namespace roundoff::calibration
