#include "ui/shell/data_preview_card.h"

#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QLabel>
#include <QRegularExpression>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

using calibration::Preview;

constexpr int kSide = 92, kMostText = 240, kMostInputs = 4, kMostFindings = 4;

QPixmap pixmapOf(const calibration::Picture& picture, double ratio) {
    QImage image(picture.pixels.data(), picture.width, picture.height, 3 * picture.width, QImage::Format_RGB888);
    const int side = int(kSide * ratio);
    // A photograph of any size costs no time that is felt.
    if (std::max(picture.width, picture.height) > 8 * side) image = image.scaled(8 * side, 8 * side, Qt::KeepAspectRatio, Qt::FastTransformation);
    // Few pixels are shown as they are, many as they blend.
    const bool small = std::max(picture.width, picture.height) < side;
    QPixmap pixmap = QPixmap::fromImage(image.scaled(side, side, Qt::KeepAspectRatio, small ? Qt::FastTransformation : Qt::SmoothTransformation));
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

QString headingOf(const Preview& preview) {
    QString heading = preview.count == 1 ? DataPreviewCard::tr("1 sample") : DataPreviewCard::tr("%1 samples").arg(countText(preview.count));
    if (preview.classes.empty()) return heading;
    const auto [least, most] = std::ranges::minmax_element(preview.classes, {}, [](const auto& each) { return each.second; });
    return heading + (least->second == most->second
                          ? DataPreviewCard::tr(" · %1 classes, %2 each").arg(preview.classes.size()).arg(least->second)
                          : DataPreviewCard::tr(" · %1 classes, %2 to %3 each").arg(preview.classes.size()).arg(least->second).arg(most->second));
}

/// "3/17.png · class 3": the picture's file, its folder, its label.
QString nameOf(const Preview::Sample& sample) {
    const QFileInfo file(QString::fromStdString(sample.file));
    QString name = file.dir().dirName() + QLatin1Char('/') + file.fileName();
    if (sample.label) name += DataPreviewCard::tr(" · class %1").arg(*sample.label);
    return name;
}

QString figureText(double value) {
    const bool whole = value == std::floor(value) && std::abs(value) < 1e6;
    return whole ? QString::number(qlonglong(value)).replace(QLatin1Char('-'), QChar(0x2212)) : significantText(value, 3);
}

QString inputText(const Preview::Input& input) {
    const auto type = tensor::name(input.type);
    const QString text = DataPreviewCard::tr("%1: %2 %3, %4 to %5, mean %6")
                             .arg(QString::fromStdString(input.name), QString::fromUtf8(type.data(), qsizetype(type.size())),
                                  QString::fromStdString(tensor::text(input.shape)), figureText(input.min), figureText(input.max),
                                  figureText(input.mean));
    return input.supplied ? text + DataPreviewCard::tr(", made to fit") : text;
}

QStringList linesOf(const Preview::Sample& sample) {
    QStringList lines;
    if (sample.picture) lines << nameOf(sample);
    for (const auto& input : sample.inputs)
        if (lines.size() < kMostInputs) lines << inputText(input);
    if (int(sample.inputs.size()) > kMostInputs) lines << DataPreviewCard::tr("and more: %1 inputs in all").arg(sample.inputs.size());
    return lines;
}

}  // namespace

DataPreviewCard::DataPreviewCard(QWidget* parent)
    : QFrame(parent),
      m_picture(new QLabel(this)),
      m_heading(new QLabel(this)),
      m_text(new QLabel(this)),
      m_quote(new QLabel(this)),
      m_findings(new QLabel(this)) {
    setObjectName(QStringLiteral("dataPreview"));
    setProperty("look", QStringLiteral("tile"));
    setMinimumHeight(112);
    m_picture->setObjectName(QStringLiteral("dataPicture"));
    m_heading->setProperty("look", QStringLiteral("heading"));
    m_quote->setProperty("look", QStringLiteral("muted"));
    m_findings->setProperty("look", QStringLiteral("warn"));
    auto* words = new QVBoxLayout;
    words->setSpacing(4);
    for (QLabel* label : {m_heading, m_text, m_quote, m_findings}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(40);
        words->addWidget(label);
    }
    words->addStretch();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 9, 12, 9);
    row->setSpacing(14);
    row->addWidget(m_picture, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    say({}, false);
}

void DataPreviewCard::set(QLabel* label, const QString& text) {
    label->setText(text);
    label->setVisible(!text.isEmpty());
}

void DataPreviewCard::show(const Preview& preview) {
    say({}, false);
    set(m_heading, headingOf(preview));
    if (!preview.samples.empty()) {
        const auto& first = preview.samples.front();
        set(m_text, linesOf(first).join(QLatin1Char('\n')));
        if (first.picture) m_picture->setPixmap(pixmapOf(*first.picture, devicePixelRatioF()));
        m_picture->setVisible(first.picture.has_value());
    }
    const QString quote = QString::fromStdString(preview.text).left(kMostText).simplified();
    if (!quote.isEmpty()) set(m_quote, QStringLiteral("“%1…”").arg(quote));
    QStringList findings;
    static const QRegularExpression option(QStringLiteral("\\B--(?=[a-z])"));  // the window's fields have the options' names
    for (const std::string& finding : preview.findings)
        if (findings.size() < kMostFindings) findings << QString::fromStdString(finding).remove(option);
    set(m_findings, findings.join(QLatin1Char('\n')));
    setAccessibleName(tr("Preview: %1").arg(text()));
}

void DataPreviewCard::say(const QString& words, bool problem) {
    m_picture->hide();
    for (QLabel* label : {m_heading, m_quote, m_findings}) set(label, {});
    set(m_text, words);
    m_text->setProperty("look", problem ? QStringLiteral("error") : QString());
    m_text->style()->unpolish(m_text);
    m_text->style()->polish(m_text);
    setAccessibleName(words);
}

QString DataPreviewCard::text() const {
    QStringList lines;
    for (const QLabel* label : {m_heading, m_text, m_quote, m_findings})
        if (!label->text().isEmpty()) lines << label->text();
    return lines.join(QLatin1Char('\n'));
}

}  // namespace roundoff::ui
