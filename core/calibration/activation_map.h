#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::calibration {

/// How large one value of the graph was in one sample: |x| by channel (columns) and by token or position (rows), pooled by
/// maximum to at most kMostSide a side. Rows are all axes but the channels', in row-major order.
struct ActivationMap {
    static constexpr std::size_t kMostSide = 256;
    struct Cell {
        float size = 0;  ///< the largest finite magnitude in the cell; 0 where there is none
        std::uint32_t channel = 0, position = 0;  ///< where it stands
    };
    std::string value;    ///< name in the graph
    tensor::Shape shape;  ///< of the value
    std::string words;    ///< "1 sample of digits.calib"
    std::size_t channels = 0, positions = 0;
    std::size_t columns = 0, rows = 0;
    std::vector<Cell> byIndex;  ///< rows × columns, row-major; channels as they stand
    std::vector<Cell> bySize;   ///< the same with the channel that has the largest magnitude first
    float least = 0, most = 0;  ///< smallest magnitude above zero of the cells, and the largest; 0 where there is none
    std::uint64_t broken = 0;   ///< values that are NaN or infinite
};

/// The map of a tensor of float32; `value` and `words` are left empty. Precondition: fewer than 2^32 values.
ActivationMap mapOf(const tensor::TensorView& value);

/// Runs the float model on the first sample of the data and maps the value, which must hold floats.
Result<ActivationMap> activationMap(const model::Model& model, const std::string& value, const DataSource& source, Job& job);

}  // namespace roundoff::calibration
