#include "core/base/table.h"

#include <algorithm>

#include "core/base/text.h"

namespace roundoff {

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : m_rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
    }
    std::size_t whole = widths.empty() ? 0 : 2 * (widths.size() - 1);
    for (const std::size_t width : widths) whole += width;
    std::string out;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - columns(row[i]), ' ');
            if (i > 0) line.append(2, ' ');
            line += i < m_left ? row[i] + pad : pad + row[i];
        }
        for (std::size_t i = 0; row.empty() && i < whole; ++i) line += "─";
        line.erase(line.find_last_not_of(' ') + 1);
        out += line;
        out += '\n';
    }
    return out;
}

}  // namespace roundoff
