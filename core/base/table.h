#pragma once
#include <string>
#include <vector>

namespace roundoff {

/// Rows of cells in plain text, aligned by code points. Cells are valid UTF-8 on one line.
class Table {
public:
    /// The first `left` columns stand left, the others right.
    explicit Table(std::size_t left) : m_left(left) {}
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    /// A line across all columns.
    void rule() { m_rows.emplace_back(); }
    /// The rows, each with its line end; nothing hangs over on the right.
    [[nodiscard]] std::string text() const;

private:
    std::size_t m_left;
    std::vector<std::vector<std::string>> m_rows;
};

}  // namespace roundoff
