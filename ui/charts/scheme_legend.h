#pragma once
#include <QString>
#include <QWidget>
#include <vector>

namespace roundoff::ui {

/// Which colour and marker (or dash) is which scheme, in one line that wraps where it must.
class SchemeLegend : public QWidget {
    Q_OBJECT
public:
    struct Entry {
        QString name;
        int scheme = 0;
    };
    explicit SchemeLegend(QWidget* parent = nullptr);
    void setEntries(std::vector<Entry> entries, bool lines);
    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    /// Places entries into rows; returns the height. Paints where there is a painter.
    int layOut(int width, class QPainter* painter) const;
    std::vector<Entry> m_entries;
    bool m_lines = false;
};

}  // namespace roundoff::ui
