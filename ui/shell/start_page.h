#pragma once
#include <QWidget>

class QVBoxLayout;

namespace roundoff::ui {

/// What the window shows before a model is open: what Roundoff is for, and three ways to begin.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);
    void setRecent(const QStringList& paths);
    void setSampleAvailable(bool available);

Q_SIGNALS:
    void openWanted();
    void sampleWanted();
    void pathWanted(const QString& path);

private:
    QVBoxLayout* m_recent;
    QWidget *m_recentBox, *m_sample;
};

}  // namespace roundoff::ui
