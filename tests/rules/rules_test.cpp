#include "tests/rules/rules.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace roundoff::rules {
namespace {

using ::testing::ElementsAre, ::testing::HasSubstr, ::testing::IsEmpty;

TEST(Rules, FindWhatTheyAreThereFor) {
    EXPECT_THAT(violations("core/base/a.cpp", "#include \"core/tensor/shape.h\"\n"),
                ElementsAre(HasSubstr("core/base must not know core/tensor")));
    EXPECT_THAT(violations("core/schemes/a.cpp", "#include \"core/formats/format.h\"\n"),
                ElementsAre(HasSubstr("must not know")));
    EXPECT_THAT(violations("ui/views/a.cpp", "#include \"app/worker/worker.h\"\n"),
                ElementsAre(HasSubstr("ui must not know app")));
    EXPECT_THAT(violations("core/model/a.cpp", "#include \"model.h\"\n"), ElementsAre(HasSubstr("path from the root")));
    EXPECT_THAT(violations("core/model/a.cpp", "#include <QString>\n"), ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("core/model/a.cpp", "  #  include <QtCore/QString>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("app/cli/a.cpp", "#include <QString>\n"), ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("core/analysis/a.cpp", "#include <hwy/highway.h>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("core/exports/a.cpp", "#include <onnx/onnx_pb.h>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("core/formats/b.cpp", "#include <protozero/pbf_reader.hpp>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("core/exports/a.cpp", "#include <onnxruntime_cxx_api.h>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("ui/views/a.cpp", "#include <QChartView>\n"), ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("ui/views/a.cpp", "#include <QtCharts/QChartView>\n"),
                ElementsAre(HasSubstr("not for this folder")));
    EXPECT_THAT(violations("ui/views/a.cpp", "std::thread worker;\n"), ElementsAre(HasSubstr("std::thread")));
    EXPECT_THAT(violations("core/model/a.h", "int x;\n#pragma once\n"), ElementsAre(HasSubstr("#pragma once")));
    EXPECT_THAT(violations("core/model/a.h", "#pragma once\nusing namespace std;\n"),
                ElementsAre(HasSubstr("namespace")));
    EXPECT_THAT(violations("core/model/a.cpp", std::string(501, '\n')), ElementsAre(HasSubstr("500 lines")));
}

TEST(Rules, LetPassWhatIsAllowed) {
    EXPECT_THAT(violations("core/analysis/a.h",
                           "// why\n#pragma once\n#include \"core/schemes/scheme.h\"\n#include <vector>\n"),
                IsEmpty());
    EXPECT_THAT(violations("ui/charts/a.cpp", "#include <QChartView>\n#include <QtCharts/QChart>\n"), IsEmpty());
    EXPECT_THAT(violations("core/kernels/a.cpp", "#include <hwy/highway.h>\n"), IsEmpty());
    EXPECT_THAT(violations("core/kernels/a-inl.h", "#include <hwy/highway.h>\n"), IsEmpty());
    EXPECT_THAT(violations("core/formats/onnx/a.cpp", "#include <protozero/pbf_reader.hpp>\n"), IsEmpty());
    EXPECT_THAT(violations("core/runtime/a.cpp", "#include <onnxruntime_cxx_api.h>\n"), IsEmpty());
    EXPECT_THAT(
        violations("core/model/a.cpp", "std::this_thread::yield();  // not std::thread\nauto s = \"std::thread\";\n"),
        IsEmpty());
}

TEST(Rules, HoldForTheWholeHouse) {
    namespace fs = std::filesystem;
    const fs::path root = ROUNDOFF_SOURCE_DIR;
    std::size_t files = 0;
    for (const char* top : {"core", "ui", "app", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const auto extension = entry.path().extension();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
            std::ifstream file(entry.path());
            const std::string text{std::istreambuf_iterator<char>(file), {}};
            for (const std::string& line : violations(fs::relative(entry.path(), root).string(), text))
                ADD_FAILURE() << line;
            ++files;
        }
    }
    EXPECT_GT(files, 100u);
}

}  // namespace
}  // namespace roundoff::rules
