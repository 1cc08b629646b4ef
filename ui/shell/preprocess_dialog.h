#pragma once
#include <QDialog>
#include <vector>

#include "ui/shell/jobs.h"

class QCheckBox;
class QLabel;
class QPushButton;

namespace roundoff::ui {

/// The steps that make the float model simpler before it is quantized: which are wanted, and what came of each. Taking them
/// is one edit, which undo takes back.
class PreprocessDialog : public QDialog {
    Q_OBJECT
public:
    PreprocessDialog(Store& store, Jobs& jobs, QWidget* parent = nullptr);

private:
    void refresh(unsigned changes);
    void updateButtons();
    [[nodiscard]] std::vector<std::string> wanted() const;

    struct Row {
        std::string step;
        QCheckBox* box;
        QLabel* outcome;
    };
    Store& m_store;
    Jobs& m_jobs;
    std::vector<Row> m_rows;
    QLabel* m_data;
    QPushButton *m_apply, *m_close;
};

}  // namespace roundoff::ui
