#include "core/analysis/output_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/error.h"
#include "core/kernels/moments.h"

namespace roundoff::analysis {
namespace {

bool finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

std::vector<float> floatsOf(const runtime::NamedTensor& tensor) {
    std::vector<float> values(tensor::elementCount(tensor.shape).value_or(0));
    tensor::readFloats(tensor.view(), 0, values);
    return values;
}

std::size_t classesOf(const runtime::NamedTensor& tensor) {
    const tensor::Shape& shape = tensor.shape;
    const bool pooled = shape.size() == 4 && shape[2] == 1 && shape[3] == 1;
    if (!pooled && shape.size() != 2 && shape.size() != 3) return 0;
    const std::int64_t classes = pooled ? shape[1] : shape.back();
    return classes > 1 ? std::size_t(classes) : 0;
}

void ValueError::add(std::span<const float> x, std::span<const float> y) {
    kernels::Moments moments;
    kernels::ErrorSums sums;
    kernels::accumulate(x.data(), x.size(), moments, kernels::Powers::Two);
    kernels::accumulateError(x.data(), y.data(), x.size(), moments.finite() == moments.count, sums);
    if (std::isfinite(sums.noise)) {
        merge({moments.sum2, sums.noise, moments.sum2 - 2 * sums.cross + sums.noise, moments.sum2 - sums.cross, moments.finite()});
        return;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
        const double u = x[i], v = y[i];
        merge({u * u, (u - v) * (u - v), v * v, u * v, 1});
    }
}

void ValueError::merge(const ValueError& other) {
    signal += other.signal;
    noise += other.noise;
    quantized += other.quantized;
    product += other.product;
    count += other.count;
}

double ValueError::sqnrDb() const {
    if (exact()) return std::numeric_limits<double>::infinity();
    return signal > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::quiet_NaN();
}

double ValueError::orderDb() const {
    const double decibels = sqnrDb();
    return std::isnan(decibels) ? std::numeric_limits<double>::infinity() : decibels;
}

double ValueError::mse() const {
    return count > 0 ? noise / double(count) : std::numeric_limits<double>::quiet_NaN();
}

double ValueError::cosine() const {
    if (!(signal > 0) || !(quantized > 0)) return std::numeric_limits<double>::quiet_NaN();
    return noise == 0 ? 1 : product / (std::sqrt(signal) * std::sqrt(quantized));
}

void OutputError::addOutputs(const std::vector<runtime::NamedTensor>& reference, const std::vector<runtime::NamedTensor>& outputs) {
    bool first = true, isOdd = false;
    for (std::size_t i = 0; i < reference.size() && i < outputs.size(); ++i) {
        const runtime::NamedTensor &a = reference[i], &b = outputs[i];
        if (!isFloat(a.type)) continue;
        const auto note = [&](std::string what, std::string& into) {
            isOdd = true;
            if (into.empty()) into = "output \"" + a.name + "\" " + std::move(what);
        };
        const auto x = floatsOf(a), y = floatsOf(b);
        if (x.size() != y.size()) {
            note("is " + tensor::text(b.shape) + " where the float model gives " + tensor::text(a.shape), odd);
            continue;
        }
        if (!finite(y))
            note(finite(x) ? "holds NaN or infinite values where the float model's are finite"
                           : "holds NaN or infinite values in the float model too", odd);
        else if (!finite(x))
            note("is finite where the float model's holds NaN or infinite values", lost);
        add(x, y);
        if (const auto classes = std::ptrdiff_t(classesOf(a)); first && classes > 0) {
            for (auto p = x.begin(), q = y.begin(); p != x.end(); p += classes, q += classes) {
                const auto isNan = [](float v) { return std::isnan(v); };
                if (std::any_of(p, p + classes, isNan)) continue;
                ++rows;
                sameTop += std::none_of(q, q + classes, isNan) && std::max_element(p, p + classes) - p == std::max_element(q, q + classes) - q;
            }
        }
        first = false;
    }
    ++samples;
    oddSamples += isOdd;
}

}  // namespace roundoff::analysis
