#include "core/calibration/tokenizers/tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/text.h"
#include "core/calibration/tokenizers/parts.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

class Assembled : public Tokenizer {
public:
    explicit Assembled(Parts parts) : m_parts(std::move(parts)) {
        auto& added = m_parts.added;
        std::ranges::stable_sort(added, std::ranges::greater(), [](const Added& each) { return each.text.size(); });
        for (std::size_t i = 0; i < added.size(); ++i) m_byFirst[static_cast<unsigned char>(added[i].text[0])].push_back(i);
    }

    [[nodiscard]] Result<void> encode(std::string_view text, const Take& take, Job& job) const override {
        Words known;
        std::size_t begin = 0;
        for (std::size_t at = 0; at < text.size();) {
            if (at % kBlock == 0 && job.cancelled()) return cancelled();
            const Added* added = find(text, at);
            if (!added) {
                ++at;
                continue;
            }
            if (!added->plain)
                return badInput(m_parts.place, "the text holds the token " + printable(added->text) + ", which swallows its surroundings",
                                "Take it out of the text, or give token ids as .npy arrays");
            if (auto done = section(text, begin, at, known, take, job); !done) return done;
            begin = at += added->text.size();
            if (auto taken = take({&added->id, 1}, at); !taken) return taken;
        }
        return section(text, begin, text.size(), known, take, job);
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override {
        const auto found = m_parts.pieces.find(id);
        return found == m_parts.pieces.end() ? fmt::format("<{}>", id) : found->second;
    }
    [[nodiscard]] std::string words() const override { return m_parts.words; }

private:
    using Words = std::unordered_map<std::string, std::vector<std::int64_t>>;

    [[nodiscard]] const Added* find(std::string_view text, std::size_t at) const {
        for (const std::size_t i : m_byFirst[static_cast<unsigned char>(text[at])])
            if (text.substr(at).starts_with(m_parts.added[i].text)) return &m_parts.added[i];
        return nullptr;
    }

    [[nodiscard]] std::vector<std::string> piecesOf(Pieces pieces) const {
        for (const TextStep& step : m_parts.steps) step(pieces);
        return std::move(pieces.texts);
    }

    /// Whether the text can be cut at a place so that the parts have the ids of the whole, judged by what stands around it; then
    /// whether the second part begins a word as the text does.
    [[nodiscard]] std::optional<bool> cutAt(std::string_view text, std::size_t at) const {
        std::size_t from = at - std::min(at, kContext), to = std::min(text.size(), at + kContext);
        while (from < at && !startsCharacter(text[from])) ++from;
        while (to > at && to < text.size() && !startsCharacter(text[to])) --to;
        const auto of = [&](std::size_t first, std::size_t end, bool begin) {
            return piecesOf({{std::string(text.substr(first, end - first))}, false, begin, false});
        };
        const auto whole = of(from, to, false), left = of(from, at, false);
        if (left.empty() || left.size() > whole.size() || !std::equal(left.begin(), left.end() - 1, whole.begin())) return {};
        for (const bool begin : {true, false}) {
            const auto right = of(at, to, begin);
            if (right.empty()) continue;
            const std::string& last = whole[left.size() - 1];
            const bool apart = last == left.back();
            const auto rest = whole.begin() + std::ptrdiff_t(left.size());
            if (!std::equal(right.begin() + (apart ? 0 : 1), right.end(), rest, whole.end())) continue;
            if (apart || (last == left.back() + right.front() && !m_parts.model.crosses(left.back(), right.front()))) return begin;
        }
        return {};
    }

    struct Block {
        std::size_t size;
        bool nextBegins;  ///< see cutAt
    };
    /// The first block of a text, as small as may be: before white space if possible.
    [[nodiscard]] Block blockOf(std::string_view text) const {
        constexpr int kTries = 8;
        const auto isSpace = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\n'; };
        for (std::size_t most = kBlock; most + kContext < text.size(); most *= 2)
            for (const bool spaces : {true, false}) {
                int tries = 0;
                for (std::size_t at = most; at > most / 2 && tries < kTries; --at) {
                    if (!startsCharacter(text[at]) || (spaces && (!isSpace(at) || isSpace(at - 1)))) continue;
                    ++tries;
                    if (const auto begins = cutAt(text, at)) return {at, *begins};
                }
            }
        return {text.size(), true};
    }

    Result<void> section(std::string_view text, std::size_t from, std::size_t to, Words& known, const Take& take, Job& job) const {
        constexpr std::size_t kMostKnown = 1u << 16, kLongestKnown = 64, kLarge = 1u << 20, kBytesEach = 64;
        std::vector<std::int64_t> ids;
        for (bool begins = true; from < to;) {
            if (job.cancelled()) return cancelled();
            const Block block = blockOf(text.substr(from, to - from));
            if (block.size > kLarge)
                if (auto fits = runtime::reserve(kBytesEach * block.size, "making tokens of text that cannot be cut"); !fits) return fits;
            const bool start = from == 0;
            for (const std::string& word : piecesOf({{std::string(text.substr(from, block.size))}, start, begins, from + block.size == to})) {
                if (const auto found = known.find(word); found != known.end()) {
                    ids.insert(ids.end(), found->second.begin(), found->second.end());
                    continue;
                }
                std::vector<std::int64_t> fresh;
                m_parts.model.encode(word, fresh, job);
                if (job.cancelled()) return cancelled();
                ids.insert(ids.end(), fresh.begin(), fresh.end());
                if (known.size() < kMostKnown && word.size() <= kLongestKnown) known.emplace(word, std::move(fresh));
            }
            from += block.size;
            begins = block.nextBegins;
            if (auto taken = take(ids, from); !taken) return taken;
            ids.clear();
        }
        return {};
    }

    static constexpr std::size_t kBlock = 1u << 16, kContext = 1u << 10;
    [[nodiscard]] static bool startsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

    Parts m_parts;
    std::array<std::vector<std::size_t>, 256> m_byFirst;  // longest first
};

class Bytes256 : public Tokenizer {
public:
    [[nodiscard]] Result<void> encode(std::string_view text, const Take& take, Job& job) const override {
        constexpr std::size_t kBlock = 1u << 16;
        std::vector<std::int64_t> ids;
        for (std::size_t from = 0; from < text.size(); from += kBlock) {
            if (job.cancelled()) return cancelled();
            const std::string_view block = text.substr(from, kBlock);
            ids.clear();
            for (const char c : block) ids.push_back(static_cast<unsigned char>(c));
            if (auto taken = take(ids, from + block.size()); !taken) return taken;
        }
        return {};
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override { return std::string(1, char(id)); }
    [[nodiscard]] std::string words() const override { return "bytes"; }
};

}  // namespace

Result<std::vector<std::int64_t>> Tokenizer::encode(std::string_view text, Job& job) const {
    std::vector<std::int64_t> all;
    const auto done = encode(text, [&](std::span<const std::int64_t> ids, std::size_t) {
        all.insert(all.end(), ids.begin(), ids.end());
        return Result<void>();
    }, job);
    if (!done) return propagate(done);
    return all;
}

std::unique_ptr<Tokenizer> assemble(Parts parts) {
    return std::make_unique<Assembled>(std::move(parts));
}

tl::unexpected<Error> notKnown(const std::string& place, const std::string& what) {
    return badInput(place, what + " is not known here", "Give token ids as .npy arrays instead");
}

std::unique_ptr<Tokenizer> byteTokenizer() {
    return std::make_unique<Bytes256>();
}

Result<std::unique_ptr<Tokenizer>> openTokenizer(const fs::path& path) {
    return path.extension() == ".json" ? openTokenizerJson(path) : openSentencePiece(path);
}

Result<std::unique_ptr<Tokenizer>> tokenizerBeside(const fs::path& model) {
    const fs::path folder = fs::absolute(model).parent_path();
    std::error_code error;
    for (const fs::path& place : {folder, folder.parent_path()})
        for (const char* name : {"tokenizer.json", "tokenizer.model", "sentencepiece.bpe.model", "spiece.model"})
            if (fs::exists(place / name, error)) return openTokenizer(place / name);
    return usage(model.string(),
                 "there is no tokenizer.json or tokenizer.model beside the model, and its metadata do not say tokenizer=bytes",
                 "Put the model's tokenizer there, or give token ids as .npy arrays named after the inputs");
}

}  // namespace roundoff::calibration
