#pragma once
#include <QAction>
#include <QList>

class QActionGroup;
class QMainWindow;
class QMenu;
class QUndoStack;

namespace roundoff::ui {

/// Every action of the window, in its menu, with its key. The window connects them.
struct WindowActions {
    QAction *open, *sample, *exportModel, *quit;
    QAction *undo, *redo, *copy, *find, *clearFilter;
    QAction *run, *data, *measure, *rank, *speed, *cancel;
    QAction *preprocess, *next, *previous, *fewerBits, *moreBits, *leaveFloat, *resetScheme;
    QAction *inspector, *messages, *resetLayout, *nextPane;
    QAction *light, *dark, *system;
    QAction *keys, *about;
    QMenu* recent;
    QList<QAction*> views;  ///< one a tab

    WindowActions(QMainWindow& window, QUndoStack& stack);
};

}  // namespace roundoff::ui
