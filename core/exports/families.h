#pragma once
#include "core/exports/target.h"

// One function for each target's file; registry.cpp lists them.
namespace roundoff::exports {

Target onnxQdq();
Target onnxDynamic();
Target onnxQOperator();
Target onnxMatMulNBits();
Target onnxFakeQuant();

}  // namespace roundoff::exports
