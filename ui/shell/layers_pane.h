#pragma once
#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace roundoff::ui {

class LayerDelegate;
class LayerFilter;
class LayerModel;
class LayerProxy;
class Store;

/// The left pane: the layer table with its order, filter, columns and selection.
class LayersPane : public QWidget {
    Q_OBJECT
public:
    explicit LayersPane(Store& store, QWidget* parent = nullptr);
    void update(unsigned changes);
    void setFilter(const LayerFilter& filter);
    void move(int rows);  ///< the current layer, by rows of the table
    [[nodiscard]] QString copyText() const;  ///< the selected rows as TSV with a header, full precision, C locale
    void copyToClipboard() const;
    [[nodiscard]] LayerProxy& proxy() { return *m_proxy; }
    [[nodiscard]] QTableView& table() { return *m_table; }

Q_SIGNALS:
    void filterWanted(const QString& text);  ///< a word to add to the filter

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void publishVisible();
    void publishSelection();
    void showSelection();
    void showChip();
    void revealOutputs();
    bool m_revealed = false;
    void fitColumns();
    void headerMenu(const QPoint& position);
    void rowMenu(const QPoint& position);
    [[nodiscard]] int layerAt(int row) const;

    Store& m_store;
    LayerModel* m_model;
    LayerProxy* m_proxy;
    LayerDelegate* m_delegate;
    QTableView* m_table;
    QPushButton* m_chip;
    bool m_syncing = false;
    std::size_t m_sortedResults = 0;  ///< finished layers when the order was last made
};

}  // namespace roundoff::ui
