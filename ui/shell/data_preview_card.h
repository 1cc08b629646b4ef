#pragma once
#include <QImage>
#include <QWidget>
#include <memory>

#include "ui/shell/engine.h"

namespace roundoff::ui {

/// Values as a picture, their least black and their greatest white: [1, C, H, W], [1, H, W, C] or [H, W] with C of 1 or 3.
/// Null where the shape is none of a picture.
QImage pictureOf(const std::vector<float>& values, const std::vector<std::int64_t>& shape);

/// The first of the data as the model will see it, with count and shapes; or why it cannot be read.
class DataPreviewCard : public QWidget {
    Q_OBJECT
public:
    explicit DataPreviewCard(QWidget* parent = nullptr);
    void show(const DataPreview& preview);
    void say(const QString& words, bool problem);
    [[nodiscard]] QString text() const { return m_text; }
    QSize sizeHint() const override { return {360, 112}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QImage m_picture;
    QString m_text, m_quote;
    bool m_problem = false;
};

}  // namespace roundoff::ui
