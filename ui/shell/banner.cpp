#include "ui/shell/banner.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/shell/window_words.h"

namespace roundoff::ui {
namespace {

constexpr int kMost = 3;

QString sentence(const std::string& text) {
    QString out = QString::fromStdString(text);
    if (!out.isEmpty()) {
        out[0] = out[0].toUpper();
        if (!out.endsWith(QLatin1Char('.'))) out += QLatin1Char('.');
    }
    return out;
}

/// Folders in front of a file name are detail.
QString shortPlace(const std::string& where) {
    QString out = QString::fromStdString(where);
    if (out.startsWith(QLatin1Char('/'))) out = out.mid(out.lastIndexOf(QLatin1Char('/')) + 1);
    return out;
}

QPushButton* flat(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("look", QStringLiteral("flat"));
    return button;
}

}  // namespace

Banner::Banner(const Error& error, QWidget* parent) : QFrame(parent), m_error(error) {
    setObjectName(QStringLiteral("banner"));
    setProperty("look", QStringLiteral("banner"));
    setAccessibleName(text());
    auto* message = new QLabel(this);
    message->setTextFormat(Qt::RichText);
    message->setWordWrap(true);
    message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QString html = QStringLiteral("<b>%1</b>").arg(sentence(error.what).toHtmlEscaped());
    if (!error.where.empty()) html.prepend(inWindow(shortPlace(error.where)).toHtmlEscaped() + QStringLiteral(": "));
    if (!error.remedy.empty()) html += QLatin1Char(' ') + inWindow(sentence(error.remedy)).toHtmlEscaped();
    message->setText(html);

    auto* details = new QLabel(text(), this);
    details->setProperty("look", QStringLiteral("muted"));
    details->setWordWrap(true);
    details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    details->hide();

    auto* more = flat(tr("Details"), this);
    auto* copy = flat(tr("Copy"), this);
    auto* close = flat(QStringLiteral("✕"), this);
    close->setAccessibleName(tr("Dismiss"));
    connect(more, &QPushButton::clicked, details, [details] { details->setVisible(!details->isVisible()); });
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(close, &QPushButton::clicked, this, &Banner::dismissed);

    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(message, 1);
    row->addWidget(more, 0, Qt::AlignTop);
    row->addWidget(copy, 0, Qt::AlignTop);
    row->addWidget(close, 0, Qt::AlignTop);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 6, 6);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(details);
}

QString Banner::text() const { return QString::fromStdString(m_error.line()); }

BannerArea::BannerArea(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("bannerArea"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
}

void BannerArea::add(const Error& error) {
    for (Banner* old : banners())
        if (old->text() == QString::fromStdString(error.line())) return;
    auto* banner = new Banner(error, this);
    auto* box = qobject_cast<QVBoxLayout*>(layout());
    box->insertWidget(0, banner);
    box->setContentsMargins(10, 8, 10, 8);
    box->setSpacing(6);
    connect(banner, &Banner::dismissed, this, [this, banner] { remove(banner); });
    const auto all = banners();
    for (qsizetype i = kMost; i < all.size(); ++i) remove(all[i]);
}

void BannerArea::remove(Banner* banner) {
    layout()->removeWidget(banner);
    banner->hide();
    banner->deleteLater();
    if (layout()->isEmpty()) layout()->setContentsMargins(0, 0, 0, 0);
}

void BannerArea::clear() {
    for (Banner* banner : banners()) remove(banner);
}

QList<Banner*> BannerArea::banners() const {
    QList<Banner*> all;
    for (int i = 0; i < layout()->count(); ++i)
        if (auto* banner = qobject_cast<Banner*>(layout()->itemAt(i)->widget())) all << banner;
    return all;
}

}  // namespace roundoff::ui
