#pragma once
#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "core/base/error.h"

namespace roundoff {

/// A value, or the Error that kept it from being.
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string where, std::string what, std::string remedy = {}) {
    return tl::unexpected<Error>(Error{code, std::move(where), std::move(what), std::move(remedy)});
}
inline tl::unexpected<Error> badInput(std::string where, std::string what, std::string remedy = {}) {
    return failure(ErrorCode::BadInput, std::move(where), std::move(what), std::move(remedy));
}
inline tl::unexpected<Error> usage(std::string where, std::string what, std::string remedy = {}) {
    return failure(ErrorCode::Usage, std::move(where), std::move(what), std::move(remedy));
}
inline tl::unexpected<Error> failed(std::string where, std::string what, std::string remedy = {}) {
    return failure(ErrorCode::Failed, std::move(where), std::move(what), std::move(remedy));
}
inline tl::unexpected<Error> cancelled() { return failure(ErrorCode::Cancelled, "", "cancelled"); }

/// Passes the Error of an expected on: `if (!x) return propagate(x);`
template <class T>
tl::unexpected<Error> propagate(const tl::expected<T, Error>& result) {
    return tl::unexpected<Error>(result.error());
}

}  // namespace roundoff
