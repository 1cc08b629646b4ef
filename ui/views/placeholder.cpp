#include "ui/views/placeholder.h"

#include <QLabel>
#include <QVBoxLayout>

namespace roundoff::ui {
namespace {

class Placeholder final : public View {
public:
    explicit Placeholder(QWidget* parent) : View(parent) {
        auto* label = new QLabel(tr("This view is not part of this build."));
        label->setAlignment(Qt::AlignCenter);
        label->setProperty("look", QStringLiteral("muted"));
        auto* column = new QVBoxLayout(this);
        column->addWidget(label);
    }
    void show(const State&, unsigned) override {}
};

}  // namespace

View* createPlaceholder(QWidget* parent) { return new Placeholder(parent); }

}  // namespace roundoff::ui
