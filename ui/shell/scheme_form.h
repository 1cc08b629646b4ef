#pragma once
#include <QWidget>

#include "core/schemes/scheme.h"

class QComboBox;

namespace roundoff::ui {

/// A scheme as five combos. What a format cannot do is not offered.
class SchemeForm : public QWidget {
    Q_OBJECT
public:
    explicit SchemeForm(QWidget* parent = nullptr);
    void setScheme(const schemes::Scheme& scheme);

Q_SIGNALS:
    void schemeChosen(const roundoff::schemes::Scheme& scheme);

private:
    void choose(const schemes::TensorScheme& weight);
    QComboBox* row(const QString& label, const QString& name, int index);
    schemes::Scheme m_scheme;
    std::vector<schemes::Granularity> m_granularities;
    std::vector<schemes::Range> m_ranges;
    QComboBox *m_format, *m_granularity, *m_symmetry, *m_range, *m_algorithm;
};

}  // namespace roundoff::ui
