#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <map>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_model.h"
#include "ui/shell/data_choice.h"
#include "ui/shell/reading_form.h"

namespace roundoff::ui {
namespace {

using calibration::DataSource;
using tensor::ElementType;
using testing_support::input;
using testing_support::toyModel;

DataSource at(const std::string& path) {
    DataSource source;
    source.path = path;
    return source;
}

model::Model pictures() { return toyModel({input("image", ElementType::Float32, {-1, 3, -1, -1}, {"batch", "", "height"})}); }
model::Model tokens() {
    return toyModel({input("input_ids", ElementType::Int64, {-1, -1}, {"batch", "sequence"}),
                     input("past_key.0", ElementType::Float32, {-1, 4, -1, 8}, {"batch", "", "past_length", ""})});
}

TEST(ReadingFields, TakeWhatTheyShow) {
    const std::map<std::string, std::vector<std::string>> texts{{"resize", {"", "224", "256x320", "none"}}, {"scale", {"", "0.5"}},
        {"mean", {"", "0.5", "0.485,0.456,0.406"}}, {"std", {"", "2"}}, {"layout", {"", "nchw", "nhwc"}}, {"channels", {"", "bgr"}},
        {"window", {"", "128"}}, {"dims", {"", "height=224", "height=224, image:3=320"}}};
    const std::map<std::string, std::vector<std::string>> wrong{{"resize", {"0", "a", "3x", "99999"}}, {"scale", {"x", "1,2", "nan"}}, {"mean", {"1,,2", "a"}},
        {"std", {"0", "1,0,1"}}, {"window", {"1", "2.5", "-4", "1e9"}}, {"dims", {"height", "height=0", "=3"}}};
    for (const ReadingField& field : readingFields()) {
        ASSERT_TRUE(texts.contains(field.id)) << field.id;
        DataSource source;
        for (const std::string& text : texts.at(field.id)) {
            ASSERT_TRUE(field.take(source, text)) << field.id << ' ' << text;
            EXPECT_EQ(field.text(source).toStdString(), text) << field.id;
        }
        EXPECT_TRUE(field.take(source, ""));
        EXPECT_EQ(source, DataSource{}) << field.id << " left empty changes nothing";
        if (!field.choices.empty()) continue;
        for (const std::string& text : wrong.at(field.id)) EXPECT_FALSE(field.take(source, text)) << field.id << ' ' << text;
    }
}

TEST(ReadingNeeds, AreThoseOfTheModelAndTheKindOfData) {
    const test::TempFolder folder;
    const auto ofFolder = readingNeeds(pictures(), at(folder.path().string()));
    EXPECT_TRUE(ofFolder.pictures);
    EXPECT_FALSE(ofFolder.text);
    EXPECT_EQ(ofFolder.sizes, (std::vector<std::string>{"height", "image:3"}));
    EXPECT_TRUE(readingNeeds(pictures(), at("/x/a.PNG")).pictures);
    const auto ofArray = readingNeeds(pictures(), at("/x/a.npy"));
    EXPECT_FALSE(ofArray.pictures || ofArray.text || !ofArray.sizes.empty()) << "an array says it all";
    const auto ofText = readingNeeds(tokens(), at("/x/a.txt"));
    EXPECT_TRUE(ofText.text);
    EXPECT_FALSE(ofText.pictures);
    const auto madeUp = readingNeeds(tokens(), {});
    EXPECT_FALSE(madeUp.text || madeUp.pictures);
    EXPECT_EQ(madeUp.sizes, (std::vector<std::string>{"sequence"})) << "batch and past have sizes of their own";
    EXPECT_FALSE(readingNeeds({}, {}).has(Reading::Sizes));
}

TEST(ReadAs, TakesTheWayAndLeavesThePath) {
    DataSource like = at("/data/a");
    like.images.bgr = true;
    like.window = 32;
    like.dims["height"] = 8;
    const DataSource read = readAs(at("/data/b"), like);
    EXPECT_EQ(read.path, "/data/b");
    EXPECT_EQ(read.images, like.images);
    EXPECT_EQ(read.window, 32U);
    EXPECT_EQ(read.dims, like.dims);
    EXPECT_EQ(readAs(at("/data/b"), std::nullopt), at("/data/b"));
}

class ReadingForms : public testing::Test {
protected:
    ReadingForms() {
        form.resize(420, 160);
        form.show(source, readingNeeds(pictures(), at(folder.path().string())));
        QObject::connect(&form, &ReadingForm::edited, [this](const DataSource& as) {
            source = as;
            ++edits;
        });
    }
    QLineEdit* edit(const char* name) { return form.findChild<QLineEdit*>(QLatin1String(name)); }
    void type(const char* name, const QString& text) {
        edit(name)->setText(text);
        QTest::keyClick(edit(name), Qt::Key_Return);
    }
    const test::TempFolder folder;
    DataSource source = at(folder.path().string());
    ReadingForm form;
    int edits = 0;
};

TEST_F(ReadingForms, ShowsWhatMattersAndTellsEachEditOnce) {
    EXPECT_FALSE(form.isHidden());
    EXPECT_FALSE(edit("readingMean")->isHidden());
    EXPECT_TRUE(edit("readingWindow")->isHidden());
    EXPECT_EQ(edit("readingDims")->placeholderText(), QStringLiteral("height=N, image:3=N"));
    type("readingMean", QStringLiteral("0.5,0.4,0.3"));
    EXPECT_EQ(source.images.mean, (std::vector<double>{0.5, 0.4, 0.3}));
    EXPECT_EQ(edits, 1);
    type("readingMean", QStringLiteral("0.5,0.4,0.3"));
    EXPECT_EQ(edits, 1) << "nothing new";
    form.findChild<QComboBox*>(QStringLiteral("readingChannels"))->setCurrentIndex(1);
    EXPECT_TRUE(source.images.bgr);
    type("readingDims", QStringLiteral("height=32, image:3=48"));
    EXPECT_EQ(source.dims.at("image:3"), 48);
    EXPECT_EQ(source.path.string(), folder.path().string());
}

TEST_F(ReadingForms, MarksWhatIsWrongInItsPlaceAndChangesNothing) {
    QSignalSpy problems(&form, &ReadingForm::problemChanged);
    type("readingResize", QStringLiteral("big"));
    EXPECT_EQ(edits, 0);
    EXPECT_FALSE(form.valid());
    EXPECT_EQ(problems.size(), 1);
    EXPECT_TRUE(edit("readingResize")->property("wrong").toBool());
    EXPECT_FALSE(edit("readingMean")->property("wrong").toBool());
    const auto* problem = form.findChild<QLabel*>(QStringLiteral("readingProblem"));
    EXPECT_FALSE(problem->isHidden());
    EXPECT_TRUE(problem->text().startsWith(QStringLiteral("Resize: 'big' is no size. Write N for the shorter side"))) << problem->text().toStdString();
    type("readingResize", QStringLiteral("64"));
    EXPECT_TRUE(form.valid());
    EXPECT_TRUE(problem->isHidden());
    EXPECT_EQ(source.images.height, 64);
    type("readingStd", QStringLiteral("0"));
    EXPECT_FALSE(form.valid());
    form.show(source, readingNeeds(tokens(), at("/x/a.txt")));
    EXPECT_TRUE(form.valid()) << "what no longer matters cannot be wrong";
    EXPECT_FALSE(edit("readingWindow")->isHidden());
    form.show(source, {});
    EXPECT_TRUE(form.isHidden());
}

}  // namespace
}  // namespace roundoff::ui
