#include "ui/shell/job_strip.h"

#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

namespace roundoff::ui {

JobStrip::JobStrip(QWidget* parent)
    : QWidget(parent),
      m_text(new QLabel(this)),
      m_bar(new QProgressBar(this)),
      m_cancel(new QPushButton(tr("Cancel"), this)),
      m_resume(new QPushButton(tr("Resume"), this)) {
    setObjectName(QStringLiteral("jobStrip"));
    setProperty("look", QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);
    m_text->setObjectName(QStringLiteral("jobText"));
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel->setProperty("look", QStringLiteral("flat"));
    m_cancel->setObjectName(QStringLiteral("jobCancel"));
    m_resume->setProperty("look", QStringLiteral("link"));
    m_resume->setObjectName(QStringLiteral("jobResume"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(12, 6, 8, 9);
    grid->setVerticalSpacing(3);
    grid->setColumnStretch(0, 1);
    grid->addWidget(m_text, 0, 0);
    grid->addWidget(m_resume, 0, 1);
    grid->addWidget(m_cancel, 0, 2);
    grid->addWidget(m_bar, 1, 0, 1, 3);
    m_delay.setSingleShot(true);
    m_delay.setInterval(300);
    connect(&m_delay, &QTimer::timeout, this, [this] { setVisible(true); });
    connect(m_cancel, &QPushButton::clicked, this, &JobStrip::cancelWanted);
    connect(m_resume, &QPushButton::clicked, this, &JobStrip::resumeWanted);
    hide();
}

void JobStrip::show(const JobStatus& status, std::size_t pendingLayers, std::size_t layers) {
    m_cancel->setVisible(status.running);
    m_cancel->setEnabled(!status.cancelling);
    m_bar->setVisible(status.running);
    m_resume->setVisible(!status.running && pendingLayers > 0);
    if (status.running) {
        m_text->setText(status.cancelling ? tr("Cancelling…") : status.text);
        m_bar->setValue(int(status.fraction * 1000));
        if (!isVisible() && !m_delay.isActive()) m_delay.start();
        return;
    }
    m_delay.stop();
    if (pendingLayers > 0)
        m_text->setText(tr("Cancelled: %1 of %2 layers are finished and kept").arg(layers - pendingLayers).arg(layers));
    setVisible(pendingLayers > 0);
}

}  // namespace roundoff::ui
