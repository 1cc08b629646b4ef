#pragma once
#include <QFrame>

#include "ui/shell/jobs.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace roundoff::ui {

class DataPreviewCard;
class ReadingForm;

/// Chooses what the model is run on and how it is read, shows its first sample as the model will see it, and starts the measurement.
class DataPopover : public QFrame {
    Q_OBJECT
public:
    DataPopover(Store& store, Jobs& jobs, QWidget* parent = nullptr);
    void open(const QPoint& position);
    /// As chosen by hand or by a drop: calibration data.
    void choose(const QString& path);

private:
    struct Row {
        QLabel* value;
        QPushButton *folder, *file, *other;
    };
    Row row(QGridLayout* grid, int at, const QString& title, const char* name, const QString& other);
    void browse(bool folder, bool evaluation);
    void set(bool evaluation, std::optional<calibration::DataSource> source);
    void readInAnotherWay(const calibration::DataSource& source);
    void showReading();
    void fit();
    void showChoice();
    void showButtons();

    Store& m_store;
    Jobs& m_jobs;
    Row m_calibration, m_evaluation;
    QLabel *m_warning, *m_note;
    QPushButton *m_beside, *m_measure, *m_rank;
    DataPreviewCard* m_preview;
    ReadingForm* m_reading;
    std::filesystem::path m_arrays;  ///< a folder that was found to hold no pictures
    DataChoice m_found;  ///< beside the model
    bool m_unreadable = false;  ///< the preview met an error
};

}  // namespace roundoff::ui
