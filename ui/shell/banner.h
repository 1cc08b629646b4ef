#pragma once
#include <QFrame>

#include "core/base/error.h"

class QLabel;
class QPushButton;

namespace roundoff::ui {

/// An error in its place instead of a box in the way: what, where, what next; Details, Copy, dismiss.
class Banner : public QFrame {
    Q_OBJECT
public:
    explicit Banner(const Error& error, QWidget* parent = nullptr);
    [[nodiscard]] QString text() const;  ///< the whole line, as copied

Q_SIGNALS:
    void dismissed();

private:
    Error m_error;
};

/// The banners of the window, newest first, at most three.
class BannerArea : public QWidget {
    Q_OBJECT
public:
    explicit BannerArea(QWidget* parent = nullptr);
    void add(const Error& error);
    void clear();
    [[nodiscard]] QList<Banner*> banners() const;

private:
    void remove(Banner* banner);
};

}  // namespace roundoff::ui
