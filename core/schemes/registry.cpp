#include <algorithm>
#include <iterator>

#include "core/schemes/families.h"
#include "core/schemes/number_format.h"

namespace roundoff::schemes {

NumberFormat scalarFormat(std::string id, int bits) {
    using Kind = Granularity::Kind;
    using Rule = Range::Rule;
    NumberFormat format;
    format.id = std::move(id);
    format.bits = bits;
    format.defaults.format = format.id;
    format.defaults.granularity.kind = Kind::Channel;
    format.granularities = {Kind::Tensor, Kind::Channel, Kind::Group, Kind::Block, Kind::Token};
    format.symmetries = {Symmetry::Symmetric};
    format.ranges = {Rule::MinMax, Rule::Percentile, Rule::Mse, Rule::Kl, Rule::Std};
    return format;
}

const std::vector<Family>& families() {
    static const std::vector<Family> all = [] {
        std::vector<Family> list;
        for (const auto family : {unquantized, signedIntegers, unsignedIntegers, smallFloats, blockFloats, codebooks, logarithmic, powersOfTwo,
                                  muLaws, exponentialLaws, posits, ggmlBlocks}) {
            list.push_back(family());
            for (NumberFormat& format : list.back().formats) format.family = list.back().id;
        }
        return list;
    }();
    return all;
}

const std::vector<NumberFormat>& numberFormats() {
    static const std::vector<NumberFormat> all = [] {
        std::vector<NumberFormat> list;
        for (const Family& family : families()) std::ranges::copy(family.formats, std::back_inserter(list));
        return list;
    }();
    return all;
}

const NumberFormat* findNumberFormat(std::string_view id) {
    const auto& all = numberFormats();
    const auto found = std::ranges::find(all, id, &NumberFormat::id);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace roundoff::schemes
