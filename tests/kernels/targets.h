#pragma once
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <string>
#include <vector>

namespace roundoff::test {

/// Runs each test on one instruction set; instantiate with ValuesIn(instructionSets()) and instructionSetName.
class OnInstructionSet : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

/// All that this machine runs.
inline std::vector<std::int64_t> instructionSets() {
    std::vector<std::int64_t> targets;
    const std::int64_t all = hwy::SupportedTargets();
    for (int bit = 0; bit < 62; ++bit)
        if (all >> bit & 1) targets.push_back(std::int64_t(1) << bit);
    return targets;
}
inline std::string instructionSetName(const testing::TestParamInfo<std::int64_t>& each) { return hwy::TargetName(each.param); }

}  // namespace roundoff::test
