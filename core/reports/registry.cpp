#include <algorithm>

#include "core/reports/all.h"

namespace roundoff::reports {

const std::vector<Writer>& writers() {
    static const std::vector<Writer> list{textWriter(), jsonWriter(), csvWriter(), htmlWriter()};
    return list;
}

const Writer* findWriter(std::string_view id) {
    const auto& list = writers();
    const auto found = std::find_if(list.begin(), list.end(), [&](const Writer& writer) { return writer.id == id; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace roundoff::reports
