#pragma once
#include "app/cli/command.h"

/// The commands that registry.cpp lists, one file each; later.cpp holds those that are still to come.
namespace roundoff::cli {

Command infoCommand();
Command compareCommand();
Command exportCommand();
Command verifyCommand();
Command schemesCommand();
Command formatsCommand();
Command targetsCommand();
Command searchCommand();
Command benchCommand();

}  // namespace roundoff::cli
