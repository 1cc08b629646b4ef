#pragma once
#include <QWidget>
#include <vector>

#include "ui/shell/reading.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace roundoff::ui {

/// "How it is read": the fields that matter for the data at hand, two in a row. A wrong entry is marked in its place and
/// changes nothing.
class ReadingForm : public QWidget {
    Q_OBJECT
public:
    explicit ReadingForm(QWidget* parent = nullptr);
    /// Hides itself where nothing matters.
    void show(const calibration::DataSource& source, const ReadingNeeds& needs);
    [[nodiscard]] bool valid() const;

Q_SIGNALS:
    void edited(const roundoff::calibration::DataSource& source);  ///< read in another way
    void problemChanged();

private:
    struct Entry {
        const ReadingField* field;
        QLabel* label;
        QLineEdit* edit;    ///< either of them is null
        QComboBox* choice;
        QString problem;
    };
    Entry entry(const ReadingField& field);
    void arrange(const ReadingNeeds& needs);
    void fill(Entry& entry);
    void read();
    static void mark(Entry& entry, const QString& problem);

    std::vector<Entry> m_entries;
    QGridLayout* m_grid;
    QLabel *m_title, *m_problem;
    calibration::DataSource m_source;
};

}  // namespace roundoff::ui
