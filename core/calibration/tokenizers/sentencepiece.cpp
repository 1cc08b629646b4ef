#include <cmath>
#include <limits>
#include <protozero/pbf_reader.hpp>
#include <set>

#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/calibration/tokenizers/charsmap.h"
#include "core/calibration/tokenizers/parts.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

// sentencepiece_model.proto
enum class Model : protozero::pbf_tag_type { pieces = 1, trainer = 2, normalizer = 3 };
enum class Piece : protozero::pbf_tag_type { text = 1, score = 2, type = 3 };
enum class Trainer : protozero::pbf_tag_type { model = 3, suffix = 24, byteFallback = 35, unknown = 40 };
enum class Normalizer : protozero::pbf_tag_type { charsmap = 2, dummyPrefix = 3, lessSpaces = 4, escapeSpaces = 5 };
enum class Kind { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };
enum class Algorithm { Unigram = 1, Bpe, Word, Char };

struct Spec {
    struct Entry {
        std::string text;
        float score = 0;
        Kind kind = Kind::Normal;
    };
    std::vector<Entry> pieces;
    Algorithm algorithm = Algorithm::Unigram;
    bool suffix = false, byteFallback = false;
    std::int64_t unknown = 0;
    std::string charsmap;
    bool dummyPrefix = true, lessSpaces = true, escapeSpaces = true;
};

using protozero::tag_and_type;
constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
constexpr auto kVarint = protozero::pbf_wire_type::varint;
constexpr auto kFloat = protozero::pbf_wire_type::fixed32;

/// `read` takes the field or returns false.
template <class Read>
void eachField(protozero::data_view bytes, Read read) {
    protozero::pbf_reader message(bytes);
    while (message.next()) {
        if (!read(message)) message.skip();
    }
}

Spec::Entry readPiece(protozero::data_view bytes) {
    Spec::Entry out;
    eachField(bytes, [&](protozero::pbf_reader& field) {
        switch (field.tag_and_type()) {
            case tag_and_type(Piece::text, kBytes): return out.text = field.get_string(), true;
            case tag_and_type(Piece::score, kFloat): return out.score = field.get_float(), true;
            case tag_and_type(Piece::type, kVarint): return out.kind = Kind(field.get_enum()), true;
            default: return false;
        }
    });
    return out;
}

void readTrainer(protozero::data_view bytes, Spec& out) {
    eachField(bytes, [&](protozero::pbf_reader& field) {
        switch (field.tag_and_type()) {
            case tag_and_type(Trainer::model, kVarint): return out.algorithm = Algorithm(field.get_enum()), true;
            case tag_and_type(Trainer::suffix, kVarint): return out.suffix = field.get_bool(), true;
            case tag_and_type(Trainer::byteFallback, kVarint): return out.byteFallback = field.get_bool(), true;
            case tag_and_type(Trainer::unknown, kVarint): return out.unknown = field.get_int32(), true;
            default: return false;
        }
    });
}

void readNormalizer(protozero::data_view bytes, Spec& out) {
    eachField(bytes, [&](protozero::pbf_reader& field) {
        switch (field.tag_and_type()) {
            case tag_and_type(Normalizer::charsmap, kBytes): return out.charsmap = field.get_string(), true;
            case tag_and_type(Normalizer::dummyPrefix, kVarint): return out.dummyPrefix = field.get_bool(), true;
            case tag_and_type(Normalizer::lessSpaces, kVarint): return out.lessSpaces = field.get_bool(), true;
            case tag_and_type(Normalizer::escapeSpaces, kVarint): return out.escapeSpaces = field.get_bool(), true;
            default: return false;
        }
    });
}

Spec readSpec(protozero::data_view bytes) {
    Spec out;
    eachField(bytes, [&](protozero::pbf_reader& part) {
        switch (part.tag_and_type()) {
            case tag_and_type(Model::pieces, kBytes): return out.pieces.push_back(readPiece(part.get_view())), true;
            case tag_and_type(Model::trainer, kBytes): return readTrainer(part.get_view(), out), true;
            case tag_and_type(Model::normalizer, kBytes): return readNormalizer(part.get_view(), out), true;
            default: return false;
        }
    });
    return out;
}

/// Pieces that text holds as they are.
using Whole = std::set<std::string, std::greater<>>;

/// The longest of `whole` that `text` begins with; 0 = none.
std::size_t wholeAt(const Whole& whole, std::string_view text) {
    // In falling order a longer piece stands before those that it begins with.
    for (auto each = whole.lower_bound(text); each != whole.end(); ++each) {
        if (text.starts_with(*each)) return each->size();
        if (!each->empty() && each->front() != text.front()) break;
    }
    return 0;
}

/// What the library's Normalizer makes of a text.
class Normalizing {
public:
    Normalizing(const Spec& spec, Charsmap map, Whole whole)
        : m_map(std::move(map)), m_whole(std::move(whole)), m_suffix(spec.suffix), m_dummy(spec.dummyPrefix),
          m_less(spec.lessSpaces), m_space(spec.escapeSpaces ? std::string(kSpaceSign) : " ") {}

    [[nodiscard]] std::string operator()(std::string_view text, bool begin, bool end) const {
        const auto take = [&] {
            const auto [length, with] = prefix(text);
            text.remove_prefix(length);
            return with;
        };
        if (m_less && begin)
            while (!text.empty() && prefix(text).with == " ") take();
        if (text.empty()) return {};
        std::string out;
        if (!m_suffix && m_dummy && begin) out += m_space;
        bool wasSpace = m_less && begin;
        while (!text.empty()) {
            std::string_view with = take();
            while (wasSpace && with.starts_with(' ')) with.remove_prefix(1);
            for (const char c : with)
                if (c == ' ')
                    out += m_space;
                else
                    out += c;
            if (!with.empty()) wasSpace = m_less && with.ends_with(' ');
        }
        if (m_less && end)
            while (out.ends_with(m_space)) out.resize(out.size() - m_space.size());
        if (m_suffix && m_dummy && end) out += m_space;
        return out;
    }

private:
    [[nodiscard]] Charsmap::Match prefix(std::string_view text) const {
        if (const std::size_t length = wholeAt(m_whole, text)) return {length, text.substr(0, length)};
        if (const auto match = m_map.find(text, Charsmap::Prefer::Longest)) return *match;
        const std::size_t length = characterLength(text, 0);
        return {length, text.substr(0, length)};
    }

    Charsmap m_map;
    Whole m_whole;
    bool m_suffix, m_dummy, m_less;
    std::string m_space;
};

/// Whether a piece goes on with a space behind something else: then words cannot be cut apart before the model.
bool crossesWords(const std::string& piece) {
    for (std::size_t at = piece.find(kSpaceSign); at != std::string::npos; at = piece.find(kSpaceSign, at + 1))
        if (at > 0 && !std::string_view(piece).substr(0, at).ends_with(kSpaceSign)) return true;
    return false;
}

/// Cuts before each run of space signs, and around whole pieces.
void cut(const std::string& text, bool atSpaces, const Whole& whole, std::vector<std::string>& out) {
    std::size_t begin = 0;
    const auto add = [&](std::size_t end) {
        if (begin < end) out.push_back(text.substr(begin, end - begin));
        begin = end;
    };
    bool wasSpace = true;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = std::string_view(text).substr(at);
        if (const std::size_t length = wholeAt(whole, rest)) {
            add(at);
            add(at += length);
            wasSpace = true;
            continue;
        }
        const bool space = rest.starts_with(kSpaceSign);
        if (space && !wasSpace && atSpaces) add(at);
        wasSpace = space;
        at += characterLength(text, at);
    }
    add(text.size());
}

Result<std::unique_ptr<Tokenizer>> make(Spec spec, const fs::path& path) {
    const std::string place = path.string();
    const auto unknownHere = [&](const std::string& what) {
        return badInput(place, what + " is not known here", "Put the model's tokenizer.json beside it, or give token ids as .npy arrays");
    };
    if (spec.algorithm != Algorithm::Unigram && spec.algorithm != Algorithm::Bpe)
        return unknownHere("a SentencePiece model of words or of characters");
    const bool bpe = spec.algorithm == Algorithm::Bpe;
    auto ids = std::make_shared<Vocabulary>();
    ScoredVocabulary vocabulary;
    Parts parts{.place = place, .words = "tokens of " + path.filename().string(), .added = {}, .steps = {}, .model = {}, .pieces = {}};
    Whole whole;
    float greatest = 0;  // the library never starts below
    for (const auto& piece : spec.pieces)
        if (piece.kind == Kind::Normal) greatest = std::max(greatest, piece.score);
    bool atSpaces = true;
    for (const auto& [text, score, kind] : spec.pieces) {
        const auto id = std::int64_t(vocabulary.scores.size());
        if (text.empty() || !std::isfinite(score) || !ids->emplace(text, id).second)
            return badInput(place, fmt::format("piece {} is empty, there twice or has no score", id), "Get the file that belongs to the model");
        if (kind == Kind::Unused && bpe) return unknownHere("a BPE model with unused pieces");
        const bool userDefined = kind == Kind::UserDefined, made = userDefined || kind == Kind::Normal;
        if (userDefined) whole.insert(text);
        if (made) atSpaces = atSpaces && !crossesWords(text);
        vocabulary.scores.push_back(!made         ? std::numeric_limits<double>::quiet_NaN()
                                    : userDefined ? double(text.size()) * double(greatest) - 0.1
                                                  : double(score));
        std::string spelled;
        for (std::size_t at = 0; at < text.size(); at += characterLength(text, at)) {
            const std::string character = text.substr(at, characterLength(text, at));
            spelled += character == kSpaceSign ? " " : character;
        }
        parts.pieces.emplace(id, spelled);
    }
    if (spec.unknown < 0 || std::size_t(spec.unknown) >= spec.pieces.size() || spec.pieces[std::size_t(spec.unknown)].kind != Kind::Unknown)
        return badInput(place, "the unknown token is not among its pieces", "Get the file that belongs to the model");
    vocabulary.unknown = spec.unknown;
    if (spec.byteFallback) vocabulary.bytes = byteIds(*ids);
    for (std::size_t b = 0; b < vocabulary.bytes.size(); ++b) parts.pieces[vocabulary.bytes[b]] = std::string(1, char(b));
    vocabulary.ids = std::move(ids);

    auto map = Charsmap::parse(spec.charsmap, place);
    if (!map) return propagate(map);
    parts.steps = {[normalize = Normalizing(spec, std::move(*map), whole)](Pieces& pieces) {
                       for (std::string& text : pieces.texts) text = normalize(validUtf8(text), pieces.begin, pieces.end);
                   },
                   [atSpaces, whole = bpe ? whole : Whole()](Pieces& pieces) {
                       std::vector<std::string> out;
                       for (const std::string& text : pieces.texts) cut(text, atSpaces, whole, out);
                       pieces.texts = std::move(out);
                   }};
    if (!bpe) {
        parts.model = unigramModel(std::move(vocabulary));
        return assemble(std::move(parts));
    }
    parts.model = scoredBpeModel(vocabulary);
    parts.model.encode = [ids = vocabulary.ids, whole, merge = parts.model.encode](const std::string& word, std::vector<std::int64_t>& out, const Job& job) {
        if (whole.contains(word))
            out.push_back(ids->at(word));
        else
            merge(word, out, job);
    };
    return assemble(std::move(parts));
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> openSentencePiece(const fs::path& path) {
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    Spec spec;
    try {
        spec = readSpec({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    } catch (const protozero::exception& error) {
        return badInput(path.string(), "not a readable SentencePiece model", "Get the file that belongs to the model");
    }
    auto made = make(std::move(spec), path);
    if (made) (*made)->file = path;
    return made;
}

}  // namespace roundoff::calibration
