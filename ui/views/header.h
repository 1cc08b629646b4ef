#pragma once
#include <QBoxLayout>

namespace roundoff::ui {

/// A view's title with its controls beside it, or beneath it where `width` does not hold both.
inline void fitHeader(QBoxLayout* header, int width) {
    int wanted = 0;
    for (int i = 0; i < header->count(); ++i) wanted += header->itemAt(i)->sizeHint().width() + header->spacing();
    const auto direction = wanted > width ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight;
    if (header->direction() != direction) header->setDirection(direction);
}

}  // namespace roundoff::ui
