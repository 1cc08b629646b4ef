#include "core/formats/onnx/splice.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <vector>

#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using wire::Message;

std::uint64_t varintSize(std::uint64_t value) {
    std::uint64_t size = 1;
    for (; value >= 0x80; value >>= 7) ++size;
    return size;
}

/// The head of a length-delimited field.
std::string head(std::uint32_t field, std::uint64_t length) {
    std::string out;
    protozero::write_varint(std::back_inserter(out), std::uint64_t{field} << 3 | 2);
    protozero::write_varint(std::back_inserter(out), length);
    return out;
}

/// Calls other(bytes) for what stays as it is and inner(field, kind, view) for messages that may hold payloads.
/// The skeleton was made by libprotobuf: it is well formed.
template <class Other, class Inner>
void walk(Message kind, data_view message, const Other& other, const Inner& inner) {
    pbf_reader reader(message);
    for (const char* start = message.data(); reader.next(); start = reader.data().data()) {
        const Message child =
            reader.wire_type() == pbf_wire_type::length_delimited ? wire::child(kind, reader.tag()) : Message::Other;
        if (child != Message::Other) {
            const std::uint32_t field = reader.tag();  // getting the view forgets it
            inner(field, child, reader.get_view());
        } else if (kind == Message::Tensor && reader.tag() == wire::kMarker) {
            inner(wire::kRawData, Message::Other, data_view(start, 0));
            reader.skip();
        } else {
            reader.skip();
            other(data_view(start, std::size_t(reader.data().data() - start)));
        }
    }
}

std::uint64_t markerIn(data_view tensor) {
    pbf_reader reader(tensor);
    while (reader.next()) {
        if (reader.tag() == wire::kMarker) return reader.get_uint64();
        reader.skip();
    }
    return 0;
}

/// Sizes of all inner messages, in the order in which they come by: each stands before its content.
class Sizes {
public:
    explicit Sizes(const SpliceSource& source) : m_source(source) {}
    std::uint64_t measure(Message kind, data_view message) {
        std::uint64_t size = 0;
        walk(
            kind, message, [&](data_view bytes) { size += bytes.size(); },
            [&](std::uint32_t field, Message child, data_view view) {
                const std::size_t place = m_sizes.size();
                m_sizes.push_back(0);
                const std::uint64_t inner =
                    child == Message::Other ? m_source.size(markerIn(message)) : measure(child, view);
                m_sizes[place] = inner;
                size += varintSize(std::uint64_t{field} << 3) + varintSize(inner) + inner;
            });
        return size;
    }
    std::uint64_t next() { return m_sizes[m_next++]; }

private:
    const SpliceSource& m_source;
    std::vector<std::uint64_t> m_sizes;
    std::size_t m_next = 0;
};

Result<void> emit(Message kind, data_view message, Sizes& sizes, const SpliceSource& source, ByteSink& out) {
    Result<void> result;
    const auto put = [&](const char* data, std::size_t size) {
        if (result) result = out.write(std::as_bytes(std::span(data, size)));
    };
    walk(
        kind, message, [&](data_view bytes) { put(bytes.data(), bytes.size()); },
        [&](std::uint32_t field, Message child, data_view view) {
            const std::string start = head(field, sizes.next());
            put(start.data(), start.size());
            if (!result) return;
            result =
                child == Message::Other ? source.write(markerIn(message), out) : emit(child, view, sizes, source, out);
        });
    return result;
}

}  // namespace

std::uint64_t splicedSize(const std::string& skeleton, const SpliceSource& source) {
    return Sizes(source).measure(Message::Model, skeleton);
}

Result<void> splice(const std::string& skeleton, const SpliceSource& source, ByteSink& out) {
    Sizes sizes(source);
    sizes.measure(Message::Model, skeleton);
    return emit(Message::Model, skeleton, sizes, source, out);
}

}  // namespace roundoff::formats::onnx
