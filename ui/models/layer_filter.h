#pragma once
#include <QRegularExpression>
#include <QString>
#include <functional>
#include <optional>
#include <vector>

namespace roundoff::ui {

/// The filter box's language. Words are joined by "and":
///   attn          the name contains it, any case
///   /re(g|x)/     the name matches
///   op:conv       the operator starts with it
///   scheme:int4   the scheme starts with it
///   sqnr<20       a figure compared with a number: < <= > >= = !=
///   -word         not
/// A figure that is not known yet passes no comparison.
class LayerFilter {
public:
    /// What a filter may ask of a layer.
    struct Facts {
        QString name, op, scheme;
        std::function<std::optional<double>(const QString& figure)> figure;
    };

    /// Figures that can be compared, for the box's help and for errors.
    static const QStringList& figures();

    /// @param error set to a sentence that names the word where the text is wrong; such words are left out
    static LayerFilter parse(const QString& text, QString* error = nullptr);
    [[nodiscard]] bool accepts(const Facts& facts) const;
    [[nodiscard]] bool empty() const { return m_terms.empty(); }
    /// True where results may change which layers pass.
    [[nodiscard]] bool usesFigures() const;

private:
    enum class Kind { Text, Regex, Op, Scheme, Figure };
    enum class Compare { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };
    struct Term {
        Kind kind = Kind::Text;
        bool negated = false;
        QString word;
        QRegularExpression regex;
        Compare compare = Compare::Equal;
        double number = 0;
    };
    [[nodiscard]] static bool holds(const Term& term, const Facts& facts);
    std::vector<Term> m_terms;
};

}  // namespace roundoff::ui
