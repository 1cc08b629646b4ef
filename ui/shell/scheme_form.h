#pragma once
#include <QWidget>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

class QCheckBox;
class QComboBox;

namespace roundoff::ui {

class SchemeList;

/// A scheme part by part. What a format cannot do is not offered: the scheme text's own parser says what goes together.
class SchemeForm : public QWidget {
    Q_OBJECT
public:
    explicit SchemeForm(QWidget* parent = nullptr);
    void setScheme(const schemes::Scheme& scheme);
    /// Whose size the list of formats tells; see SchemeList.
    void setSubject(const model::Model& model, std::vector<int> layers, const QString& name);

Q_SIGNALS:
    void schemeChosen(const roundoff::schemes::Scheme& scheme);

private:
    void choose(const schemes::TensorScheme& weight);
    void choose(const schemes::Scheme& scheme);
    void showActivation();
    void chooseFormat(int row);
    template <class Part, class Value>
    void follow(QComboBox* combo, const std::vector<Value>& values, Part part);
    QComboBox* row(const QString& label, const QString& name, int index);
    void caption(const QString& text, int index);
    void showRow(QWidget* field, bool shown);
    schemes::Scheme m_scheme;
    SchemeList* m_list;
    std::vector<std::string> m_variants;
    std::vector<schemes::Granularity> m_granularities;
    std::vector<schemes::Symmetry> m_symmetries;
    std::vector<schemes::Range> m_ranges, m_activationRanges;
    std::vector<std::optional<schemes::TensorScheme>> m_activations;
    QComboBox *m_format, *m_variant, *m_granularity, *m_symmetry, *m_range, *m_algorithm, *m_activation, *m_activationRange;
    QCheckBox* m_powerOfTwo;
};

}  // namespace roundoff::ui
