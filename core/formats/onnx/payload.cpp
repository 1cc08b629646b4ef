#include "core/formats/onnx/payload.h"

#include <fmt/format.h>

#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <utility>
#include <vector>

#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

using tensor::ElementType;

/// The typed field that may hold elements of a type, and how many entries it takes.
std::uint32_t fieldOf(ElementType type) {
    switch (type) {
        case ElementType::Float32:
        case ElementType::Complex64:
            return wire::kFloatData;
        case ElementType::Float64:
        case ElementType::Complex128:
            return wire::kDoubleData;
        case ElementType::Int64:
            return wire::kInt64Data;
        case ElementType::Uint32:
        case ElementType::Uint64:
            return wire::kUint64Data;
        default:
            return wire::kInt32Data;
    }
}

std::uint64_t entries(ElementType type, std::uint64_t bytes) {
    switch (fieldOf(type)) {
        case wire::kFloatData:
            return bytes / 4;
        case wire::kDoubleData:
            return bytes / 8;
        default:
            return bits(type) < 8 ? bytes : bytes / (std::uint64_t(bits(type)) / 8);
    }
}

std::string_view fieldName(std::uint32_t field) {
    switch (field) {
        case wire::kFloatData:
            return "float_data";
        case wire::kInt32Data:
            return "int32_data";
        case wire::kInt64Data:
            return "int64_data";
        case wire::kDoubleData:
            return "double_data";
        case wire::kUint64Data:
            return "uint64_data";
        default:
            return "raw_data";
    }
}

/// Fewest and most bytes of one entry of a typed field.
std::pair<std::uint64_t, std::uint64_t> widths(std::uint32_t field) {
    if (field == wire::kFloatData) return {4, 4};
    if (field == wire::kDoubleData) return {8, 8};
    return {1, 10};
}

std::string at(const std::string& where, std::uint64_t offset) {
    return fmt::format("{} at byte {}", where, offset);
}

/// Appends numbers as raw little-endian bytes of `width` each, never more than there is room for.
class Filler {
public:
    Filler(std::vector<std::byte>& out, std::size_t width) : m_out(out), m_width(width) {}
    template <class T>
    void add(T value) {
        ++m_seen;
        if (m_filled + m_width > m_out.size()) return;
        std::memcpy(m_out.data() + m_filled, &value, m_width);
        m_filled += m_width;
    }
    [[nodiscard]] std::uint64_t seen() const { return m_seen; }

private:
    std::vector<std::byte>& m_out;
    std::size_t m_width, m_filled = 0;
    std::uint64_t m_seen = 0;
};

void addEntries(protozero::pbf_reader& reader, std::uint32_t field, bool packed, Filler& out) {
    const auto all = [&](const auto& range) {
        for (const auto value : range) out.add(value);
    };
    switch (field) {
        case wire::kFloatData:
            return packed ? all(reader.get_packed_float()) : out.add(reader.get_float());
        case wire::kDoubleData:
            return packed ? all(reader.get_packed_double()) : out.add(reader.get_double());
        case wire::kInt32Data:
            return packed ? all(reader.get_packed_int32()) : out.add(reader.get_int32());
        case wire::kInt64Data:
            return packed ? all(reader.get_packed_int64()) : out.add(reader.get_int64());
        default:
            return packed ? all(reader.get_packed_uint64()) : out.add(reader.get_uint64());
    }
}

}  // namespace

Result<Payload> checkPayload(const CutPayload& cut, ElementType type, tensor::Shape shape, const std::string& where) {
    constexpr const char* kAgain = "Export the model again";
    const auto count = tensor::elementCount(shape);
    if (!count)
        return badInput(at(where, cut.messageOffset),
                        fmt::format("the shape {} is negative or too large", tensor::text(shape)), kAgain);
    const auto bytes = tensor::storageBytes(type, *count);
    if (!bytes) return badInput(at(where, cut.messageOffset), "the size overflows", kAgain);
    Payload payload{Payload::Storage::None, type, std::move(shape), *bytes, 0, cut.messageOffset, cut};
    if (cut.mixed) return badInput(at(where, cut.messageOffset), "two kinds of data fields are set", kAgain);
    if (cut.chunks == 0 && *bytes > 0)
        return badInput(at(where, cut.messageOffset),
                        fmt::format("{} bytes are declared, but there is no data", *bytes), kAgain);
    if (cut.chunks == 0) return payload;

    if (cut.field == wire::kRawData) {
        if (!cut.packed || cut.chunks > 1)
            return badInput(at(where, cut.messageOffset), "raw_data occurs twice", kAgain);
        if (cut.length != *bytes)
            return badInput(at(where, cut.offset),
                            fmt::format("{} of {} needs {} bytes, but raw_data has {}", tensor::text(payload.shape),
                                        name(type), *bytes, cut.length),
                            kAgain);
        payload.storage = Payload::Storage::Raw;
        payload.offset = cut.offset;
        return payload;
    }
    if (cut.field != fieldOf(type))
        return badInput(at(where, cut.messageOffset),
                        fmt::format("{} elements cannot lie in {}", name(type), fieldName(cut.field)), kAgain);
    // What the file holds bounds what may be claimed; the exact count of varints is checked when they are decoded.
    const std::uint64_t expected = entries(type, *bytes);
    const bool onePiece = cut.packed && cut.chunks == 1;
    const auto [fewest, most] = widths(cut.field);
    const std::uint64_t room = onePiece ? cut.length : cut.messageLength;
    if (expected > room / fewest || (onePiece && room > expected * most))
        return badInput(at(where, onePiece ? cut.offset : cut.messageOffset),
                        fmt::format("{} of {} needs {} numbers, but {} has {} bytes", tensor::text(payload.shape),
                                    name(type), expected, fieldName(cut.field), room),
                        kAgain);
    if (onePiece) payload.offset = cut.offset;
    payload.storage = onePiece && fewest == most ? Payload::Storage::Raw : Payload::Storage::Numbers;
    return payload;
}

Result<tensor::TensorData> readPayload(const Payload& payload, const std::shared_ptr<const MappedFile>& file,
                                       const std::string& where) {
    const auto all = file->bytes();
    if (payload.storage == Payload::Storage::None) return tensor::TensorData{{payload.type, payload.shape, {}}, file};
    if (payload.storage == Payload::Storage::Raw)
        return tensor::TensorData{{payload.type, payload.shape, all.subspan(payload.offset, payload.bytes)},
                                  file->lease(payload.offset, payload.bytes)};

    const std::uint64_t expected = entries(payload.type, payload.bytes);
    auto decoded = std::make_shared<std::vector<std::byte>>(payload.bytes);
    Filler out(*decoded, expected == 0 ? 1 : payload.bytes / expected);
    try {
        const auto message = all.subspan(payload.cut.messageOffset, payload.cut.messageLength);
        protozero::pbf_reader reader(reinterpret_cast<const char*>(message.data()), message.size());
        while (reader.next()) {
            const bool packed = reader.wire_type() == protozero::pbf_wire_type::length_delimited;
            const bool number =
                reader.wire_type() == (payload.cut.field == wire::kFloatData    ? protozero::pbf_wire_type::fixed32
                                       : payload.cut.field == wire::kDoubleData ? protozero::pbf_wire_type::fixed64
                                                                                : protozero::pbf_wire_type::varint);
            if (reader.tag() == payload.cut.field && (packed || number))
                addEntries(reader, payload.cut.field, packed, out);
            else
                reader.skip();
        }
    } catch (const protozero::exception&) {
        return badInput(at(where, payload.offset), "a number is cut off", "Export the model again");
    }
    if (out.seen() != expected)
        return badInput(at(where, payload.offset),
                        fmt::format("{} numbers are needed, but {} are there", expected, out.seen()),
                        "Export the model again");
    const std::span<const std::byte> bytes(*decoded);
    return tensor::TensorData{{payload.type, payload.shape, bytes}, std::move(decoded)};
}

}  // namespace roundoff::formats::onnx
