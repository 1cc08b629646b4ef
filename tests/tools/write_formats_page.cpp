// Writes docs/formats.md and its pictures from the registry: the target formats_page runs it on this repository.

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/docs/formats_page.h"

int main(int argc, char** argv) {
    namespace fs = std::filesystem;
    if (argc != 2) {
        std::cerr << "usage: write_formats_page FOLDER\n";
        return 2;
    }
    const fs::path folder = argv[1];
    const auto files = roundoff::docs::formatsPage();
    std::error_code error;
    fs::create_directories(folder / "formats", error);
    // A picture of a format that is no more goes.
    for (const auto& entry : fs::directory_iterator(folder / "formats", error))
        if (!files.contains("formats/" + entry.path().filename().string())) fs::remove(entry.path(), error);
    for (const auto& [name, content] : files) {
        std::ofstream file(folder / name, std::ios::binary);
        if (!file.write(content.data(), std::streamsize(content.size())).flush()) {
            std::cerr << folder / name << " cannot be written\n";
            return 1;
        }
    }
    std::cout << files.size() << " files in " << folder << '\n';
}
