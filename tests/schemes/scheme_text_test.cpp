#include <gmock/gmock.h>

#include "core/schemes/number_format.h"

namespace roundoff::schemes {
namespace {

std::string canonical(std::string_view given) {
    const auto scheme = parseScheme(given);
    return scheme ? text(*scheme) : scheme.error().line();
}

TEST(SchemeText, SpellsDefaultsOut) {
    EXPECT_EQ(canonical("int8"), "int8:channel:sym:minmax:rtn");
    EXPECT_EQ(canonical("int4:asym:g128"), "int4:g128:asym:minmax:rtn");
    EXPECT_EQ(canonical("fp8-e4m3:tensor"), "fp8-e4m3:tensor:sym:minmax:rtn");
    EXPECT_EQ(canonical("int8:p99.99"), "int8:channel:sym:p99.99:rtn");
    EXPECT_EQ(canonical("log4:mse:g32"), "log4:g32:sym:mse:rtn");
    EXPECT_EQ(canonical("float"), "float");
    EXPECT_EQ(canonical("int8/uint8"), "int8:channel:sym:minmax:rtn/uint8:tensor:asym:minmax:static");
    EXPECT_EQ(canonical("int8/int8:token:dynamic"), "int8:channel:sym:minmax:rtn/int8:token:sym:minmax:dynamic");
}

TEST(SchemeText, ParsesBackForEveryFormatAndOption) {
    for (const NumberFormat& format : numberFormats()) {
        for (const char* options : {"", ":tensor", ":channel", ":g32", ":asym", ":mse", ":p99.5", ":g64:asym:mse", ":kl", ":tensor:std"}) {
            const auto scheme = parseScheme(format.id + options);
            if (!scheme) continue;
            EXPECT_EQ(parseScheme(text(*scheme)).value(), *scheme) << text(*scheme);
            EXPECT_EQ(parseScheme(shortText(*scheme)).value(), *scheme) << shortText(*scheme);
            EXPECT_LE(shortText(*scheme).size(), text(*scheme).size());
        }
    }
}

TEST(SchemeText, ErrorsNameTheWordAndTheChoices) {
    const auto line = [](std::string_view given) { return parseScheme(given).error().line(); };
    EXPECT_THAT(line("int9"), testing::StartsWith("scheme: 'int9' is not a format. Choose one of float, int2"));
    EXPECT_THAT(line("fp8-e4m3:fast"),
                testing::StartsWith("scheme: 'fast' in 'fp8-e4m3:fast' is not an option. After fp8-e4m3 may stand tensor, "
                                    "channel, g32, g64, g128, …, b128x128, …, sym, pot, minmax, p99.99, …, mse"));
    EXPECT_THAT(line("mulaw8:mu2"), testing::HasSubstr("After mulaw8 may stand mu255, mu10, mu1, tensor"));
    EXPECT_THAT(line("mxfp4:pot"), testing::StartsWith("scheme: 'pot' does not go with mxfp4."));
    EXPECT_THAT(line("int8:sym:asym"), testing::StartsWith("scheme: 'asym' contradicts an earlier word of 'int8:sym:asym'."));
    EXPECT_THAT(line("fp8-e4m3:asym"), testing::StartsWith("scheme: 'asym' does not go with fp8-e4m3."));
    EXPECT_THAT(line("float:channel"), "scheme: 'channel' does not go with float. float takes no options.");
    EXPECT_THAT(line("int8:token"), testing::StartsWith("scheme: 'token' does not go with int8."));
    EXPECT_THAT(line("int8/uint8/int8"), testing::HasSubstr("more than one '/'"));
    EXPECT_THAT(line("int8/float"), testing::HasSubstr("'float' is not a format"));
    EXPECT_THAT(line("int8/uint8:channel"), testing::EndsWith("After uint8 may stand tensor, token, sym, symfull, symgptq, asym, pot, minmax, p99.99, …, mse, kl, std, "
                                                              "ema, static, dynamic."));
    EXPECT_THAT(line("int8/uint8:kl:dynamic"), testing::StartsWith("scheme: 'kl' contradicts 'dynamic' in 'uint8:kl:dynamic'."));
    EXPECT_THAT(line("float/uint8"), testing::StartsWith("scheme: 'float/uint8' quantizes the activations of layers"));
    for (const char* broken : {"", ":", "int8:", "int8:g0", "int8:g", "int8:p0", "int8:p101", "int8:g99999999999", "int8:pnan"})
        EXPECT_EQ(parseScheme(broken).error().code, ErrorCode::Usage) << broken;
}

}  // namespace
}  // namespace roundoff::schemes
