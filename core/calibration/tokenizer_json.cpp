#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/calibration/tokenizer.h"
#include "core/calibration/tokenizer_parts.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// A token that is taken out of the text before anything else.
struct Added {
    std::string text;
    std::int64_t id = 0;
    bool plain = true;  // false: it swallows spaces or wants to be a whole word
};

class JsonTokenizer : public Tokenizer {
public:
    static Result<std::unique_ptr<Tokenizer>> make(const Json& json, const std::string& place);

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
                return badInput(m_place, "the text holds the token " + printable(added->text) + ", which swallows its surroundings",
                                "Take it out of the text, or give token ids as .npy arrays");
            if (auto done = section(text.substr(begin, at - begin), begin == 0, known, ids, job); !done) return propagate(done);
            ids.push_back(added->id);
            begin = at += added->text.size();
        }
        if (auto done = section(text.substr(begin), begin == 0, known, ids, job); !done) return propagate(done);
        return ids;
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override {
        const auto found = m_pieces.find(id);
        return found == m_pieces.end() ? fmt::format("<{}>", id) : found->second;
    }
    [[nodiscard]] std::string words() const override { return "tokens of tokenizer.json"; }

private:
    using Words = std::unordered_map<std::string, std::vector<std::int64_t>>;

    [[nodiscard]] const Added* find(std::string_view text, std::size_t at) const {
        for (const std::size_t i : m_byFirst[static_cast<unsigned char>(text[at])])
            if (text.substr(at).starts_with(m_added[i].text)) return &m_added[i];
        return nullptr;
    }

    Result<void> section(std::string_view text, bool start, Words& known, std::vector<std::int64_t>& ids, Job& job) const {
        constexpr std::size_t kMostKnown = 1u << 16, kLongestKnown = 64;
        if (text.empty()) return {};
        Pieces pieces{{std::string(text)}, start};
        for (const TextStep& step : m_steps) {
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
            m_model(word, fresh);
            ids.insert(ids.end(), fresh.begin(), fresh.end());
            if (known.size() < kMostKnown && word.size() <= kLongestKnown) known.emplace(word, std::move(fresh));
        }
        return {};
    }

    /// What each id stands for, as text.
    void spellOut(const Vocabulary& vocabulary) {
        std::unordered_map<std::string, char> bytes;
        for (int b = 0; b < 256; ++b) bytes.emplace(byteCharacter(static_cast<unsigned char>(b)), char(b));
        const auto plain = byteIds(vocabulary);
        for (const auto& [text, id] : vocabulary) {
            std::string out;
            for (std::size_t at = 0; at < text.size();) {
                const std::string character = text.substr(at, characterLength(text, at));
                at += character.size();
                const auto byte = bytes.find(character);
                out += m_byteLevel && byte != bytes.end() ? std::string(1, byte->second) : character == "\u2581" ? " " : character;
            }
            m_pieces.emplace(id, out);
        }
        for (std::size_t b = 0; b < plain.size(); ++b) m_pieces[plain[b]] = std::string(1, char(b));
        for (const Added& added : m_added) m_pieces[added.id] = added.text;
    }

    std::string m_place;
    std::vector<Added> m_added;
    std::array<std::vector<std::size_t>, 256> m_byFirst;  // longest first
    std::vector<TextStep> m_steps;
    WordModel m_model;
    bool m_byteLevel = false;
    std::unordered_map<std::int64_t, std::string> m_pieces;
};

Result<std::shared_ptr<Vocabulary>> vocabularyOf(const Json& model, const std::string& type, const std::string& place) {
    auto out = std::make_shared<Vocabulary>();
    if (type == "Unigram") {
        std::int64_t id = 0;
        for (const Json& entry : model.at("vocab")) out->emplace(entry.at(0).get<std::string>(), id++);
        return out;
    }
    for (const auto& [text, id] : model.at("vocab").items()) {
        const auto number = id.get<std::int64_t>();
        if (number < 0 || number > 1 << 30) return badInput(place, "the vocabulary holds an id out of range", "Get the file again");
        out->emplace(text, number);
    }
    return out;
}

Result<std::unique_ptr<Tokenizer>> JsonTokenizer::make(const Json& json, const std::string& place) {
    auto out = std::make_unique<JsonTokenizer>();
    out->m_place = place;
    const Json& model = json.at("model");
    const bool old = model.contains("merges") && !model.contains("type");
    const auto type = old ? std::string("BPE") : model.value("type", std::string());
    if (type != "BPE" && type != "Unigram")
        return badInput(place, "a vocabulary of type " + printable(type) + " is not known here",
                        "Give token ids as .npy arrays instead");
    auto vocabulary = vocabularyOf(model, type, place);
    if (!vocabulary) return propagate(vocabulary);
    for (const Json& each : json.value("added_tokens", Json::array())) {
        Added added{each.at("content").get<std::string>(), each.at("id").get<std::int64_t>()};
        added.plain = !each.value("lstrip", false) && !each.value("rstrip", false) && !each.value("single_word", false);
        if (!added.text.empty()) out->m_added.push_back(std::move(added));
    }
    std::ranges::stable_sort(out->m_added, std::ranges::greater(), [](const Added& added) { return added.text.size(); });
    for (std::size_t i = 0; i < out->m_added.size(); ++i)
        out->m_byFirst[static_cast<unsigned char>(out->m_added[i].text[0])].push_back(i);
    for (const auto& [list, steps] : {std::pair("normalizer", &normalizerSteps), std::pair("pre_tokenizer", &cuttingSteps)}) {
        if (!json.contains(list)) continue;
        auto made = steps(json.at(list), place);
        if (!made) return propagate(made);
        out->m_steps.insert(out->m_steps.end(), made->begin(), made->end());
        out->m_byteLevel = out->m_byteLevel || json.at(list).dump().find("\"ByteLevel\"") != std::string::npos;
    }
    out->spellOut(**vocabulary);
    auto words = type == "BPE" ? bpeModel(model, std::move(*vocabulary), place) : unigramModel(model, std::move(*vocabulary), place);
    if (!words) return propagate(words);
    out->m_model = std::move(*words);
    return out;
}

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

std::unique_ptr<Tokenizer> byteTokenizer() {
    return std::make_unique<Bytes256>();
}

Result<std::unique_ptr<Tokenizer>> openTokenizerJson(const fs::path& path) {
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    const std::string place = path.string();
    const auto* begin = reinterpret_cast<const char*>(bytes->data());
    const Json json = Json::parse(begin, begin + bytes->size(), nullptr, false);
    if (!json.is_object() || !json.contains("model"))
        return badInput(place, "not a tokenizer.json", "Get the file that belongs to the model");
    try {
        auto made = JsonTokenizer::make(json, place);
        if (made) (*made)->file = path;
        return made;
    } catch (const Json::exception& error) {
        return badInput(place, std::string("not a readable tokenizer.json: ") + error.what(), "Get the file that belongs to the model");
    }
}

Result<std::unique_ptr<Tokenizer>> tokenizerBeside(const fs::path& model) {
    const fs::path folder = fs::absolute(model).parent_path();
    std::error_code error;
    for (const fs::path& place : {folder, folder.parent_path()}) {
        if (fs::exists(place / "tokenizer.json", error)) return openTokenizerJson(place / "tokenizer.json");
        if (fs::exists(place / "tokenizer.model", error))
            return usage((place / "tokenizer.model").string(), "SentencePiece's own files are not read",
                         "Put the model's tokenizer.json beside it, or give token ids as .npy arrays named after the inputs");
    }
    return usage(model.string(), "there is no tokenizer.json beside the model, and its metadata do not say tokenizer=bytes",
                 "Put the model's tokenizer there, or give token ids as .npy arrays named after the inputs");
}

}  // namespace roundoff::calibration
