#include <zip.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

/// Deflate makes no byte of more than this many.
constexpr std::uint64_t kMostInflated = 1032;

struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Stream = std::unique_ptr<zip_file_t, Close>;

/// One entry, unpacked as it is read forward; going back unpacks it from its begin.
class EntryBytes : public Bytes {
public:
    EntryBytes(std::shared_ptr<zip_t> zip, std::uint64_t index, std::string name, std::uint64_t size)
        : m_zip(std::move(zip)), m_index(index), m_name(std::move(name)), m_size(size) {}
    [[nodiscard]] const std::string& name() const override { return m_name; }
    [[nodiscard]] std::uint64_t size() const override { return m_size; }
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> out) override {
        if (!m_stream || offset < m_position) {
            m_stream.reset(zip_fopen_index(m_zip.get(), m_index, 0));
            if (!m_stream) return broken(zip_strerror(m_zip.get()));
            m_position = 0;
        }
        std::byte skipped[1u << 14];
        while (m_position < offset)
            if (auto done = take({skipped, std::size_t(std::min<std::uint64_t>(sizeof skipped, offset - m_position))}); !done)
                return done;
        if (auto done = take(out); !done) return done;
        // The sum of checks is compared at the end alone.
        if (m_position == m_size && zip_fread(m_stream.get(), skipped, 1) != 0) return broken(zip_file_strerror(m_stream.get()));
        return {};
    }

private:
    Result<void> take(std::span<std::byte> out) {
        for (std::size_t done = 0; done < out.size();) {
            const auto n = zip_fread(m_stream.get(), out.data() + done, out.size() - done);
            if (n <= 0) return broken(n < 0 ? zip_file_strerror(m_stream.get()) : "it ends too early");
            done += std::size_t(n);
            m_position += std::uint64_t(n);
        }
        return {};
    }
    /// @param why a copy: the stream's own words go with it
    Result<void> broken(const std::string& why) {
        m_stream.reset();
        return badInput(m_name, "the archive is broken: " + why, "Write it anew with numpy.savez");
    }

    std::shared_ptr<zip_t> m_zip;
    std::uint64_t m_index;
    std::string m_name;
    std::uint64_t m_size, m_position = 0;
    Stream m_stream;
};

}  // namespace

Result<std::map<std::string, std::shared_ptr<Bytes>>> npzEntries(const fs::path& path) {
    const std::string place = path.string();
    const auto broken = [&](const std::string& what) { return badInput(place, what, "Write it anew with numpy.savez"); };
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) return badInput(place, "the file cannot be read: " + error.message(), "Check the path");
    int code = 0;
    const std::shared_ptr<zip_t> zip(zip_open(path.c_str(), ZIP_RDONLY, &code), [](zip_t* z) {
        if (z) zip_discard(z);
    });
    if (!zip) {
        zip_error_t why;
        zip_error_init_with_code(&why, code);
        const bool damaged = code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS;
        const std::string words = damaged ? "it is cut off, damaged or none" : zip_error_strerror(&why);
        zip_error_fini(&why);
        return broken("not a readable .npz archive: " + words);
    }
    std::map<std::string, std::shared_ptr<Bytes>> entries;
    const auto count = zip_get_num_entries(zip.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        zip_stat_init(&stat);
        constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
        if (zip_stat_index(zip.get(), zip_uint64_t(i), 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
            return broken("the archive's directory is broken");
        const std::string name = stat.name;
        const auto refuse = [&](const std::string& what) {
            return badInput(place, "entry \"" + printable(name) + "\" " + what, "Write the archive with numpy.savez");
        };
        if (name.find_first_of("/\\") != std::string::npos || name.find("..") != std::string::npos)
            return refuse("has a name that leads elsewhere");
        if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
            return refuse("is encrypted");
        const bool stored = stat.comp_method == ZIP_CM_STORE;
        if (!stored && stat.comp_method != ZIP_CM_DEFLATE) return refuse("is packed in another way than deflate");
        if (stat.comp_size > size || (stored ? stat.size != stat.comp_size : stat.size / kMostInflated > stat.comp_size))
            return refuse("says it is larger than it can be");
        if (!name.ends_with(".npy")) return refuse("is no .npy array");
        auto bytes = std::make_shared<EntryBytes>(zip, std::uint64_t(i), place + ", entry " + printable(name), stat.size);
        if (!entries.emplace(name.substr(0, name.size() - 4), std::move(bytes)).second) return refuse("is there twice");
    }
    if (entries.empty()) return broken("there is no array in the archive");
    return entries;
}

}  // namespace roundoff::calibration
