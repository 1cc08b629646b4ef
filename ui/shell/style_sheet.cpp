#include "ui/shell/style_sheet.h"

#include <QPair>
#include <QStringList>

namespace roundoff::ui {
namespace {

// Colour names in @…@; the theme fills them in.
const char* const kSheet = R"(
QMainWindow, QDialog { background: @panel@; }
QMainWindow::separator { background: @grid@; width: 1px; height: 1px; }
QSplitter::handle { background: @grid@; }
QToolTip { background: @window@; color: @text@; border: 1px solid @grid@; padding: 4px 6px; }
QLabel[look="title"] { font-size: 11pt; font-weight: 600; }
QLabel[look="headline"] { font-size: 17pt; font-weight: 600; }
QLabel[look="display"] { font-size: 22pt; font-weight: 600; }
QLabel[look="headlineSmall"] { font-size: 10.5pt; font-weight: 600; padding-top: 6px; }
QLabel[look="headlineMissingSmall"] { font-size: 10.5pt; font-weight: 500; color: @muted@; padding-top: 6px; }
QLabel[look="headlineMissing"] { font-size: 13pt; font-weight: 500; color: @muted@; padding-top: 4px; }
QLabel[look="heading"] { font-weight: 600; }
QLabel[look="section"] { font-weight: 600; font-size: 8.25pt; color: @muted@; }
QLabel[look="muted"] { color: @muted@; }
QLabel[look="small"] { color: @muted@; font-size: 8.25pt; }
QLabel[look="error"] { color: @error@; }
QLabel[look="badgeMeasured"] { background: @accent@; color: @accentText@; border-radius: 4px; padding: 1px 8px; font-weight: 600; }
QLabel[look="badgeProjected"] { background: transparent; color: @muted@; border: 1px dashed @axis@; border-radius: 4px; padding: 0 7px; font-weight: 600; }
QLabel[look="warn"] { color: @warn@; font-size: 8.25pt; }
QPushButton[tone="warn"] { color: @warn@; border-color: @warn@; }

QMenuBar { background: @panel@; border: none; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 5px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: @hover@; }
QMenu { background: @window@; border: 1px solid @grid@; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: @selection@; color: @text@; }
QMenu::item:disabled { color: @disabled@; }
QMenu::separator { height: 1px; background: @grid@; margin: 4px 8px; }

QPushButton, QToolButton[look="button"] { background: @window@; color: @text@; border: 1px solid @grid@; border-radius: 5px;
    padding: 4px 14px; min-height: 18px; }
QPushButton:hover, QToolButton[look="button"]:hover { background: @hover@; }
QPushButton:pressed, QToolButton[look="button"]:pressed { background: @selection@; }
QPushButton:focus, QToolButton[look="button"]:focus { border-color: @accent@; }
QPushButton:disabled, QToolButton[look="button"]:disabled { color: @disabled@; background: @panel@; }
QPushButton[look="primary"] { background: @accent@; color: @accentText@; border-color: @accent@; font-weight: 600; }
QPushButton[look="primary"]:hover { background: @accentHover@; }
QPushButton[look="primary"]:disabled { background: @panel@; color: @disabled@; border-color: @grid@; }
QPushButton[look="flat"], QToolButton[look="flat"] { background: transparent; border: 1px solid transparent; color: @muted@;
    padding: 3px 6px; border-radius: 4px; min-height: 16px; }
QPushButton[look="flat"]:hover, QToolButton[look="flat"]:hover { color: @text@; background: @hover@; }
QPushButton[look="flat"]:focus, QToolButton[look="flat"]:focus { border-color: @accent@; }
QPushButton[look="link"] { background: transparent; border: none; border-bottom: 1px solid transparent; color: @accent@;
    font-weight: 600; padding: 2px 0; text-align: left; min-height: 16px; border-radius: 0; }
QPushButton[look="link"]:hover { text-decoration: underline; }
QPushButton[look="link"]:focus { border-bottom-color: @accent@; }
QPushButton[look="segment"] { padding: 1px 10px; min-height: 18px; border-radius: 4px; }
QPushButton[look="segment"]:checked { color: @accent@; border-color: @accent@; background: @window@; }
QPushButton[look="chip"] { border-radius: 10px; padding: 1px 10px; min-height: 17px; color: @accent@; border-color: @accent@; }

QComboBox { combobox-popup: 0; background: @window@; border: 1px solid @grid@; border-radius: 5px; padding: 3px 8px; min-height: 18px; }
QComboBox:hover { border-color: @axis@; }
QComboBox:focus, QComboBox:on { border-color: @accent@; }
QComboBox[wrong="true"] { border-color: @error@; }
QComboBox:disabled { color: @disabled@; background: @panel@; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/chevron-@mode@.svg); width: 10px; height: 10px; }
QComboBox QLineEdit { border: none; background: transparent; padding: 0; min-height: 0; }
QComboBox QAbstractItemView { background: @window@; border: 1px solid @grid@; selection-background-color: @selection@;
    selection-color: @text@; outline: none; padding: 2px; }
QComboBox QAbstractItemView::item { padding: 3px 6px; }
QToolButton::menu-indicator { image: url(:/icons/chevron-@mode@.svg); width: 10px; height: 10px;
    subcontrol-position: right center; subcontrol-origin: padding; right: 7px; }
QToolButton[popupMode="2"][look="button"] { padding-right: 22px; }

QLineEdit, QPlainTextEdit, QTextEdit { background: @window@; border: 1px solid @grid@; border-radius: 5px; padding: 3px 8px;
    min-height: 18px; selection-background-color: @accent@; selection-color: @accentText@; }
QLineEdit:focus, QPlainTextEdit:focus { border-color: @accent@; }
QLineEdit[wrong="true"] { border-color: @error@; }

QTabBar { background: @panel@; }
QTabWidget::pane { border: none; border-top: 1px solid @grid@; background: @window@; }
QTabWidget::tab-bar { left: 8px; }
QTabBar::tab { background: transparent; color: @muted@; padding: 8px 13px 7px 13px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text@; }
QTabBar::tab:selected { color: @text@; font-weight: 600; border-bottom: 2px solid @accent@; }
QTabBar::tab:focus { color: @accent@; }

QHeaderView { background: @panel@; border: none; }
QHeaderView::section { background: @panel@; color: @muted@; border: none; border-bottom: 1px solid @grid@; padding: 4px 8px 4px 2px; }
QHeaderView::section:first { padding-left: 8px; }
QHeaderView::section:hover { color: @text@; }
QHeaderView::up-arrow { image: url(:/icons/sort-up-@mode@.svg); width: 8px; height: 8px; subcontrol-position: top center; }
QHeaderView::down-arrow { image: url(:/icons/sort-down-@mode@.svg); width: 8px; height: 8px; subcontrol-position: top center; }
QTableView, QTreeView, QListView, QListWidget { background: @window@; border: none; gridline-color: transparent; outline: none;
    selection-background-color: @selection@; selection-color: @text@; }
QTableView#speedRows::item { padding: 0 8px; }
QTableWidget::item { padding: 3px 6px; }
QTableCornerButton::section { background: @panel@; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget[look="page"] { background: transparent; border: none; }
QWidget[look="page"] { background: @window@; }
QWidget[look="panel"] { background: @panel@; }
QFrame[look="tile"] { background: @panel@; border: 1px solid @grid@; border-radius: 6px; }
QFrame[look="card"] { background: @window@; border: 1px solid @grid@; border-left: 3px solid @axis@; border-radius: 3px; }
QFrame[look="card"][tone="warn"] { border-left-color: @warn@; }
QFrame[look="card"][tone="problem"] { border-left-color: @error@; }
QFrame[look="card"][tone="good"] { border-left-color: @ok@; }
QFrame[look="banner"] { background: @bannerBack@; border: 1px solid @error@; border-radius: 5px; }
QFrame[look="banner"] QLabel { color: @text@; }
QFrame[look="banner"][tone="note"] { background: @selection@; border-color: @accent@; }
QFrame[look="popup"] { background: @window@; border: 1px solid @grid@; border-radius: 6px; }
QFrame[look="rule"] { background: @grid@; border: none; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @scroll@; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @axis@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: @track@; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; text-align: center; }
QProgressBar::chunk { background: @accent@; border-radius: 3px; }
QStatusBar { background: @panel@; border-top: 1px solid @grid@; color: @muted@; }
QStatusBar::item { border: none; }
QStatusBar QPushButton { font-size: 8.5pt; }
QStatusBar QLabel { color: @muted@; font-size: 8.5pt; }
QCheckBox { spacing: 7px; }
QCheckBox::indicator, QMenu::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid @axis@; border-radius: 3px;
    background: @window@; }
QMenu::indicator { margin-left: 5px; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent@; }
QCheckBox::indicator:checked, QMenu::indicator:checked, QListView::indicator:checked { background: @accent@; border-color: @accent@;
    image: url(:/icons/check-@mode@.svg); }
)";

QColor blend(const QColor& a, const QColor& b, double t) {
    return QColor::fromRgbF(float(a.redF() + (b.redF() - a.redF()) * t),
                            float(a.greenF() + (b.greenF() - a.greenF()) * t),
                            float(a.blueF() + (b.blueF() - a.blueF()) * t));
}

}  // namespace

QString styleSheet(const Theme& t) {
    const QList<QPair<const char*, QString>> values{
        {"window", t.window.name()},
        {"panel", t.panel.name()},
        {"text", t.text.name()},
        {"muted", t.muted.name()},
        {"axis", t.axis.name()},
        {"grid", t.grid.name()},
        {"accent", t.accent.name()},
        {"accentText", t.accentText.name()},
        {"accentHover", blend(t.accent, t.dark ? Qt::white : Qt::black, 0.12).name()},
        {"selection", t.selection.name()},
        {"error", t.error.name()},
        {"warn", t.warn.name()},
        {"ok", t.ok.name()},
        {"bannerBack", blend(t.window, t.error, 0.07).name()},
        {"hover", blend(t.panel, t.text, 0.06).name()},
        {"disabled", blend(t.muted, t.panel, 0.35).name()},
        {"scroll", blend(t.grid, t.axis, 0.35).name()},
        {"track", blend(t.grid, t.panel, 0.2).name()},
        {"mode", t.dark ? QStringLiteral("dark") : QStringLiteral("light")},
    };
    QString sheet = QString::fromLatin1(kSheet);
    for (const auto& [key, value] : values)
        sheet.replace(QLatin1Char('@') + QLatin1String(key) + QLatin1Char('@'), value);
    return sheet;
}

}  // namespace roundoff::ui
