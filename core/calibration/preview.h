#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/calibration/picture.h"
#include "core/model/model.h"

namespace roundoff::calibration {

/// What the model will see, before it runs.
struct Preview {
    struct Input {
        std::string name;
        tensor::ElementType type = tensor::ElementType::Undefined;
        tensor::Shape shape;
        double min = 0, max = 0, mean = 0;  ///< of the finite values; 0 where there is none
        bool supplied = false;              ///< made to fit: no data gave it
    };
    struct Sample {
        std::vector<Input> inputs;
        std::string file;                ///< of a picture
        std::optional<Picture> picture;  ///< RGB as it is after resizing and cropping, before scale, mean and std
        std::optional<int> label;
    };
    std::size_t count = 0;  ///< samples there are
    bool synthetic = false;
    std::string words;            ///< as Dataset::words
    std::vector<Sample> samples;  ///< the first few
    std::string text;             ///< the first window of a text
    std::vector<std::int64_t> ids;
    std::map<int, std::size_t> classes;  ///< label → how many samples have it
    std::vector<std::string> findings;   ///< what a user should look at, one sentence each
};

/// Reads the first `samples` of them. Errors are loadDataset's and Dataset::sample's.
Result<Preview> preview(const model::Model& model, const DataSource& source, Job& job, std::size_t samples = 4);

}  // namespace roundoff::calibration
