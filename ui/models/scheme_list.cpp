#include "ui/models/scheme_list.h"

#include "core/schemes/number_format.h"
#include "core/schemes/size.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_words.h"

namespace roundoff::ui {
namespace {

QString qtext(const std::string& text) { return QString::fromStdString(text); }

}  // namespace

std::vector<SchemeList::Row> SchemeList::rowsOf(Rows wanted) {
    std::vector<Row> rows;
    const auto add = [&rows](const schemes::Scheme& scheme, const QString& summary) {
        const auto* format = schemes::findNumberFormat(scheme.weight.format);
        rows.push_back({schemeText(scheme), qtext(format->title), summary, scheme, false,
                        format->grid ? schemes::nominalBits(scheme.weight) : format->bits});
    };
    if (wanted == Rows::Schemes) {
        rows.push_back({tr("Often asked for"), {}, {}, {}, true, 0});
        for (const QString& word : usualSchemes())
            if (const auto scheme = schemes::parseScheme(word.toStdString())) add(*scheme, schemeSentence(*scheme));
    }
    for (const auto& family : schemes::families()) {
        rows.push_back({qtext(family.title), {}, qtext(family.summary), {}, true, 0});
        for (const auto& format : family.formats) add({format.defaults, {}}, qtext(format.summary));
    }
    return rows;
}

SchemeList::SchemeList(Rows rows, QObject* parent) : QAbstractListModel(parent), m_rows(rowsOf(rows)), m_sizes(m_rows.size()) {}

void SchemeList::setSubject(const model::Model& model, std::vector<int> layers, const QString& name) {
    m_model = model;
    m_layers = model.empty() ? std::vector<int>() : std::move(layers);
    m_name = name;
    m_sizes.assign(m_rows.size(), {});
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {BitsRole, SizeRole});
}

int SchemeList::rowOf(const schemes::Scheme& scheme) const {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (!m_rows[i].heading && m_rows[i].scheme == scheme) return int(i);
    return -1;
}

int SchemeList::rowOfFormat(const std::string& id) const {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (!m_rows[i].heading && m_rows[i].scheme.weight.format == id) return int(i);
    return -1;
}

const schemes::Scheme* SchemeList::schemeAt(int row) const {
    if (row < 0 || row >= rowCount() || m_rows[std::size_t(row)].heading) return nullptr;
    return &m_rows[std::size_t(row)].scheme;
}

const SchemeList::Size& SchemeList::size(int at) const {
    Size& size = m_sizes[std::size_t(at)];
    if (size.known) return size;
    size.known = true;
    for (const int index : m_layers) {
        const auto& layer = m_model.layers()[std::size_t(index)];
        const auto& tensor = m_model.tensors()[layer.weight];
        // What cannot be quantized so stays as it is, as in the comparison.
        const auto bytes = layer.stored || !tensor::isFloat(tensor.type)
                               ? Result<std::uint64_t>(tensor.bytes)
                               : schemes::weightBytes(tensor.shape, layer.outputAxis, layer.reductionAxis, tensor.type,
                                                      m_rows[std::size_t(at)].scheme.weight);
        size.bytes += double(bytes ? *bytes : tensor.bytes);
        size.parameters += double(layer.parameters);
    }
    return size;
}

int SchemeList::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

QVariant SchemeList::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const auto bits = [&] {
        const Size& known = size(index.row());
        return tr("%1 bits").arg(known.parameters > 0 ? known.bytes * 8 / known.parameters : row.nominalBits, 0, 'f', 2);
    };
    const auto bytes = [&] { return m_layers.empty() ? QString() : bytesText(std::uint64_t(size(index.row()).bytes)); };
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole: return row.text;
        case TextRole: return row.heading ? QVariant() : row.text;
        case HeadingRole: return row.heading;
        case SummaryRole: return row.summary;
        case BitsRole: return row.heading ? QVariant() : bits();
        case SizeRole: return row.heading ? QVariant() : bytes();
        case Qt::ToolTipRole: {
            if (row.heading) return row.summary;
            const QString whole = m_layers.empty() ? QString() : tr(" %1 for %2.").arg(bytes(), m_name);
            return tr("%1. %2 per weight with scales.%3").arg(row.title, bits(), whole) + QLatin1Char('\n') + row.summary;
        }
        case Qt::AccessibleTextRole:
            if (row.heading) return QStringLiteral("%1. %2").arg(row.text, row.summary);
            return m_layers.empty() ? tr("%1, %2 per weight. %3").arg(row.text, bits(), row.summary)
                                    : tr("%1, %2 per weight, %3 for %4. %5").arg(row.text, bits(), bytes(), m_name, row.summary);
        default: return {};
    }
}

Qt::ItemFlags SchemeList::flags(const QModelIndex& index) const {
    const bool choosable = index.isValid() && !m_rows[std::size_t(index.row())].heading;
    return !choosable ? Qt::NoItemFlags : Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
}

}  // namespace roundoff::ui
