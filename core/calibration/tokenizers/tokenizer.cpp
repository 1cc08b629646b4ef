#include "core/calibration/tokenizers/tokenizer.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/calibration/tokenizers/parts.h"

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

    [[nodiscard]] Result<std::vector<std::int64_t>> encode(std::string_view text, Job& job) const override {
        std::vector<std::int64_t> ids;
        Words known;
        std::size_t begin = 0;
        for (std::size_t at = 0; at < text.size();) {
            const Added* added = find(text, at);
            if (!added) {
                ++at;
                continue;
            }
            if (!added->plain)
                return badInput(m_parts.place, "the text holds the token " + printable(added->text) + ", which swallows its surroundings",
                                "Take it out of the text, or give token ids as .npy arrays");
            if (auto done = section(text.substr(begin, at - begin), begin == 0, known, ids, job); !done) return propagate(done);
            ids.push_back(added->id);
            begin = at += added->text.size();
        }
        if (auto done = section(text.substr(begin), begin == 0, known, ids, job); !done) return propagate(done);
        return ids;
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

    Result<void> section(std::string_view text, bool start, Words& known, std::vector<std::int64_t>& ids, Job& job) const {
        constexpr std::size_t kMostKnown = 1u << 16, kLongestKnown = 64;
        if (text.empty()) return {};
        Pieces pieces{{std::string(text)}, start};
        for (const TextStep& step : m_parts.steps) {
            if (job.cancelled()) return cancelled();
            step(pieces);
        }
        for (const std::string& word : pieces.texts) {
            if (job.cancelled()) return cancelled();
            if (const auto found = known.find(word); found != known.end()) {
                ids.insert(ids.end(), found->second.begin(), found->second.end());
                continue;
            }
            std::vector<std::int64_t> fresh;
            m_parts.model(word, fresh);
            ids.insert(ids.end(), fresh.begin(), fresh.end());
            if (known.size() < kMostKnown && word.size() <= kLongestKnown) known.emplace(word, std::move(fresh));
        }
        return {};
    }

    Parts m_parts;
    std::array<std::vector<std::size_t>, 256> m_byFirst;  // longest first
};

class Bytes256 : public Tokenizer {
public:
    [[nodiscard]] Result<std::vector<std::int64_t>> encode(std::string_view text, Job&) const override {
        std::vector<std::int64_t> ids;
        for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
        return ids;
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override { return std::string(1, char(id)); }
    [[nodiscard]] std::string words() const override { return "bytes"; }
};

}  // namespace

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
