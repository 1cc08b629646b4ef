#pragma once
#include <QWidget>

namespace roundoff::ui {

/// Says over the whole window what dropping a file will do.
class DropOverlay : public QWidget {
    Q_OBJECT
public:
    explicit DropOverlay(QWidget* parent);
    void announce(const QString& text, bool accepted);
    [[nodiscard]] QString text() const { return m_text; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    bool m_accepted = true;
};

/// Extensions that can be opened, ".onnx, .gguf", and whether a path has one.
QString acceptedTypes();
bool hasAcceptedType(const QString& path);

}  // namespace roundoff::ui
