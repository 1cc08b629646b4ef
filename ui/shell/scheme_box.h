#pragma once
#include <QComboBox>
#include <vector>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

namespace roundoff::ui {

class SchemeList;

/// A combo that takes any scheme text and offers a SchemeList. What does not parse turns its frame red and says why, in
/// place.
class SchemeBox : public QComboBox {
    Q_OBJECT
public:
    explicit SchemeBox(QWidget* parent = nullptr);
    void setScheme(const schemes::Scheme& scheme);
    /// See SchemeList.
    void setSubject(const model::Model& model, std::vector<int> layers, const QString& name);
    /// The sentence about the present text; empty where it is a scheme.
    [[nodiscard]] QString problem() const { return m_problem; }

Q_SIGNALS:
    void schemeChosen(const roundoff::schemes::Scheme& scheme);
    void problemChanged(const QString& problem);

protected:
    void focusOutEvent(QFocusEvent* event) override;

private:
    void check(const QString& text);
    void choose();
    SchemeList* m_list;
    schemes::Scheme m_scheme;
    QString m_problem;
};

}  // namespace roundoff::ui
