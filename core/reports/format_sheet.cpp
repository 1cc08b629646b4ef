#include "core/reports/format_sheet.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/random.h"
#include "core/exports/target.h"
#include "core/schemes/quantized_tensor.h"
#include "core/schemes/size.h"

namespace roundoff::reports {
namespace {

using schemes::Granularity;
using schemes::NumberFormat;
using schemes::Range;
using schemes::Scheme;
using schemes::ScaleRule;

std::string_view name(ScaleRule rule) {
    switch (rule) {
        case ScaleRule::One: return "none";
        case ScaleRule::Plain: return "plain";
        case ScaleRule::PowerOfTwo: return "power-of-two";
        case ScaleRule::Own: return "own";
        case ScaleRule::TwoLevel: return "two-level";
    }
    return "other";
}

/// True where the text form takes the scheme: it alone decides what goes with what.
bool speakable(const Scheme& scheme) {
    const auto parsed = schemes::parseScheme(schemes::text(scheme));
    return parsed && *parsed == scheme;
}

/// Every scheme of a format that targets might tell apart, the default first.
std::vector<Scheme> trials(const NumberFormat& format) {
    std::vector<Scheme> list{{format.defaults, {}}};
    for (const Granularity::Kind kind : format.granularities)
        for (const std::uint32_t length : {32U, 128U})
            for (const schemes::Symmetry symmetry : format.symmetries) {
                Scheme scheme{format.defaults, {}};
                const bool group = kind == Granularity::Kind::Group, block = kind == Granularity::Kind::Block;
                scheme.weight.granularity = {kind, block ? length : 0, group || block ? length : 0};
                scheme.weight.symmetry = symmetry;
                if (speakable(scheme)) list.push_back(scheme);
            }
    return list;
}

TargetAnswer answerOf(const exports::Target& target, const std::vector<Scheme>& schemes) {
    model::Layer layer;
    layer.name = "weight";
    layer.op = "MatMul";
    layer.shape = {4096, 4096};
    layer.parameters = 4096 * 4096;
    layer.outputAxis = 1;
    TargetAnswer answer{std::string(target.id), {}, target.whyNot(layer, schemes.front())};
    for (const Scheme& scheme : schemes)
        if (target.whyNot(layer, scheme).empty()) {
            answer.scheme = schemes::shortText(scheme);
            break;
        }
    return answer;
}

}  // namespace

FormatSheet sheetOf(const NumberFormat& format) {
    FormatSheet sheet;
    sheet.format = &format;
    sheet.standard = schemes::text({format.defaults, {}});
    if (!format.grid) {
        sheet.scaleRule = "none";
        sheet.bitsPerWeight = format.bits;
        return sheet;
    }
    sheet.bitsPerWeight = schemes::nominalBits(format.defaults);
    if (format.storage != tensor::ElementType::Undefined) sheet.storage = tensor::name(format.storage);
    sheet.scaleRule = name(format.scaleRule);
    for (const auto kind : format.granularities) {
        if (kind == Granularity::Kind::Token) continue;  // activations only
        const bool group = kind == Granularity::Kind::Group;
        sheet.granularities.push_back(group && format.fixedGroup == 0        ? "gN"
                                      : kind == Granularity::Kind::Block ? "bRxC"
                                                                         : word(Granularity{kind, 0, format.fixedGroup}));
    }
    for (const auto symmetry : format.symmetries) sheet.symmetries.push_back(word(symmetry));
    for (const auto rule : format.ranges)
        sheet.ranges.push_back(rule == Range::Rule::Percentile ? "pX" : word(Range{rule, 100}));
    Scheme shift{format.defaults, {}};
    shift.weight.powerOfTwoScale = true;
    sheet.powerOfTwoScales = speakable(shift);
    const auto schemes = trials(format);
    for (const exports::Target& target : exports::targets()) sheet.targets.push_back(answerOf(target, schemes));
    return sheet;
}

LevelPicture levelsOf(const NumberFormat& format) {
    LevelPicture picture;
    if (!format.grid) return picture;
    if (!format.learn) picture.levels = schemes::levels(format.defaults);
    if (picture.levels.empty()) {
        picture.learned = true;
        std::vector<float> weights(4096);
        Random random(1);
        for (float& weight : weights) weight = float(random.normal());
        const tensor::TensorView view{tensor::ElementType::Float32, {1, 4096}, std::as_bytes(std::span(weights))};
        Job job({}, {}, 1);
        const auto quantized = schemes::quantize(view, 0, 1, format.defaults, job);
        if (!quantized) return picture;
        std::vector<float> values(weights.size());
        schemes::dequantize(*quantized, 0, values);
        if (format.fixedGroup > 0) values.resize(std::min<std::size_t>(values.size(), format.fixedGroup));
        picture.levels.assign(values.begin(), values.end());
        if (!quantized->codebook.empty()) picture.levels.assign(quantized->codebook.begin(), quantized->codebook.end());
        std::ranges::sort(picture.levels);
        const auto same = std::ranges::unique(picture.levels);
        picture.levels.erase(same.begin(), same.end());
    }
    double most = 0;
    for (const double level : picture.levels) most = std::max(most, std::abs(level));
    if (most > 0)
        for (double& level : picture.levels) level /= most;
    return picture;
}

}  // namespace roundoff::reports
