#include <sentencepiece_processor.h>

#include "core/calibration/readers.h"
#include "core/calibration/tokenizer.h"

namespace roundoff::calibration {
namespace {

class SentencePiece : public Tokenizer {
public:
    [[nodiscard]] Result<std::vector<std::int64_t>> encode(std::string_view text, Job& job) const override {
        if (job.cancelled()) return cancelled();
        std::vector<int> ids;
        if (const auto status = m_processor.Encode({text.data(), text.size()}, &ids); !status.ok())
            return badInput("tokenizer.model", "SentencePiece: " + status.ToString(), "Give token ids as .npy arrays instead");
        return std::vector<std::int64_t>(ids.begin(), ids.end());
    }
    [[nodiscard]] std::string piece(std::int64_t id) const override {
        if (id < 0 || id >= m_processor.GetPieceSize()) return fmt::format("<{}>", id);
        std::string text = m_processor.IdToPiece(int(id));
        static const std::string kSign = "\u2581";
        for (auto at = text.find(kSign); at != std::string::npos; at = text.find(kSign, at)) text.replace(at, kSign.size(), " ");
        return text;
    }
    [[nodiscard]] std::string words() const override { return "tokens of tokenizer.model"; }

    sentencepiece::SentencePieceProcessor m_processor;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> openSentencePiece(const std::filesystem::path& path) {
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    auto out = std::make_unique<SentencePiece>();
    const auto status = out->m_processor.LoadFromSerializedProto({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    if (!status.ok())
        return badInput(path.string(), "not a readable SentencePiece model: " + status.ToString(),
                        "Get the file that belongs to the model");
    out->file = path;
    return out;
}

}  // namespace roundoff::calibration
