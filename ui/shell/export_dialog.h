#pragma once
#include <QDialog>
#include <map>

#include "core/exports/target.h"
#include "ui/shell/jobs.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;
class QVBoxLayout;

namespace roundoff::ui {

/// Writes the plan to a file and shows the proof as it is made. Says before the start which layers a target cannot
/// hold, and afterwards, in words and numbers, what was checked.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(Store& store, Jobs& jobs, QWidget* parent = nullptr);
    void setPath(const QString& path);
    [[nodiscard]] bool running() const { return m_number != 0; }
    void start();

Q_SIGNALS:
    void message(const QString& text);

protected:
    void reject() override;

private:
    [[nodiscard]] const exports::Target& target() const;
    void showTarget();
    void suggestPath();
    void onStep(int number, const QString& step, std::optional<bool> ok, const QString& detail);
    void onProgress(int number, double fraction, const QString& what);
    void onExported(int number, const std::shared_ptr<const exports::Exported>& exported);
    void onFailed(int number, const Error& error);
    void finish(const QString& headline, const char* tone);
    void addRow(const QString& name, const QString& outcome, const QString& detail, bool ok);
    void browse();
    void copy() const;
    void setRunning(bool running);

    Store& m_store;
    Jobs& m_jobs;
    int m_number = 0;
    bool m_pathEdited = false;
    QComboBox* m_target;
    QLabel *m_summary, *m_fit, *m_headline;
    QTableWidget *m_refused, *m_results;
    QLineEdit* m_path;
    QCheckBox *m_external, *m_faster, *m_verify;
    QPushButton *m_start, *m_close, *m_copy, *m_folder;
    std::map<QString, int> m_steps;  ///< row of the results
    QString m_step;                  ///< the one that runs; empty between them
};

}  // namespace roundoff::ui
