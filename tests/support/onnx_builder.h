#pragma once
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/onnx/edit.h"
#include "core/formats/onnx/element_types.h"

/// Small ONNX models written field by field, so that tests need no files and can write what no library would.
namespace roundoff::test {

using formats::onnx::AttributeValue;
using protozero::pbf_writer;
using tensor::ElementType;
using tensor::Shape;

/// The serialized message that `fill` writes.
template <class Fill>
std::string message(const Fill& fill) {
    std::string out;
    pbf_writer writer(out);
    fill(writer);
    return out;
}

template <class T>
std::string bytesOf(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Head of a TensorProto: everything but the data.
inline std::string tensorHead(const std::string& name, std::int32_t dataType, const Shape& shape) {
    return message([&](pbf_writer& w) {
        w.add_packed_int64(1, shape.begin(), shape.end());
        w.add_int32(2, dataType);
        w.add_string(8, name);
    });
}
inline std::string rawTensor(const std::string& name, ElementType type, const Shape& shape, const std::string& raw) {
    return tensorHead(name, formats::onnx::toOnnx(type), shape) + message([&](pbf_writer& w) { w.add_bytes(9, raw); });
}
inline std::string floatTensorMessage(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    return rawTensor(name, ElementType::Float32, shape, bytesOf(values));
}
inline std::string externalTensor(const std::string& name, ElementType type, const Shape& shape,
                                  const std::vector<std::pair<std::string, std::string>>& entries) {
    return tensorHead(name, formats::onnx::toOnnx(type), shape) + message([&](pbf_writer& w) {
               for (const auto& [key, value] : entries)
                   w.add_message(13, message([&](pbf_writer& e) {
                                     e.add_string(1, key);
                                     e.add_string(2, value);
                                 }));
               w.add_int32(14, 1);
           });
}

/// One AttributeProto.
struct Attribute {
    std::string bytes;
    Attribute(const std::string& name, std::int64_t v)
        : Attribute(name, 2, [&](pbf_writer& w) { w.add_int64(3, v); }) {}
    Attribute(const std::string& name, int v) : Attribute(name, std::int64_t{v}) {}
    Attribute(const std::string& name, float v) : Attribute(name, 1, [&](pbf_writer& w) { w.add_float(2, v); }) {}
    Attribute(const std::string& name, const char* v) : Attribute(name, 3, [&](pbf_writer& w) { w.add_bytes(4, v); }) {}
    Attribute(const std::string& name, const std::vector<std::int64_t>& v)
        : Attribute(name, 7, [&](pbf_writer& w) {
              for (const std::int64_t i : v) w.add_int64(8, i);
          }) {}
    Attribute(const std::string& name, const std::vector<float>& v)
        : Attribute(name, 6, [&](pbf_writer& w) {
              for (const float f : v) w.add_float(7, f);
          }) {}
    /// The value that a function's caller gives.
    static Attribute parameter(const std::string& name, int type) {
        return {name, type, [&](pbf_writer& w) { w.add_string(21, name); }};
    }
    static Attribute tensor(const std::string& name, const std::string& tensor) {
        return {name, 4, [&](pbf_writer& w) { w.add_message(5, tensor); }};
    }
    static Attribute graph(const std::string& name, const std::string& graph) {
        return {name, 5, [&](pbf_writer& w) { w.add_message(6, graph); }};
    }

private:
    template <class Fill>
    Attribute(const std::string& name, int type, const Fill& fill)
        : bytes(message([&](pbf_writer& w) {
              w.add_string(1, name);
              fill(w);
              w.add_int32(20, type);
          })) {}
};

class GraphBuilder {
public:
    GraphBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes = {},
                       const std::string& name = "", const std::string& domain = "") {
        add(1, [&](pbf_writer& w) {
            for (const auto& input : inputs) w.add_string(1, input);
            for (const auto& output : outputs) w.add_string(2, output);
            w.add_string(3, name);
            w.add_string(4, op);
            for (const auto& a : attributes) w.add_message(5, a.bytes);
            if (!domain.empty()) w.add_string(7, domain);
        });
        return *this;
    }
    GraphBuilder& tensor(const std::string& serialized) {
        add(
            5, [&](pbf_writer& w) { w.add_message(5, serialized); }, true);
        return *this;
    }
    GraphBuilder& floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
        return tensor(floatTensorMessage(name, shape, values));
    }
    GraphBuilder& ints(const std::string& name, const Shape& shape, const std::vector<std::int64_t>& values) {
        return tensor(rawTensor(name, ElementType::Int64, shape, bytesOf(values)));
    }
    GraphBuilder& constant(const std::string& name, const std::string& serialized) {
        return node("Constant", {}, {name}, {Attribute::tensor("value", serialized)}, name + ".node");
    }
    /// A dimension of -1 is left open.
    GraphBuilder& input(const std::string& name, ElementType type, const Shape& shape) {
        return value(11, name, type, shape);
    }
    GraphBuilder& output(const std::string& name, ElementType type, const Shape& shape) {
        return value(12, name, type, shape);
    }
    /// What the file states of an inner value.
    GraphBuilder& stated(const std::string& name, ElementType type, const Shape& shape) {
        return value(13, name, type, shape);
    }
    /// Declared with its type alone.
    GraphBuilder& outputOf(const std::string& name, ElementType type) {
        add(12, [&](pbf_writer& w) {
            w.add_string(1, name);
            w.add_message(2, message([&](pbf_writer& t) {
                              t.add_message(
                                  1, message([&](pbf_writer& e) { e.add_int32(1, formats::onnx::toOnnx(type)); }));
                          }));
        });
        return *this;
    }
    /// The fields so far: those of the nodes alone where nothing else was added.
    [[nodiscard]] const std::string& nodes() const { return m_bytes; }
    /// The GraphProto.
    [[nodiscard]] std::string bytes() const {
        return m_bytes + message([](pbf_writer& w) { w.add_string(2, "graph"); });
    }

private:
    GraphBuilder& value(std::uint32_t field, const std::string& name, ElementType type, const Shape& shape) {
        const std::string dims = message([&](pbf_writer& w) {
            for (const std::int64_t dim : shape)
                w.add_message(1, message([&](pbf_writer& d) {
                                  if (dim >= 0)
                                      d.add_int64(1, dim);
                                  else
                                      d.add_string(2, "n");
                              }));
        });
        add(field, [&](pbf_writer& w) {
            w.add_string(1, name);
            w.add_message(2, message([&](pbf_writer& t) {
                              t.add_message(1, message([&](pbf_writer& e) {
                                                e.add_int32(1, formats::onnx::toOnnx(type));
                                                e.add_message(2, dims);
                                            }));
                          }));
        });
        return *this;
    }
    template <class Fill>
    void add(std::uint32_t field, const Fill& fill, bool bare = false) {
        pbf_writer w(m_bytes);
        if (bare)
            fill(w);
        else
            w.add_message(field, message(fill));
    }
    std::string m_bytes;
};

/// A further field of a ModelProto: a function of domain "my.domain" with the nodes of a graph.
inline std::string functionField(const std::string& name, const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs, const GraphBuilder& nodes,
                                 std::int64_t opset, const std::vector<std::string>& parameters = {}) {
    std::string function = message([&](pbf_writer& w) {
        w.add_string(1, name);
        for (const auto& input : inputs) w.add_string(4, input);
        for (const auto& output : outputs) w.add_string(5, output);
        for (const auto& parameter : parameters) w.add_string(6, parameter);
        w.add_message(9, message([&](pbf_writer& o) {
                          o.add_string(1, "");
                          o.add_int64(2, opset);
                      }));
        w.add_string(10, "my.domain");
    });
    protozero::pbf_reader graph(nodes.nodes());
    while (graph.next()) {
        const auto node = graph.get_view();
        pbf_writer(function).add_message(7, node.data(), node.size());
    }
    return message([&](pbf_writer& w) {
        w.add_message(25, function);
        w.add_message(8, message([](pbf_writer& o) {
                          o.add_string(1, "my.domain");
                          o.add_int64(2, 1);
                      }));
    });
}

/// A ModelProto around a graph.
inline std::string onnxModel(const std::string& graph, std::int64_t opset = 17, std::int64_t irVersion = 8,
                             const std::string& more = {}) {
    return message([&](pbf_writer& w) {
               w.add_int64(1, irVersion);
               w.add_string(2, "roundoff tests");
               w.add_message(7, graph);
               w.add_message(8, message([&](pbf_writer& o) {
                                 o.add_string(1, "");
                                 o.add_int64(2, opset);
                             }));
               w.add_message(8, message([&](pbf_writer& o) {
                                 o.add_string(1, "com.microsoft");
                                 o.add_int64(2, 1);
                             }));
           }) +
           more;
}
inline std::string onnxModel(const GraphBuilder& graph, std::int64_t opset = 17, std::int64_t irVersion = 8) {
    return onnxModel(graph.bytes(), opset, irVersion);
}

}  // namespace roundoff::test
