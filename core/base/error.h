#pragma once
#include <string>

namespace roundoff {

/// What kind of trouble; the command line turns it into its exit status.
enum class ErrorCode {
    Failed,     ///< the work failed or a check did not hold (exit 1)
    Usage,      ///< the caller asked for something that does not exist or contradicts itself (exit 2)
    BadInput,   ///< the input is broken or unsupported (exit 3)
    Cancelled,  ///< the caller's stop token fired (exit 4)
};

/// A failure that a user can act on. Printed as one line: `WHERE: WHAT. WHAT TO DO.`
struct Error {
    ErrorCode code = ErrorCode::Failed;
    std::string where;   ///< file, tensor, node, offset: the place
    std::string what;    ///< what is wrong, a sentence without its full stop
    std::string remedy;  ///< the way out, a sentence without its full stop; may be empty

    [[nodiscard]] std::string line() const;
};

}  // namespace roundoff
