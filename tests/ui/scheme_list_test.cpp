#include "ui/models/scheme_list.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QLineEdit>
#include <QTest>
#include <algorithm>

#include "core/schemes/number_format.h"
#include "tests/ui/charts_fixture.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_box.h"
#include "ui/shell/scheme_form.h"
#include "ui/shell/scheme_words.h"

namespace roundoff::ui {
namespace {

using tests::makeModel;
using tests::makeState;
using tests::schemeOf;

TEST(SchemeList, HoldsEveryFormatOnceUnderItsFamily) {
    SchemeList list(SchemeList::Rows::Formats);
    QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::Fatal);
    int row = 0;
    for (const auto& family : schemes::families()) {
        EXPECT_EQ(list.index(row).data().toString().toStdString(), family.title);
        EXPECT_TRUE(list.index(row).data(SchemeList::HeadingRole).toBool());
        EXPECT_EQ(list.flags(list.index(row)), Qt::NoItemFlags) << "a heading cannot be chosen";
        EXPECT_FALSE(list.index(row).data(SchemeList::TextRole).isValid()) << "nor found by typing";
        EXPECT_EQ(list.schemeAt(row++), nullptr);
        for (const auto& format : family.formats) {
            const QModelIndex index = list.index(row);
            EXPECT_EQ(list.rowOfFormat(format.id), row);
            EXPECT_EQ(list.rowOf({format.defaults, {}}), row);
            EXPECT_EQ(index.data().toString().toStdString(), format.id);
            EXPECT_EQ(index.data(SchemeList::SummaryRole).toString().toStdString(), format.summary);
            for (const int role : {int(Qt::AccessibleTextRole), int(Qt::ToolTipRole)}) {
                EXPECT_TRUE(index.data(role).toString().contains(index.data(SchemeList::BitsRole).toString()));
                EXPECT_TRUE(index.data(role).toString().contains(QString::fromStdString(format.summary)));
            }
            ++row;
        }
    }
    EXPECT_EQ(row, list.rowCount());
}

TEST(SchemeList, TellsTheSizeThatTheComparisonFinds) {
    const auto plan = std::vector<tests::LayerPlan>{{"a", 64, 96}, {"b", 100, 30}, {"c", 7, 5}};
    SchemeList list(SchemeList::Rows::Schemes);
    const model::Model model = makeModel(plan);
    int looked = 0;
    for (int row = 0; row < list.rowCount(); ++row) {
        const auto* scheme = list.schemeAt(row);
        if (!scheme) continue;
        const State state = makeState(plan, schemes::text(*scheme));
        list.setSubject(model, {1}, QStringLiteral("this layer"));
        EXPECT_EQ(list.index(row).data(SchemeList::SizeRole).toString(), bytesText(state.report(1)->bytesAfter))
            << schemes::text(*scheme);
        EXPECT_TRUE(list.index(row).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("this layer")));
        list.setSubject(model, {0, 1, 2}, QStringLiteral("the model"));
        EXPECT_EQ(list.index(row).data(SchemeList::SizeRole).toString(),
                  bytesText(state.comparison->reports[0].total().bytesAfter));
        ++looked;
    }
    EXPECT_EQ(looked, int(schemes::numberFormats().size()) + usualSchemes().size());
    list.setSubject({}, {}, {});
    EXPECT_TRUE(list.index(list.rowCount() - 1).data(SchemeList::SizeRole).toString().isEmpty());
}

TEST(SchemeBox, TypingFindsFormatsAndSkipsHeadings) {
    SchemeBox box;
    box.show();
    box.setScheme(schemeOf("int8"));
    EXPECT_EQ(box.currentText(), QStringLiteral("int8"));
    QCompleter* finder = box.completer();
    finder->setCompletionPrefix(QStringLiteral("fp"));
    int found = 0;
    for (int i = 0; finder->setCurrentRow(i); ++i, ++found)
        EXPECT_TRUE(schemes::parseScheme(finder->currentCompletion().toStdString())) << finder->currentCompletion().toStdString();
    EXPECT_GE(found, int(std::ranges::count_if(schemes::numberFormats(), [](const auto& f) { return f.id.find("fp") != std::string::npos; })));
    finder->setCompletionPrefix(QStringLiteral("Integers"));
    EXPECT_FALSE(finder->setCurrentRow(0));
    // Up and Down pass over headings.
    std::vector<schemes::Scheme> chosen;
    QObject::connect(&box, &SchemeBox::schemeChosen, &box, [&](const schemes::Scheme& scheme) { chosen.push_back(scheme); });
    for (int i = 0; i < box.count() + 5; ++i) QTest::keyClick(&box, Qt::Key_Down);
    EXPECT_EQ(chosen.back().weight.format, schemes::numberFormats().back().id);
    for (int i = 0; i < box.count() + 5; ++i) QTest::keyClick(&box, Qt::Key_Up);
    EXPECT_EQ(schemeText(chosen.back()), usualSchemes().front());
}

class Form : public testing::Test {
protected:
    Form() {
        QObject::connect(&form, &SchemeForm::schemeChosen, &form, [this](const schemes::Scheme& scheme) { chosen.push_back(scheme); });
        form.show();
    }
    QComboBox* combo(const char* name) { return form.findChild<QComboBox*>(QLatin1String(name)); }
    void pick(QComboBox* box, int row) {
        box->setCurrentIndex(row);
        Q_EMIT box->activated(row);
    }
    SchemeForm form;
    std::vector<schemes::Scheme> chosen;
};

TEST_F(Form, OffersEveryOptionOfEveryFormatAndNothingElse) {
    for (const auto& format : schemes::numberFormats()) {
        SCOPED_TRACE(format.id);
        const schemes::Scheme standard{format.defaults, {}};
        form.setScheme(standard);
        EXPECT_EQ(combo("formFormat")->currentText().toStdString(), format.id);
        EXPECT_EQ(combo("formVariant")->isVisible(), !format.variants.empty());
        EXPECT_EQ(combo("formVariant")->count(), int(format.variants.size()));
        if (!format.grid) continue;
        EXPECT_EQ(combo("formSymmetry")->count(), int(format.symmetries.size()));
        EXPECT_GE(combo("formRange")->count(), int(format.ranges.size()));
        const auto blocks = std::ranges::find(format.granularities, schemes::Granularity::Kind::Block) != format.granularities.end();
        EXPECT_EQ(combo("formGranularity")->findText(granularityLabel({schemes::Granularity::Kind::Block, 128, 128})) >= 0,
                  blocks);
        auto* powers = form.findChild<QCheckBox*>(QStringLiteral("formPowerOfTwo"));
        EXPECT_EQ(powers->isVisible(), schemes::parseScheme(format.id + ":pot").has_value());
        for (const char* name : {"formVariant", "formGranularity", "formSymmetry", "formRange"})
            for (int row = 0; row < combo(name)->count(); ++row) {
                form.setScheme(standard);
                EXPECT_FALSE(combo(name)->itemText(row).isEmpty());
                chosen.clear();
                pick(combo(name), row);
                for (const auto& scheme : chosen)
                    EXPECT_EQ(schemes::parseScheme(schemes::text(scheme)).value(), scheme) << schemes::text(scheme);
                EXPECT_EQ(chosen.empty(), combo(name)->itemText(row) == [&] { form.setScheme(standard); return combo(name)->currentText(); }());
            }
    }
}

TEST_F(Form, TypingAheadFindsFormatsAndNeverAHeading) {
    form.setScheme(schemeOf("int8"));
    auto* formats = combo("formFormat");
    formats->setFocus();
    QTest::keyClicks(formats, QStringLiteral("nf"));
    ASSERT_FALSE(chosen.empty());
    EXPECT_EQ(chosen.back().weight.format, "nf4");
    QTest::qWait(QApplication::keyboardInputInterval() + 50);  // a new word begins
    QTest::keyClicks(formats, QStringLiteral("log"));
    EXPECT_EQ(chosen.back().weight.format, "log4") << "not the heading of the logarithmic ones";
}

TEST_F(Form, LabelsOfOneFormatDiffer) {
    for (const auto& format : schemes::numberFormats()) {
        form.setScheme({format.defaults, {}});
        for (const char* name : {"formVariant", "formGranularity", "formSymmetry", "formRange"}) {
            QStringList texts;
            for (int row = 0; row < combo(name)->count(); ++row) texts << combo(name)->itemText(row);
            EXPECT_EQ(texts.removeDuplicates(), 0) << format.id << ' ' << name;
        }
    }
}

TEST_F(Form, KeepsWhatTheNextFormatCanDoToo) {
    form.setScheme(schemeOf("int8:g64:asym:mse"));
    auto* formats = combo("formFormat");
    pick(formats, formats->findText(QStringLiteral("int4")));
    ASSERT_EQ(chosen.size(), 1U);
    EXPECT_EQ(schemes::shortText(chosen[0]), "int4:g64:asym:mse");
    pick(formats, formats->findText(QStringLiteral("mxfp4")));
    EXPECT_EQ(schemes::shortText(chosen.back()), "mxfp4");
    form.setScheme(schemeOf("int8"));
    auto* powers = form.findChild<QCheckBox*>(QStringLiteral("formPowerOfTwo"));
    QTest::mouseClick(powers, Qt::LeftButton, {}, QPoint(8, powers->height() / 2));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int8:pot");
}

TEST_F(Form, LeavesActivationsFloatOrQuantizesThem) {
    form.setScheme(schemeOf("int8"));
    auto *activation = combo("formActivation"), *range = combo("formActivationRange"), *formats = combo("formFormat");
    const auto chooseText = [&](QComboBox* box, const QString& text) {
        ASSERT_GE(box->findText(text), 0) << text.toStdString();
        pick(box, box->findText(text));
    };
    EXPECT_EQ(activation->currentText(), QStringLiteral("float"));
    EXPECT_FALSE(range->isVisible());
    for (int row = 1; row < activation->count(); ++row) {
        form.setScheme(schemeOf("int8"));
        pick(activation, row);
        EXPECT_TRUE(chosen.back().activation) << row;
        EXPECT_EQ(schemes::parseScheme(schemes::text(chosen.back())).value(), chosen.back());
        EXPECT_EQ(range->isVisible(), chosen.back().activation->timing == schemes::Timing::Static && range->count() > 0);
    }
    form.setScheme(schemeOf("int8"));
    chooseText(activation, QStringLiteral("uint8"));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int8/uint8");
    chooseText(range, rangeLabel({schemes::Range::Rule::Average, 100}));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int8/uint8:ema");
    chooseText(activation, QStringLiteral("int8"));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int8/int8:ema") << "the range goes along";
    chooseText(activation, QStringLiteral("int8, per token"));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int8/int8:token:dynamic");
    EXPECT_FALSE(range->isVisible());
    pick(formats, formats->findText(QStringLiteral("int4")));
    EXPECT_EQ(schemes::shortText(chosen.back()), "int4/int8:token:dynamic");
    pick(formats, formats->findText(QStringLiteral("float")));
    EXPECT_EQ(schemes::shortText(chosen.back()), "float");
    EXPECT_FALSE(activation->isEnabled());
    form.setScheme(schemeOf("int8/uint16:p99.5"));
    EXPECT_EQ(activation->currentText(), QStringLiteral("uint16")) << "also what the list does not offer by itself";
    EXPECT_EQ(range->currentText(), rangeLabel({schemes::Range::Rule::Percentile, 99.5}));
}

}  // namespace
}  // namespace roundoff::ui
