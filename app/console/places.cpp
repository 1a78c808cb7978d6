#include "app/console/places.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "app/console/stream_backend.h"
#include "common/assertion.h"
#include "common/error.h"

namespace vestige {

namespace {

class FileBackend final : public hw::CharBackend {
  public:
    FileBackend(const std::string& name, const std::string& path)
        : file_(std::fopen(path.c_str(), "w")) {
        if (!file_)
            throw UserError(fmt::format("{}: cannot write '{}': {}", name, path, strerror(errno)));
    }
    ~FileBackend() override { std::fclose(file_); }

    void write(std::span<const std::byte> data) override {
        std::fwrite(data.data(), 1, data.size(), file_);
        // A line at a time: the user may be looking.
        for (const std::byte byte : data)
            if (byte == std::byte{'\n'}) std::fflush(file_);
    }
    void resume() override {}

  private:
    std::FILE* file_;
};

} // namespace

std::unique_ptr<hw::CharBackend> open_place(const CharOption& option, const std::string& name,
                                            InputGate& gate, IoLoop& loop) {
    const TcpPlace place{option.host, option.port};
    switch (option.kind) {
    case CharKind::none:
    case CharKind::null: return std::make_unique<NullBackend>();
    case CharKind::file: return std::make_unique<FileBackend>(name, option.path);
    case CharKind::pty: return std::make_unique<PtyBackend>(name, gate, loop);
    case CharKind::tcp:
        if (!option.server) return std::make_unique<TcpClientBackend>(name, gate, loop, place);
        return std::make_unique<TcpServerBackend>(name, gate, loop, place,
                                                  option.wait_for_client
                                                      ? TcpServerBackend::Start::wait_for_client
                                                      : TcpServerBackend::Start::at_once);
    case CharKind::stdio: break;
    }
    VESTIGE_UNREACHABLE("stdio is the terminal's own");
}

} // namespace vestige
