#include "ui/views/empty_state.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace roundoff::ui {

EmptyState::EmptyState(QWidget* parent) : QWidget(parent), m_words(new QLabel(this)), m_row(new QHBoxLayout) {
    setObjectName(QStringLiteral("emptyState"));
    m_words->setProperty("look", QStringLiteral("muted"));
    m_words->setAlignment(Qt::AlignCenter);
    m_words->setWordWrap(true);
    m_row->addStretch();
    m_row->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setSpacing(12);
    column->addStretch();
    column->addWidget(m_words);
    column->addLayout(m_row);
    column->addStretch();
}

void EmptyState::say(const QString& words, const std::vector<Action>& actions) {
    m_words->setText(words);
    setAccessibleName(words);
    while (m_buttons.size() < actions.size()) {
        auto* button = new QPushButton(this);
        m_row->insertWidget(int(m_buttons.size()) + 1, button);
        m_buttons.push_back(button);
    }
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        m_buttons[i]->setVisible(i < actions.size());
        if (i >= actions.size()) continue;
        m_buttons[i]->setText(actions[i].text);
        m_buttons[i]->setObjectName(QStringLiteral("wish%1").arg(int(actions[i].wish)));
        m_buttons[i]->setProperty("look", i == 0 ? QStringLiteral("primary") : QString());
        m_buttons[i]->disconnect(this);
        connect(m_buttons[i], &QPushButton::clicked, this, [this, wish = actions[i].wish] { Q_EMIT wished(wish); });
    }
}

std::vector<EmptyState::Action> waysToMeasure(const State& state, QString& words) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("EmptyState", text); };
    if (state.measuring) {
        words = tr("The model is running on %1…").arg(dataText(state.data.calibration));
        return {};
    }
    if (!state.data.calibration) {
        words += QLatin1Char('\n') + tr("Synthetic inputs are random: they show the mechanism, not the model's life.");
        return {{tr("Choose data…"), Wish::ChooseData}, {tr("Use synthetic inputs"), Wish::UseSynthetic}};
    }
    return {{tr("Measure"), Wish::Measure}};
}

}  // namespace roundoff::ui
