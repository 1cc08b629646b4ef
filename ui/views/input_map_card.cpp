#include "ui/views/input_map_card.h"

#include <QButtonGroup>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/activation_heat.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {

InputMapCard::InputMapCard(QWidget* parent)
    : QWidget(parent),
      m_caption(new QLabel(this)),
      m_byIndex(new QPushButton(tr("By index"), this)),
      m_bySize(new QPushButton(tr("Largest first"), this)),
      m_heat(new ActivationHeat(this)) {
    setObjectName(QStringLiteral("inputMap"));
    m_caption->setObjectName(QStringLiteral("inputMapCaption"));
    m_caption->setProperty("look", QStringLiteral("heading"));
    m_caption->setMinimumWidth(40);
    m_byIndex->setObjectName(QStringLiteral("inputMapByIndex"));
    m_bySize->setObjectName(QStringLiteral("inputMapBySize"));
    auto* orders = new QButtonGroup(this);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_caption, 1);
    for (QPushButton* button : {m_byIndex, m_bySize}) {
        button->setProperty("look", QStringLiteral("segment"));
        button->setCheckable(true);
        orders->addButton(button);
        row->addWidget(button);
    }
    m_byIndex->setChecked(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_heat, 1);
    connect(m_bySize, &QPushButton::toggled, m_heat, &ActivationHeat::setLargestFirst);
    say({});
}

void InputMapCard::show(const InputMap& map) {
    if (!map.map) return say(map.problem);
    QString caption = map.map->shape.size() >= 4 ? tr("First sample by channel and position") : tr("First sample by channel and token");
    if (map.map->broken > 0) caption += tr(", %1 NaN or infinite").arg(countText(map.map->broken));
    m_caption->setText(caption);
    m_caption->setToolTip(QString::fromStdString(map.map->words));
    m_byIndex->setEnabled(true);
    m_bySize->setEnabled(true);
    m_heat->setMap(map.map);
}

void InputMapCard::say(const QString& words) {
    m_caption->setText(tr("First sample by channel and token"));
    m_caption->setToolTip({});
    m_byIndex->setEnabled(false);
    m_bySize->setEnabled(false);
    m_heat->setMap(nullptr, words);
}

bool InputMapCard::largestFirst() const { return m_bySize->isChecked(); }

}  // namespace roundoff::ui
