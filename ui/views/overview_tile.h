#pragma once
#include <QFrame>

class QLabel;

namespace roundoff::ui {

/// A figure with what it is and its conditions. `missing` shows the headline muted: there is no figure yet.
class OverviewTile : public QFrame {
    Q_OBJECT
public:
    OverviewTile(const QString& title, QWidget* parent);
    void setTitle(const QString& title);
    void show(const QString& headline, const QString& note, bool missing = false);
    void setNameNote() { m_noteElide = Qt::ElideLeft; }  ///< the note is a path: its end says most
    void setLink(bool on);  ///< the note can be clicked

Q_SIGNALS:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();
    QLabel *m_title, *m_headline, *m_note;
    QString m_titleText, m_noteText;
    Qt::TextElideMode m_noteElide = Qt::ElideRight;
    bool m_link = false, m_missing = false;
};

}  // namespace roundoff::ui
