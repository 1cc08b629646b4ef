#include "app/cli/all.h"

namespace roundoff::cli {

const std::vector<Command>& commands() {
    static const std::vector<Command> list{infoCommand(),    compareCommand(), exportCommand(),
                                           verifyCommand(),  schemesCommand(), formatsCommand(),
                                           targetsCommand(), searchCommand(),  benchCommand()};
    return list;
}

}  // namespace roundoff::cli
