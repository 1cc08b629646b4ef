#pragma once
#include <QString>
#include <vector>

#include "core/calibration/dataset.h"
#include "core/model/model.h"

namespace roundoff::ui {

/// Which ways of reading matter: pictures' preparation, the window of a text, sizes of free dimensions.
enum class Reading { Pictures, Text, Sizes };
struct ReadingNeeds {
    bool pictures = false, text = false;
    std::vector<std::string> sizes;  ///< names of the free dimensions that may need one
    [[nodiscard]] bool has(Reading kind) const {
        return kind == Reading::Pictures ? pictures : kind == Reading::Text ? text : !sizes.empty();
    }
};
/// By the model's inputs and the kind of file; opens none.
ReadingNeeds readingNeeds(const model::Model& model, const calibration::DataSource& source);

/// One thing that says how data are read, as a field of a form has it: a text, or one of a few choices.
struct ReadingField {
    struct Choice {
        const char* word;   ///< the text
        const char* title;  ///< translated in context "Reading"
    };
    const char* id;  ///< "mean": as the command line's option
    Reading kind;
    const char* title;  ///< these three are translated in context "Reading"
    const char* hint;   ///< what holds where it is empty
    const char* tip;
    std::vector<Choice> choices;  ///< empty: free text
    QString (*text)(const calibration::DataSource& source);
    /// Reads a text into the source. Errors say what is wrong and what to write.
    Result<void> (*take)(calibration::DataSource& source, const std::string& text);
};
const std::vector<ReadingField>& readingFields();

}  // namespace roundoff::ui
