#pragma once
#include <QFrame>

#include "core/calibration/preview.h"

class QLabel;

namespace roundoff::ui {

/// The first of the data as the model will see it, with counts, shapes and what looks wrong; or why it cannot be read.
class DataPreviewCard : public QFrame {
    Q_OBJECT
public:
    explicit DataPreviewCard(QWidget* parent = nullptr);
    void show(const calibration::Preview& preview);
    void say(const QString& words, bool problem);
    [[nodiscard]] QString text() const;  ///< all that it says

private:
    void set(QLabel* label, const QString& text);
    QLabel *m_picture, *m_heading, *m_text, *m_quote, *m_findings;
};

}  // namespace roundoff::ui
