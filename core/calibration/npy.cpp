#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::calibration {

using tensor::ElementType;

namespace {

/// The text between `key` and the end of its value in the header's Python literal.
std::string_view after(std::string_view header, std::string_view key) {
    const auto at = header.find(key);
    if (at == std::string_view::npos) return {};
    header.remove_prefix(at + key.size());
    const auto colon = header.find(':');
    if (colon == std::string_view::npos) return {};
    header.remove_prefix(colon + 1);
    const auto start = header.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view() : header.substr(start);
}

std::optional<tensor::Shape> parseShape(std::string_view text) {
    const auto close = text.find(')');
    if (text.empty() || text[0] != '(' || close == std::string_view::npos) return std::nullopt;
    text = text.substr(1, close - 1);
    if (text.find_first_not_of("0123456789, L") != std::string_view::npos) return std::nullopt;  // L: of Python 2
    tensor::Shape shape;
    while (true) {
        const auto digit = text.find_first_of("0123456789");
        if (digit == std::string_view::npos) return shape;
        std::int64_t dim = 0;
        const auto [end, error] = std::from_chars(text.data() + digit, text.data() + text.size(), dim);
        if (error != std::errc()) return std::nullopt;
        shape.push_back(dim);
        text.remove_prefix(std::size_t(end - text.data()));
    }
}

template <class T>
double load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof(T));
    return double(value);
}
double loadHalf(const std::byte* at) {
    const auto code = std::uint16_t(load<std::uint16_t>(at));
    const int exponent = code >> 10 & 31, mantissa = code & 1023;
    const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                             : exponent == 31 ? (mantissa == 0 ? HUGE_VAL : std::nan(""))
                                              : std::ldexp(1024 + mantissa, exponent - 25);
    return (code & 0x8000) != 0 ? -magnitude : magnitude;
}

constexpr NpyArray::Kind kKinds[] = {
    {"f2", ElementType::Float16, 2, loadHalf},
    {"f4", ElementType::Float32, 4, load<float>},
    {"f8", ElementType::Float64, 8, load<double>},
    {"i1", ElementType::Int8, 1, load<std::int8_t>},
    {"i2", ElementType::Int16, 2, load<std::int16_t>},
    {"i4", ElementType::Int32, 4, load<std::int32_t>},
    {"i8", ElementType::Int64, 8, load<std::int64_t>},
    {"u1", ElementType::Uint8, 1, load<std::uint8_t>},
    {"u2", ElementType::Uint16, 2, load<std::uint16_t>},
    {"u4", ElementType::Uint32, 4, load<std::uint32_t>},
    {"u8", ElementType::Uint64, 8, load<std::uint64_t>},
    {"b1", ElementType::Bool, 1, load<std::uint8_t>},
};

/// Position in a row-major array of element `index` of a column-major one.
std::uint64_t rowMajor(std::uint64_t index, const tensor::Shape& shape) {
    std::uint64_t position = 0, stride = 1;
    for (const std::int64_t dim : shape) stride *= std::uint64_t(dim);
    for (const std::int64_t dim : shape) {
        stride /= std::uint64_t(dim);
        position += index % std::uint64_t(dim) * stride;
        index /= std::uint64_t(dim);
    }
    return position;
}

/// Largest array in column-major order.
constexpr std::uint64_t kMostColumns = 1u << 27;
constexpr std::uint64_t kLongestHeader = 1u << 20;

}  // namespace

Result<NpyArray> NpyArray::open(std::shared_ptr<Bytes> bytes) {
    const std::string place = bytes->name();
    const auto broken = [&](std::string what) {
        return badInput(place, std::move(what), "Write the array anew with numpy.save");
    };
    std::byte begin[12];
    if (bytes->size() < sizeof begin) return broken("not a NumPy array");
    if (auto read = bytes->read(0, begin); !read) return propagate(read);
    if (std::memcmp(begin, "\x93NUMPY", 6) != 0) return broken("not a NumPy array");
    const bool first = std::to_integer<int>(begin[6]) == 1;
    const std::uint64_t start = first ? 10 : 12;
    const auto length = std::uint64_t(first ? load<std::uint16_t>(begin + 8) : load<std::uint32_t>(begin + 8));
    if (length > bytes->size() - start) return broken("the header is cut off");
    if (length > kLongestHeader) return broken("the header is longer than 1 MiB");
    std::string header(length, ' ');
    if (auto read = bytes->read(start, std::as_writable_bytes(std::span(header))); !read) return propagate(read);

    const std::string_view descr = after(header, "'descr'");
    const auto shape = parseShape(after(header, "'shape'"));
    if (descr.size() < 5 || descr[0] != '\'' || !shape) return broken("the header is not that of a plain array");
    NpyArray array;
    for (const Kind& each : kKinds)
        if (descr.substr(2, 2) == each.code && descr[4] == '\'') array.m_kind = &each;
    if (!array.m_kind)
        return badInput(place,
                        "elements of type " + std::string(descr.substr(0, descr.find('\'', 1) + 1)) +
                            " are not numbers that can be fed",
                        "Save floats, integers or booleans");
    const auto count = tensor::elementCount(*shape);
    if (!count || *count > (bytes->size() - start - length) / array.m_kind->size)
        return broken("the file is shorter than its shape " + tensor::text(*shape) + " needs");
    array.m_bytes = std::move(bytes);
    array.m_start = start + length;
    array.m_count = *count;
    array.m_shape = *shape;
    array.m_swap = descr[1] == '>' && std::endian::native == std::endian::little;
    if (!after(header, "'fortran_order'").starts_with("True") || shape->size() < 2) return array;

    if (*count > kMostColumns)
        return badInput(place, "the array is large and in column-major order", "Save numpy.ascontiguousarray of it");
    const std::size_t size = array.m_kind->size;
    if (auto fits = runtime::reserve(2 * *count * size, "turning the column-major array " + printable(place), "Raise the limit, or save numpy.ascontiguousarray of it"); !fits)
        return propagate(fits);
    const auto columns = array.readBytes(0, *count);
    if (!columns) return propagate(columns);
    auto rows = std::make_shared<std::vector<std::byte>>(columns->size());
    for (std::uint64_t i = 0; i < *count; ++i) std::memcpy(rows->data() + rowMajor(i, *shape) * size, columns->data() + i * size, size);
    array.m_columns = std::move(rows);
    return array;
}

Result<std::vector<std::byte>> NpyArray::readBytes(std::uint64_t first, std::uint64_t count) const {
    const std::size_t size = m_kind->size;
    if (m_columns) {
        const auto at = m_columns->begin() + std::ptrdiff_t(first * size);
        return std::vector<std::byte>(at, at + std::ptrdiff_t(count * size));
    }
    std::vector<std::byte> bytes(count * size);
    if (auto done = m_bytes->read(m_start + first * size, bytes); !done) return propagate(done);
    for (std::byte* at = bytes.data(); m_swap && at < bytes.data() + bytes.size(); at += size) std::reverse(at, at + size);
    return bytes;
}

Result<std::vector<double>> NpyArray::read(std::uint64_t first, std::uint64_t count) const {
    const auto bytes = readBytes(first, count);
    if (!bytes) return propagate(bytes);
    std::vector<double> values(count);
    for (std::uint64_t i = 0; i < count; ++i) values[i] = m_kind->load(bytes->data() + i * m_kind->size);
    return values;
}

}  // namespace roundoff::calibration
