#pragma once
#include <QAbstractListModel>
#include <vector>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

namespace roundoff::ui {

/// The schemes that a list offers, under headings: the usual ones, then every family's formats at their defaults. The one
/// model behind the box that takes typed text, the form, the layer table's editor and the chooser of columns. Headings
/// can be neither chosen nor found by typing.
class SchemeList : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        TextRole = Qt::UserRole,  ///< short scheme text; invalid for headings
        HeadingRole,              ///< true for headings
        SummaryRole,              ///< one line: what it is good for
        BitsRole,                 ///< "4.25 bits": of the subject's weights, else as schemes::nominalBits
        SizeRole,                 ///< "37.4 kB" of the subject; empty without one
    };
    enum class Rows { Schemes, Formats };  ///< Formats leaves the usual ones out

    explicit SchemeList(Rows rows, QObject* parent = nullptr);

    /// Whose size to tell; no layers = nobody's. `name` ends a sentence: "this layer", "the model".
    void setSubject(const model::Model& model, std::vector<int> layers, const QString& name);

    /// -1 where no row is this scheme.
    [[nodiscard]] int rowOf(const schemes::Scheme& scheme) const;
    [[nodiscard]] int rowOfFormat(const std::string& id) const;
    /// The scheme of a row; nullptr for headings.
    [[nodiscard]] const schemes::Scheme* schemeAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    struct Row {
        QString text, title, summary;
        schemes::Scheme scheme;
        bool heading = false;
        double nominalBits = 0;
    };
    struct Size {
        bool known = false;
        double bytes = 0, parameters = 0;
    };
    static std::vector<Row> rowsOf(Rows rows);
    const Size& size(int row) const;

    const std::vector<Row> m_rows;
    model::Model m_model;
    std::vector<int> m_layers;
    QString m_name;
    mutable std::vector<Size> m_sizes;  ///< filled in as rows are shown
};

}  // namespace roundoff::ui
