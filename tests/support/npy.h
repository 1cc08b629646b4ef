#pragma once
#include <string>
#include <vector>

namespace roundoff::test {

/// A NumPy file, as numpy.save writes it.
template <class T>
std::string npyBytes(const std::string& descr, const std::string& shape, const std::vector<T>& data,
                     const std::string& fortran = "False") {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
    header.resize((10 + header.size() + 64) / 64 * 64 - 11, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += char(header.size() & 255);
    bytes += char(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(data.data()), data.size() * sizeof(T));
    return bytes;
}

}  // namespace roundoff::test
