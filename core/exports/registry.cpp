#include "core/exports/families.h"

namespace roundoff::exports {

const std::vector<Target>& targets() {
    static const std::vector<Target> list{onnxQdq(), onnxDynamic(), onnxQOperator(), onnxMatMulNBits(), onnxFakeQuant()};
    return list;
}

const Target* findTarget(std::string_view id) {
    for (const Target& target : targets())
        if (target.id == id) return &target;
    return nullptr;
}

}  // namespace roundoff::exports
