#include "core/base/error.h"

namespace roundoff {
namespace {

/// Ends a sentence that may already be ended.
std::string sentence(const std::string& text) { return text.ends_with('.') ? text : text + '.'; }

}  // namespace

std::string Error::line() const {
    std::string text = sentence(where.empty() ? what : where + ": " + what);
    if (!remedy.empty()) text += ' ' + sentence(remedy);
    return text;
}

}  // namespace roundoff
