// A disk image of zeros in a temporary file that goes with its owner.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace vestige::test {

class ImageFile {
  public:
    explicit ImageFile(std::uint64_t size)
        : path_((std::filesystem::temp_directory_path() / "vestige-image-XXXXXX").string()) {
        const int fd = mkstemp(path_.data());
        if (fd < 0 || ftruncate(fd, static_cast<off_t>(size)) != 0)
            throw std::runtime_error("no temporary file");
        close(fd);
    }
    ~ImageFile() { std::filesystem::remove(path_); }
    ImageFile(const ImageFile&) = delete;
    ImageFile& operator=(const ImageFile&) = delete;

    const std::string& path() const { return path_; }
    void fill(std::uint64_t offset, std::uint64_t count, char value) {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        for (std::uint64_t i = 0; i < count; i++)
            file.put(value);
    }
    char at(std::uint64_t offset) const {
        std::ifstream file(path_, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(offset));
        return static_cast<char>(file.get());
    }

  private:
    std::string path_;
};

} // namespace vestige::test
