#pragma once
#include <QStringList>

namespace roundoff::ui {

/// Models opened before, newest first, at most ten; those that are gone are left out.
class RecentFiles {
public:
    static QStringList list();
    static void add(const QString& path);
};

}  // namespace roundoff::ui
