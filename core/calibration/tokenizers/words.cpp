#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <queue>

#include "core/calibration/tokenizers/parts.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;
using Id = std::int64_t;
constexpr Id kNone = -1;

std::uint64_t pairOf(Id left, Id right) { return std::uint64_t(left) << 32 | std::uint64_t(right); }

struct Merge {
    std::size_t rank = 0;
    Id to = 0;
};

/// Whether a piece that `has` knows stretches over the place between two halves of a text. `longest` is that of all pieces.
template <class Has>
bool stretches(std::string_view before, std::string_view after, std::size_t longest, const Has& has) {
    if (before.size() < longest || after.size() < longest) return true;
    for (std::size_t begin = before.size(); begin > 0 && before.size() - begin < longest;) {
        do --begin;
        while (begin > 0 && (static_cast<unsigned char>(before[begin]) & 0xC0) == 0x80);
        std::string piece(before.substr(begin));
        if (begin + characterLength(before, begin) == before.size() && !has(piece) && !has(std::string(after.substr(0, characterLength(after, 0)))))
            return true;  // characters that are not known may become one token
        for (std::size_t end = 0; end < after.size() && piece.size() < longest;) {
            const std::size_t length = characterLength(after, end);
            piece += after.substr(end, length);
            if (has(piece)) return true;
            end += length;
        }
    }
    return false;
}

std::size_t longestOf(const Vocabulary& vocabulary) {
    std::size_t longest = 1;
    for (const auto& [text, id] : vocabulary) longest = std::max(longest, text.size());
    return longest;
}

/// How many steps a model takes between two looks at the job.
constexpr std::size_t kLook = 1u << 16;

struct Bpe {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::unordered_map<std::uint64_t, Merge> merges;
    std::vector<Id> bytes;  // where it falls back to them
    Id unknown = kNone;
    bool fuseUnknown = false, ignoreMerges = false;
    bool opaque = false;  ///< merges have sides that do not stand for their own text
    std::size_t longest = 1;

    [[nodiscard]] bool crosses(std::string_view before, std::string_view after) const {
        return ignoreMerges || opaque || stretches(before, after, longest, [&](const std::string& piece) { return find(piece) != kNone; });
    }

    [[nodiscard]] Id find(const std::string& piece) const {
        const auto found = vocabulary->find(piece);
        return found == vocabulary->end() ? kNone : found->second;
    }

    /// Characters as ids, before any merge.
    [[nodiscard]] std::vector<Id> characters(const std::string& word) const {
        std::vector<Id> ids;
        bool wasUnknown = false;
        for (std::size_t at = 0; at < word.size();) {
            const std::size_t length = characterLength(word, at);
            const Id id = find(word.substr(at, length));
            const bool isUnknown = id == kNone && bytes.empty();
            if (id != kNone)
                ids.push_back(id);
            else if (!bytes.empty())
                for (std::size_t i = 0; i < length; ++i) ids.push_back(bytes[std::size_t(static_cast<unsigned char>(word[at + i]))]);
            else if (unknown != kNone && !(fuseUnknown && wasUnknown))
                ids.push_back(unknown);
            wasUnknown = isUnknown;
            at += length;
        }
        return ids;
    }

    /// The pair of least rank, leftmost first, again and again.
    void encode(const std::string& word, std::vector<Id>& out, const Job& job) const {
        if (ignoreMerges)
            if (const Id whole = find(word); whole != kNone) return out.push_back(whole);
        struct Symbol {
            Id id;
            std::ptrdiff_t before, after;  // -1 = none
        };
        struct Candidate {
            std::size_t rank;
            std::ptrdiff_t at;
            Id left, right, to;
            bool operator<(const Candidate& other) const {
                return rank != other.rank ? rank > other.rank : at > other.at;
            }
        };
        std::vector<Symbol> symbols;
        for (const Id id : characters(word)) {
            const auto n = std::ptrdiff_t(symbols.size());
            symbols.push_back({id, n - 1, n + 1});
        }
        if (symbols.empty()) return;
        symbols.back().after = -1;
        std::priority_queue<Candidate> queue;
        const auto offer = [&](std::ptrdiff_t at) {
            if (at < 0 || symbols[std::size_t(at)].after < 0) return;
            const Id left = symbols[std::size_t(at)].id, right = symbols[std::size_t(symbols[std::size_t(at)].after)].id;
            const auto found = merges.find(pairOf(left, right));
            if (found != merges.end()) queue.push({found->second.rank, at, left, right, found->second.to});
        };
        for (std::size_t i = 0; i < symbols.size(); ++i) offer(std::ptrdiff_t(i));
        for (std::size_t steps = 1; !queue.empty(); ++steps) {
            if (steps % kLook == 0 && job.cancelled()) return;
            const Candidate top = queue.top();
            queue.pop();
            Symbol& left = symbols[std::size_t(top.at)];
            if (left.id != top.left || left.after < 0 || symbols[std::size_t(left.after)].id != top.right) continue;
            Symbol& right = symbols[std::size_t(left.after)];
            right.id = kNone;
            left.id = top.to;
            left.after = right.after;
            if (left.after >= 0) symbols[std::size_t(left.after)].before = top.at;
            offer(left.before);
            offer(top.at);
        }
        for (std::ptrdiff_t at = 0; at >= 0; at = symbols[std::size_t(at)].after) out.push_back(symbols[std::size_t(at)].id);
    }
};

/// Viterbi over the characters.
struct Unigram {
    ScoredVocabulary vocabulary;
    double unknownScore = 0;
    std::size_t longest = 1;

    explicit Unigram(ScoredVocabulary scored) : vocabulary(std::move(scored)) {
        constexpr double kUnknownPenalty = 10;
        double least = std::numeric_limits<double>::infinity();
        for (const double score : vocabulary.scores) least = std::fmin(least, score);  // passes NaN over
        unknownScore = least - kUnknownPenalty;
        longest = longestOf(*vocabulary.ids);
    }

    [[nodiscard]] bool crosses(std::string_view before, std::string_view after) const {
        return stretches(before, after, longest, [&](const std::string& piece) { return vocabulary.find(piece) != kNone; });
    }

    void encode(const std::string& word, std::vector<Id>& out, const Job& job) const {
        struct Node {
            double score = -std::numeric_limits<double>::infinity();
            std::size_t from = 0;
            Id id = kNone;
            bool reached = false;
        };
        std::vector<Node> nodes(word.size() + 1);
        nodes[0] = {0, 0, kNone, true};
        const auto offer = [&](std::size_t from, std::size_t to, Id id, double score) {
            if (const double total = nodes[from].score + score; !nodes[to].reached || total > nodes[to].score)
                nodes[to] = {total, from, id, true};
        };
        std::size_t steps = 0;
        for (std::size_t at = 0; at < word.size();) {
            if (++steps % kLook == 0 && job.cancelled()) return;
            const std::size_t first = characterLength(word, at);
            bool single = false;
            for (std::size_t end = at + first; end - at <= longest;) {
                if (const Id id = vocabulary.find(word.substr(at, end - at)); id != kNone) {
                    offer(at, end, id, vocabulary.scores[std::size_t(id)]);
                    single = single || end == at + first;
                }
                if (end >= word.size()) break;
                end += characterLength(word, end);
            }
            if (!single) offer(at, at + first, vocabulary.unknown, unknownScore);
            at += first;
        }
        std::vector<std::pair<std::size_t, std::size_t>> path;
        for (std::size_t at = word.size(); at > 0; at = nodes[at].from) path.emplace_back(nodes[at].from, at);
        bool wasUnknown = false;
        for (auto step = path.rbegin(); step != path.rend(); ++step) {
            const Id id = nodes[step->second].id;
            const bool isUnknown = id == vocabulary.unknown;
            if (!isUnknown)
                out.push_back(id);
            else if (!vocabulary.bytes.empty())
                for (std::size_t i = step->first; i < step->second; ++i)
                    out.push_back(vocabulary.bytes[static_cast<unsigned char>(word[i])]);
            else if (!wasUnknown)
                out.push_back(id);  // neighbours are one
            wasUnknown = isUnknown;
        }
    }
};

template <class Model>
WordModel wordModel(std::shared_ptr<const Model> model) {
    return {[model](const std::string& word, std::vector<Id>& ids, const Job& job) { model->encode(word, ids, job); },
            [model](std::string_view before, std::string_view after) { return model->crosses(before, after); }};
}

tl::unexpected<Error> broken(const std::string& place, const std::string& what) {
    return badInput(place, what, "Give token ids as .npy arrays instead");
}

}  // namespace

std::size_t characterLength(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return std::min(length, text.size() - at);
}

std::int64_t ScoredVocabulary::find(const std::string& piece) const {
    const auto found = ids->find(piece);
    if (found == ids->end() || std::size_t(found->second) >= scores.size()) return kNone;
    return std::isnan(scores[std::size_t(found->second)]) ? kNone : found->second;
}

std::vector<std::int64_t> byteIds(const Vocabulary& vocabulary) {
    std::vector<std::int64_t> ids;
    for (int byte = 0; byte < 256; ++byte) {
        const auto found = vocabulary.find(fmt::format("<0x{:02X}>", byte));
        if (found == vocabulary.end()) return {};
        ids.push_back(found->second);
    }
    return ids;
}

Result<WordModel> bpeModel(const Json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place) {
    for (const char* option : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (const auto found = model.find(option); found != model.end() && found->is_string() && !found->get<std::string>().empty())
            return notKnown(place, std::string("BPE with \"") + option + "\"");
    auto bpe = std::make_shared<Bpe>();
    if (model.value("byte_fallback", false)) bpe->bytes = byteIds(*vocabulary);
    bpe->fuseUnknown = model.value("fuse_unk", false);
    bpe->ignoreMerges = model.value("ignore_merges", false);
    bpe->vocabulary = std::move(vocabulary);
    if (const auto unknown = model.find("unk_token"); unknown != model.end() && unknown->is_string())
        bpe->unknown = bpe->find(unknown->get<std::string>());
    std::size_t rank = 0;
    for (const Json& merge : model.at("merges")) {
        std::string left, right;
        if (merge.is_array() && merge.size() == 2) {
            left = merge[0].get<std::string>();
            right = merge[1].get<std::string>();
        } else {
            const auto text = merge.get<std::string>();
            const auto space = text.find(' ');
            if (space == std::string::npos) return broken(place, "a merge does not have two sides");
            left = text.substr(0, space);
            right = text.substr(space + 1);
        }
        const Id a = bpe->find(left), b = bpe->find(right), to = bpe->find(left + right);
        if (a == kNone || b == kNone || to == kNone) return broken(place, "a merge is of pieces that are not in the vocabulary");
        bpe->merges[pairOf(a, b)] = {rank++, to};
        for (const Id side : {a, b}) bpe->opaque = bpe->opaque || side == bpe->unknown || std::ranges::find(bpe->bytes, side) != bpe->bytes.end();
    }
    bpe->longest = longestOf(*bpe->vocabulary);
    return wordModel<Bpe>(bpe);
}

WordModel scoredBpeModel(ScoredVocabulary vocabulary) {
    auto bpe = std::make_shared<Bpe>();
    std::map<double, std::size_t, std::greater<>> ranks;  // pieces of one score are joined from the left
    for (const double score : vocabulary.scores)
        if (!std::isnan(score)) ranks.emplace(score, 0);
    std::size_t rank = 0;
    for (auto& [score, of] : ranks) of = rank++;
    for (const auto& [piece, id] : *vocabulary.ids) {
        if (vocabulary.find(piece) == kNone) continue;
        for (std::size_t at = characterLength(piece, 0); at < piece.size(); at += characterLength(piece, at)) {
            const Id left = vocabulary.find(piece.substr(0, at)), right = vocabulary.find(piece.substr(at));
            if (left != kNone && right != kNone) bpe->merges[pairOf(left, right)] = {ranks.at(vocabulary.scores[std::size_t(id)]), id};
        }
    }
    bpe->unknown = vocabulary.unknown;
    bpe->fuseUnknown = true;
    bpe->bytes = std::move(vocabulary.bytes);
    bpe->vocabulary = std::move(vocabulary.ids);
    bpe->longest = longestOf(*bpe->vocabulary);
    return wordModel<Bpe>(bpe);
}

WordModel unigramModel(ScoredVocabulary vocabulary) {
    return wordModel(std::make_shared<const Unigram>(std::move(vocabulary)));
}

Result<WordModel> wordPieceModel(const Json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place) {
    const auto prefix = model.value("continuing_subword_prefix", std::string("##"));
    const auto longest = model.value("max_input_chars_per_word", std::size_t{100});
    const auto unknown = vocabulary->find(model.value("unk_token", std::string("[UNK]")));
    if (unknown == vocabulary->end()) return broken(place, "the vocabulary lacks its own unknown token");
    WordModel out;
    out.crosses = [](std::string_view, std::string_view) { return true; };
    out.encode = [=, unknown = unknown->second](const std::string& word, std::vector<Id>& ids, const Job&) {
        std::vector<std::size_t> ends;  // of the characters
        for (std::size_t at = 0; at < word.size();) ends.push_back(at += characterLength(word, at));
        std::vector<Id> pieces;
        std::size_t done = 0;  // characters
        while (done < ends.size() && ends.size() <= longest) {
            const std::size_t start = done == 0 ? 0 : ends[done - 1];
            std::size_t end = ends.size();
            for (; end > done; --end) {
                const auto found = vocabulary->find((done == 0 ? "" : prefix) + word.substr(start, ends[end - 1] - start));
                if (found == vocabulary->end()) continue;
                pieces.push_back(found->second);
                break;
            }
            if (end == done) break;
            done = end;
        }
        if (done < ends.size()) pieces = {unknown};
        ids.insert(ids.end(), pieces.begin(), pieces.end());
    };
    return out;
}

}  // namespace roundoff::calibration
