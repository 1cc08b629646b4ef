#include "ui/shell/window_actions.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QUndoStack>

#include "ui/views/view.h"

namespace roundoff::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("WindowActions", text); }

QAction* add(QMenu* menu, const char* name, const QString& text, const QKeySequence& key = {},
             const QString& tip = {}) {
    QAction* action = menu->addAction(text);
    action->setObjectName(QLatin1String(name));
    if (!key.isEmpty()) action->setShortcut(key);
    if (!tip.isEmpty()) action->setToolTip(tip);
    return action;
}

}  // namespace

WindowActions::WindowActions(QMainWindow& window, QUndoStack& stack) {
    QMenu* file = window.menuBar()->addMenu(tr("&File"));
    open = add(file, "open", tr("&Open model…"), QKeySequence::Open, tr("Open a model file"));
    open->setIconText(tr("Open…"));
    sample = add(file, "sample", tr("Try the &sample"));
    recent = file->addMenu(tr("Open &recent"));
    file->addSeparator();
    exportModel = add(file, "export", tr("&Export…"), QKeySequence(Qt::CTRL | Qt::Key_E),
                      tr("Write the quantized model and prove it"));
    exportModel->setIconText(tr("Export…"));
    file->addSeparator();
    quit = add(file, "quit", tr("&Quit"), QKeySequence::Quit);

    QMenu* edit = window.menuBar()->addMenu(tr("&Edit"));
    undo = stack.createUndoAction(&window, tr("Undo"));
    undo->setObjectName(QStringLiteral("undo"));
    undo->setShortcut(QKeySequence::Undo);
    redo = stack.createRedoAction(&window, tr("Redo"));
    redo->setObjectName(QStringLiteral("redo"));
    redo->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
    edit->addAction(undo);
    edit->addAction(redo);
    edit->addSeparator();
    copy = add(edit, "copy", tr("&Copy layers"), {}, tr("The selected rows as text with a header"));
    find = add(edit, "find", tr("&Filter layers"), QKeySequence::Find);
    clearFilter = add(edit, "clear", tr("C&lear filter"));

    QMenu* view = window.menuBar()->addMenu(tr("&View"));
    int index = 0;
    for (const auto& descriptor : viewDescriptors()) {
        QAction* action = view->addAction(QCoreApplication::translate("View", descriptor.title));
        action->setObjectName(QLatin1String(descriptor.id));
        if (++index <= 9) action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_0 + index)));
        views << action;
    }
    view->addSeparator();
    inspector = add(view, "inspector", tr("&Inspector"));
    messages = add(view, "messages", tr("&Messages and history"));
    for (QAction* action : {inspector, messages}) action->setCheckable(true);
    nextPane = add(view, "nextPane", tr("Next &pane"), QKeySequence(Qt::Key_F6));
    view->addSeparator();
    QMenu* themes = view->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(&window);
    light = add(themes, "light", tr("&Light"));
    dark = add(themes, "dark", tr("&Dark"));
    system = add(themes, "system", tr("As the &system"));
    for (QAction* action : {light, dark, system}) {
        action->setCheckable(true);
        group->addAction(action);
    }
    resetLayout = add(view, "resetLayout", tr("&Reset layout"));

    QMenu* model = window.menuBar()->addMenu(tr("&Model"));
    preprocess = add(model, "preprocess", tr("&Preprocess…"), {}, tr("Make the float model simpler first: fold batch norms, constants and scales"));
    model->addSeparator();
    next = add(model, "next", tr("&Next layer"), QKeySequence(Qt::ALT | Qt::Key_Down));
    previous = add(model, "previous", tr("&Previous layer"), QKeySequence(Qt::ALT | Qt::Key_Up));
    model->addSeparator();
    fewerBits = add(model, "fewerBits", tr("&Fewer bits"), QKeySequence(Qt::CTRL | Qt::Key_BracketLeft),
                    tr("The next smaller format of the family for the selected layers"));
    moreBits = add(model, "moreBits", tr("&More bits"), QKeySequence(Qt::CTRL | Qt::Key_BracketRight),
                   tr("The next larger format of the family for the selected layers"));
    leaveFloat = add(model, "leaveFloat", tr("&Leave in float"));
    resetScheme = add(model, "resetScheme", tr("&Back to the model's scheme"));

    QMenu* runMenu = window.menuBar()->addMenu(tr("&Run"));
    run = add(runMenu, "run", tr("&Run"), QKeySequence(Qt::CTRL | Qt::Key_R), tr("Compute what is not known yet"));
    data = add(runMenu, "data", tr("&Data…"), QKeySequence(Qt::CTRL | Qt::Key_D), tr("What the model is run on"));
    measure = add(runMenu, "measure", tr("&Measure outputs"), QKeySequence(Qt::CTRL | Qt::Key_M),
                  tr("Run the model: what comes out of every layer, and at the end"));
    rank = add(runMenu, "rank", tr("&One layer at a time"), {}, tr("Quantize each layer alone, and all but each"));
    speed = add(runMenu, "speed", tr("Measure &speed"), {}, tr("Time each layer and the whole model, float and quantized in turn"));
    cancel = add(runMenu, "cancel", tr("&Cancel"), QKeySequence(Qt::Key_Escape), tr("Stop; finished layers are kept"));
    run->setIconText(tr("Run"));
    cancel->setIconText(tr("Cancel"));

    QMenu* help = window.menuBar()->addMenu(tr("&Help"));
    keys = add(help, "keys", tr("&Keys"), QKeySequence::HelpContents);
    about = add(help, "about", tr("&About Roundoff"));
}

}  // namespace roundoff::ui
