#include "core/formats/onnx/skeleton.h"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using wire::Message;

/// libprotobuf stops at 100 nested messages; a body in a body takes three.
constexpr int kMaxDepth = 90;
/// Far above any real model: 10 000 layers have some 100 000 messages. Parsed, each takes some 100 bytes.
constexpr std::size_t kMaxMessages = 8'000'000;
/// What libprotobuf can parse.
constexpr std::size_t kMaxSkeleton = 1u << 30;

class Cutter {
public:
    Cutter(const std::string& path, std::span<const std::byte> file)
        : m_path(path), m_begin(reinterpret_cast<const char*>(file.data())), m_at(m_begin), m_size(file.size()) {}

    Result<Skeleton> run() {
        try {
            pbf_writer out(m_skeleton.bytes);
            copy(Message::Model, {m_begin, m_size}, out, 0);
            if (m_problem.empty()) return std::move(m_skeleton);
        } catch (const protozero::end_of_buffer_exception&) {
            m_problem = "a field reaches behind the end: the file is cut off, damaged or not ONNX";
        } catch (const protozero::exception&) {
            m_problem = "this is not a protobuf field: the file is damaged or not ONNX";
        }
        return badInput(fmt::format("{}: byte {}", m_path, m_at - m_begin), m_problem, "Get or export the file again");
    }

private:
    void copy(Message kind, data_view message, pbf_writer& out, int depth) {
        if (depth > kMaxDepth) m_problem = "messages are nested too deeply";
        if (++m_messages > kMaxMessages) m_problem = "the graph has more parts than fit in memory";
        if (m_skeleton.bytes.size() > kMaxSkeleton) m_problem = "the graph without its weights is larger than 1 GiB";
        pbf_reader reader(message);
        const char* end = message.data() + message.size();
        for (const char* start = message.data(); start != end && m_problem.empty(); start = reader.data().data()) {
            m_at = start;
            if (!reader.next()) break;
            const Message inner = reader.wire_type() == pbf_wire_type::length_delimited
                                      ? wire::child(kind, reader.tag())
                                      : Message::Other;
            if (inner == Message::Other) {
                reader.skip();
                m_skeleton.bytes.append(start, reader.data().data());
            } else if (inner == Message::Tensor) {
                pbf_writer tensor(out, reader.tag());
                cutTensor(reader.get_view(), tensor);
            } else {
                pbf_writer sub(out, reader.tag());
                copy(inner, reader.get_view(), sub, depth + 1);
            }
        }
    }

    void cutTensor(data_view message, pbf_writer& out) {
        if (++m_messages > kMaxMessages) m_problem = "the graph has more parts than fit in memory";
        CutPayload payload;
        payload.messageOffset = offset(message.data());
        payload.messageLength = message.size();
        pbf_reader reader(message);
        const char* end = message.data() + message.size();
        for (const char* start = message.data(); start != end; start = reader.data().data()) {
            m_at = start;
            if (!reader.next()) break;
            const std::uint32_t field = reader.tag();
            if (wire::isPayload(field)) {
                note(payload, reader);
            } else {
                reader.skip();
                if (field != wire::kMarker) m_skeleton.bytes.append(start, reader.data().data());
            }
        }
        out.add_uint64(wire::kMarker, m_skeleton.payloads.size());
        m_skeleton.payloads.push_back(payload);
    }

    void note(CutPayload& payload, pbf_reader& reader) const {
        const std::uint32_t field = reader.tag();
        if (payload.chunks > 0 && payload.field != field) payload.mixed = true;
        const bool packed = reader.wire_type() == pbf_wire_type::length_delimited;
        payload.packed = payload.packed && packed;
        if (packed) {
            const data_view content = reader.get_view();
            if (payload.chunks == 0) payload.offset = offset(content.data()), payload.length = content.size();
        } else {
            reader.skip();
        }
        payload.field = field;
        ++payload.chunks;
    }

    [[nodiscard]] std::uint64_t offset(const char* at) const { return std::uint64_t(at - m_begin); }

    const std::string& m_path;
    const char* m_begin;
    const char* m_at;  ///< the field now being read: where to point an error at
    std::size_t m_size;
    std::size_t m_messages = 0;
    std::string m_problem;
    Skeleton m_skeleton;
};

}  // namespace

Result<Skeleton> cut(const std::string& path, std::span<const std::byte> file) {
    return Cutter(path, file).run();
}

bool looksLikeModel(std::span<const std::byte> head) {
    // ModelProto: 1 and 5 are numbers; 2, 3, 4, 6, 7, 8, 14, 20, 25 and 26 have a length.
    const auto fits = [](std::uint32_t field, pbf_wire_type type) {
        if (field == 1 || field == 5) return type == pbf_wire_type::varint;
        const bool known = field <= 8 || field == 14 || field == 20 || field == 25 || field == 26;
        return known && type == pbf_wire_type::length_delimited;
    };
    bool structured = false;  // a graph or an operator set came by: text never gets this far
    try {
        pbf_reader reader(reinterpret_cast<const char*>(head.data()), head.size());
        while (reader.next()) {
            if (!fits(reader.tag(), reader.wire_type())) return false;
            structured = structured || reader.tag() == 1 || reader.tag() == 7 || reader.tag() == 8;
            reader.skip();
        }
    } catch (const protozero::end_of_buffer_exception&) {
        return structured;  // the head ends within a field
    } catch (const protozero::exception&) {
        return false;
    }
    return structured;
}

}  // namespace roundoff::formats::onnx
