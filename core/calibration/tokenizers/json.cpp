#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/calibration/tokenizers/tokenizer.h"
#include "core/calibration/tokenizers/parts.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// What each id stands for, as text.
std::unordered_map<std::int64_t, std::string> spelledOut(const Vocabulary& vocabulary, const std::vector<Added>& added, bool byteLevel) {
    std::unordered_map<std::int64_t, std::string> pieces;
    std::unordered_map<std::string, char> bytes;
    for (int b = 0; b < 256; ++b) bytes.emplace(byteCharacter(static_cast<unsigned char>(b)), char(b));
    const auto plain = byteIds(vocabulary);
    for (const auto& [text, id] : vocabulary) {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::string character = text.substr(at, characterLength(text, at));
            at += character.size();
            const auto byte = bytes.find(character);
            out += byteLevel && byte != bytes.end() ? std::string(1, byte->second) : character == kSpaceSign ? " " : character;
        }
        pieces.emplace(id, out);
    }
    for (std::size_t b = 0; b < plain.size(); ++b) pieces[plain[b]] = std::string(1, char(b));
    for (const Added& each : added) pieces[each.id] = each.text;
    return pieces;
}

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

using MakeStep = Result<TextStep> (*)(const Json&, const std::string&);

/// The steps of a part of the file, sequences laid out.
Result<void> addSteps(const Json& json, const char* list, MakeStep make, const std::string& place, std::vector<TextStep>& out, int depth = 0) {
    if (json.is_null()) return {};
    if (json.value("type", std::string()) == "Sequence" && depth < 8) {
        for (const Json& each : json.at(list))
            if (auto done = addSteps(each, list, make, place, out, depth + 1); !done) return done;
        return {};
    }
    auto made = make(json, place);
    if (!made) return propagate(made);
    out.push_back(std::move(*made));
    return {};
}

ScoredVocabulary scored(const Json& model, std::shared_ptr<const Vocabulary> vocabulary) {
    ScoredVocabulary out;
    for (const Json& entry : model.at("vocab")) out.scores.push_back(entry.at(1).get<double>());
    out.unknown = model.at("unk_id").get<std::int64_t>();
    if (model.value("byte_fallback", false)) out.bytes = byteIds(*vocabulary);
    out.ids = std::move(vocabulary);
    return out;
}

Result<WordModel> wordModel(const Json& model, const std::string& type, std::shared_ptr<const Vocabulary> vocabulary,
                            const std::string& place) {
    if (type == "BPE") return bpeModel(model, std::move(vocabulary), place);
    if (type == "WordPiece") return wordPieceModel(model, std::move(vocabulary), place);
    if (!model.contains("unk_id") || !model["unk_id"].is_number_integer() || model.at("vocab").empty())
        return notKnown(place, "a Unigram vocabulary without an unknown token");
    return unigramModel(scored(model, std::move(vocabulary)));
}

Result<std::unique_ptr<Tokenizer>> make(const Json& json, const std::string& place) {
    Parts parts{.place = place, .words = "tokens of tokenizer.json", .added = {}, .steps = {}, .model = {}, .pieces = {}};
    const Json& model = json.at("model");
    const bool old = model.contains("merges") && !model.contains("type");
    const auto type = old ? std::string("BPE") : model.value("type", std::string());
    if (type != "BPE" && type != "Unigram" && type != "WordPiece")
        return notKnown(place, "a vocabulary of type " + printable(type));
    auto vocabulary = vocabularyOf(model, type, place);
    if (!vocabulary) return propagate(vocabulary);
    static const Json kNothing;
    const auto part = [&](const char* key) -> const Json& {
        const auto found = json.find(key);
        return found == json.end() ? kNothing : *found;
    };
    for (const Json& each : part("added_tokens")) {
        Added added{each.at("content").get<std::string>(), each.at("id").get<std::int64_t>()};
        added.plain = !each.value("lstrip", false) && !each.value("rstrip", false) && !each.value("single_word", false);
        if (!added.text.empty()) parts.added.push_back(std::move(added));
    }
    const Json &normalizer = part("normalizer"), &cutting = part("pre_tokenizer");
    if (auto done = addSteps(normalizer, "normalizers", normalizerStep, place, parts.steps); !done) return propagate(done);
    if (auto done = addSteps(cutting, "pretokenizers", cuttingStep, place, parts.steps); !done) return propagate(done);
    const bool byteLevel = (normalizer.dump() + cutting.dump()).find("\"ByteLevel\"") != std::string::npos;
    parts.pieces = spelledOut(**vocabulary, parts.added, byteLevel);
    auto words = wordModel(model, type, std::move(*vocabulary), place);
    if (!words) return propagate(words);
    parts.model = std::move(*words);
    return assemble(std::move(parts));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> openTokenizerJson(const fs::path& path) {
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    const std::string place = path.string();
    const Json json = parseJson({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!json.is_object() || !json.contains("model"))
        return badInput(place, "not a tokenizer.json", "Get the file that belongs to the model");
    try {
        auto made = make(json, place);
        if (made) (*made)->file = path;
        return made;
    } catch (const Json::exception& error) {
        const std::string words = error.what();  // "[json.exception.type_error.302] type must be …"
        return badInput(place, "not a readable tokenizer.json: " + words.substr(words.find("] ") + 2), "Get the file that belongs to the model");
    }
}

}  // namespace roundoff::calibration
