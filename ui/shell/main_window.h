#pragma once
#include <QMainWindow>

#include "ui/shell/jobs.h"
#include "ui/shell/store.h"
#include "ui/shell/theme.h"
#include "ui/shell/window_actions.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace roundoff::ui {

class BannerArea;
class DataDesk;
class ExportDialog;
class PreprocessDialog;
class FileDrop;
class Inspector;
class JobStrip;
class LayersPane;
class StartPage;
class TopBar;
class ViewStack;

/// Puts the panes together and passes news between them; decides nothing that they can decide.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// @param samplePath the model behind "Try the sample"; empty where there is none
    MainWindow(Engine& engine, const QString& samplePath, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openPath(const QString& path);
    void openSample();
    void applyTheme(ThemeChoice choice, bool remember);
    [[nodiscard]] Store& store() { return m_store; }
    [[nodiscard]] Jobs& jobs() { return m_jobs; }
    [[nodiscard]] ViewStack& views() { return *m_views; }
    [[nodiscard]] BannerArea& banners() { return *m_banners; }
    [[nodiscard]] WindowActions& actions() { return m_actions; }
    [[nodiscard]] QByteArray stateJson();
    ExportDialog* showExport();
    PreprocessDialog* showPreprocess();

protected:
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void connectActions();
    void onStore(unsigned changes);
    void onOpened(const QString& path);
    void onFailed(const Error& error);
    void note(const QString& text);
    void showStatus();
    void showRecent();
    void stepBits(int direction);
    void nextPane();
    void showKeys();
    void updateActions();

    Store m_store;
    Jobs m_jobs;
    WindowActions m_actions;
    QString m_sample;
    TopBar* m_top;
    BannerArea* m_banners;
    QStackedWidget* m_pages;
    StartPage* m_start;
    QSplitter *m_work, *m_columns;
    LayersPane* m_layers;
    ViewStack* m_views;
    Inspector* m_inspector;
    QTabWidget* m_log;
    QPlainTextEdit* m_messages;
    JobStrip* m_strip;
    FileDrop* m_drop;
    DataDesk* m_desk;
    ExportDialog* m_export = nullptr;
    PreprocessDialog* m_preprocess = nullptr;
    QLabel *m_statusModel, *m_statusSize, *m_statusMachine, *m_statusNote;
    QTimer m_noteTimer;
    QPushButton* m_statusTheme;
};

}  // namespace roundoff::ui
