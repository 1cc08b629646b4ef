#include "core/base/error.h"

namespace roundoff {

std::string Error::line() const {
    std::string text = where.empty() ? what : where + ": " + what;
    text += '.';
    if (!remedy.empty()) text += ' ' + remedy + '.';
    return text;
}

}  // namespace roundoff
