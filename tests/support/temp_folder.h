#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace roundoff::test {

/// An empty folder that goes with its owner.
class TempFolder {
public:
    TempFolder() {
        static int count = 0;
        m_path = std::filesystem::path(testing::TempDir()) /
                 ("roundoff-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
        std::filesystem::create_directories(m_path);
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        if (name.find('/') != std::string::npos) std::filesystem::create_directories((m_path / name).parent_path());
        std::ofstream(m_path / name, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
        return m_path / name;
    }

private:
    std::filesystem::path m_path;
};

}  // namespace roundoff::test
