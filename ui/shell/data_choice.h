#pragma once
#include <QString>
#include <optional>

#include "core/calibration/dataset.h"

namespace roundoff::ui {

/// What the model is run on: to see its activations and each layer's output, and to judge the whole model.
struct DataChoice {
    std::optional<calibration::DataSource> calibration;
    std::optional<calibration::DataSource> evaluation;  ///< none: the calibration data serves
    [[nodiscard]] bool synthetic() const { return calibration && calibration->isSynthetic(); }
};
bool sameData(const DataChoice& a, const DataChoice& b);

/// The source, read in the way of another: pictures' preparation, window, sizes of free dimensions.
calibration::DataSource readAs(calibration::DataSource source, const std::optional<calibration::DataSource>& like);

/// "digits.calib", "synthetic 4", "none".
QString dataText(const std::optional<calibration::DataSource>& source);

/// Data that lies beside a model under its name: `stem.calib`, `stem.calib.txt`, `stem.eval`, … Looks at names alone.
DataChoice dataBeside(const QString& modelPath);

/// Whether a path may be data: a folder, an array, a text, a picture. Says nothing of its content.
bool mayBeData(const QString& path);
QString dataTypes();  ///< "a folder, .npy, .npz, .txt, …" for messages

}  // namespace roundoff::ui
