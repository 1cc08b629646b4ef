#include "ui/models/layer_filter.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

namespace roundoff::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("LayerFilter", text); }

/// Splits at blanks, but not within /…/.
QStringList words(const QString& text) {
    QStringList out;
    QString word;
    bool regex = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == QLatin1Char('/') && (i == 0 || text[i - 1] != QLatin1Char('\\'))) {
            const bool starts = word.isEmpty() || word == QLatin1String("-");
            if (regex || starts) regex = !regex;
        }
        if (c.isSpace() && !regex) {
            if (!word.isEmpty()) out << word;
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.isEmpty()) out << word;
    return out;
}

}  // namespace

const QStringList& LayerFilter::figures() {
    static const QStringList names{
        QStringLiteral("sqnr"),  QStringLiteral("bits"),   QStringLiteral("params"), QStringLiteral("size"),
        QStringLiteral("clip"),  QStringLiteral("zero"),   QStringLiteral("cosine"), QStringLiteral("rmse"),
        QStringLiteral("crest"), QStringLiteral("kurtosis")};
    return names;
}

LayerFilter LayerFilter::parse(const QString& text, QString* error) {
    LayerFilter filter;
    if (error) error->clear();
    const auto complain = [&](const QString& message) {
        if (error && error->isEmpty()) *error = message;
    };
    static const QRegularExpression comparison(QStringLiteral("^([A-Za-z]+)(<=|>=|!=|<|>|=)(.*)$"));
    for (QString word : words(text)) {
        Term term;
        if (word.size() > 1 && word.startsWith(QLatin1Char('-'))) {
            term.negated = true;
            word.remove(0, 1);
        }
        if (word.startsWith(QLatin1Char('/'))) {
            if (word.size() < 3 || !word.endsWith(QLatin1Char('/'))) {
                complain(tr("Close the expression with a slash: /…/"));
                continue;
            }
            term.kind = Kind::Regex;
            term.regex = QRegularExpression(word.mid(1, word.size() - 2), QRegularExpression::CaseInsensitiveOption);
            if (!term.regex.isValid()) {
                complain(tr("%1: %2").arg(word, term.regex.errorString()));
                continue;
            }
        } else if (const auto match = comparison.match(word); match.hasMatch()) {
            term.kind = Kind::Figure;
            term.word = match.captured(1).toLower();
            if (!figures().contains(term.word)) {
                complain(tr("There is no figure “%1”; there are %2")
                             .arg(match.captured(1), figures().join(QStringLiteral(", "))));
                continue;
            }
            static const QStringList signs{QStringLiteral("<"),  QStringLiteral("<="), QStringLiteral(">"),
                                           QStringLiteral(">="), QStringLiteral("="),  QStringLiteral("!=")};
            term.compare = Compare(signs.indexOf(match.captured(2)));
            bool ok = false;
            term.number = match.captured(3).toDouble(&ok);
            if (!ok) {
                complain(tr("%1 needs a number, as in %2<20").arg(word, term.word));
                continue;
            }
        } else if (word.startsWith(QLatin1String("op:"), Qt::CaseInsensitive)) {
            term.kind = Kind::Op;
            term.word = word.mid(3);
        } else if (word.startsWith(QLatin1String("scheme:"), Qt::CaseInsensitive)) {
            term.kind = Kind::Scheme;
            term.word = word.mid(7);
        } else {
            term.word = word;
        }
        filter.m_terms.push_back(std::move(term));
    }
    return filter;
}

bool LayerFilter::holds(const Term& term, const Facts& facts) {
    switch (term.kind) {
        case Kind::Text: return facts.name.contains(term.word, Qt::CaseInsensitive);
        case Kind::Regex: return term.regex.match(facts.name).hasMatch();
        case Kind::Op: return facts.op.startsWith(term.word, Qt::CaseInsensitive);
        case Kind::Scheme: return facts.scheme.startsWith(term.word, Qt::CaseInsensitive);
        case Kind::Figure: break;
    }
    const auto value = facts.figure ? facts.figure(term.word) : std::nullopt;
    if (!value || std::isnan(*value)) return term.negated;  // unknown passes neither the word nor its negation
    switch (term.compare) {
        case Compare::Less: return *value < term.number;
        case Compare::LessEqual: return *value <= term.number;
        case Compare::Greater: return *value > term.number;
        case Compare::GreaterEqual: return *value >= term.number;
        case Compare::Equal: return *value == term.number;
        case Compare::NotEqual: return *value != term.number;
    }
    return false;
}

bool LayerFilter::accepts(const Facts& facts) const {
    for (const Term& term : m_terms)
        if (holds(term, facts) == term.negated) return false;
    return true;
}

bool LayerFilter::usesFigures() const {
    for (const Term& term : m_terms)
        if (term.kind == Kind::Figure || term.kind == Kind::Scheme) return true;
    return false;
}

}  // namespace roundoff::ui
