#pragma once
#include "core/reports/writer.h"

/// The writers that registry.cpp lists, one file each.
namespace roundoff::reports {

Writer textWriter();
Writer jsonWriter();
Writer csvWriter();
Writer htmlWriter();

}  // namespace roundoff::reports
