#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "common/endian.h"
#include "common/error.h"
#include "machine/core/ram.h"
#include "machine/core/scheduler.h"
#include "machine/core/snapshot.h"
#include "machine/core/snapshot_format.h"

using namespace vestige;
namespace format = snapshot_format;

namespace {

using Image = std::vector<std::uint8_t>;

// A folder of its own that goes away again.
struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "vestige-test-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path), {}));
    }
};

Image load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return Image(std::istreambuf_iterator<char>(file), {});
}

void save(const std::string& path, const Image& image) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(image.size()));
}

enum class Mode : std::uint16_t { idle = 1, busy = 7 };

// A bit of everything that devices store.
struct Example {
    std::uint32_t control = 0;
    bool enabled = false;
    Mode mode = Mode::idle;
    std::array<std::uint16_t, 4> table = {};
    std::vector<std::uint32_t> list;
    std::deque<std::uint8_t> fifo;
    std::string label;

    void visit(StateVisitor& state) {
        state.field("control", control);
        state.field("enabled", enabled);
        state.section("part", 3, [&] {
            state.field("mode", mode);
            state.field("table", table);
        });
        state.field("list", list);
        state.field("fifo", fifo);
        state.field("label", label);
    }
};

Example filled() { return {0x12345678, true, Mode::busy, {1, 2, 3, 4}, {5, 6, 7}, {8, 9}, "ten"}; }

void write_example(const std::string& path, Example example = filled()) {
    SnapshotWriter writer(path, "board");
    writer.section("example", 1, [&] { example.visit(writer); });
    writer.finish();
}

void read_example(const std::string& path, Example& example, const char* machine = "board") {
    SnapshotReader reader(path, machine);
    reader.section("example", 1, [&] { example.visit(reader); });
    reader.finish();
}

std::string refusal(const std::function<void()>& body) {
    try {
        body();
    } catch (const UserError& error) {
        return error.what();
    }
    return "accepted";
}

// Makes all checksums right again, as a hostile author would. Returns false if the directory cannot
// be found any more.
bool forge_checksums(Image& image) {
    if (image.size() < format::header_size) return false;
    const auto bytes = std::as_writable_bytes(std::span(image));
    const auto at = load_le<std::uint64_t>(image.data() + format::at_directory);
    const auto length = load_le<std::uint64_t>(image.data() + format::at_directory_length);
    if (at > image.size() || length > image.size() - at) return false;
    // "board" and "example": the one section's numbers have a fixed place.
    const std::size_t numbers = at + 4 + 5 + 4 + 4 + 7 + 4;
    if (numbers + 32 <= at + length) {
        const auto offset = load_le<std::uint64_t>(image.data() + numbers);
        const auto stored = load_le<std::uint64_t>(image.data() + numbers + 8);
        if (offset <= image.size() && stored <= image.size() - offset)
            store_le(image.data() + numbers + 24, format::checksum(bytes.subspan(offset, stored)));
    }
    store_le(image.data() + format::at_directory_checksum,
             format::checksum(bytes.subspan(at, length)));
    store_le(image.data() + format::at_header_checksum,
             format::checksum(bytes.first(format::at_header_checksum)));
    return true;
}

} // namespace

TEST_CASE("A snapshot brings everything back") {
    Folder folder;
    write_example(folder.file("s"));
    CHECK(folder.files() == 1); // the partial file is gone
    Example read;
    read_example(folder.file("s"), read);
    CHECK(read.control == 0x12345678);
    CHECK(read.enabled);
    CHECK(read.mode == Mode::busy);
    CHECK(read.table == filled().table);
    CHECK(read.list == filled().list);
    CHECK(read.fifo == filled().fifo);
    CHECK(read.label == "ten");
    write_example(folder.file("again"), read);
    CHECK(load(folder.file("s")) == load(folder.file("again")));
}

TEST_CASE("RAM comes back, zeros included, and its empty pages take no room") {
    Folder folder;
    RamBlock ram("ram", 64 << 20);
    ram.data()[0x1234] = std::byte{1};
    ram.data()[0x3ffffff] = std::byte{2};
    ram.data()[0x2000000] = std::byte{3};
    ram.data()[0x2000000] = std::byte{0};
    SnapshotWriter writer(folder.file("s"), "board");
    writer.section("ram", 1, [&] { ram.visit(writer); });
    writer.finish();
    CHECK(load(folder.file("s")).size() < 1000);

    RamBlock other("ram", 64 << 20);
    other.data()[0x5000] = std::byte{9};
    SnapshotReader reader(folder.file("s"), "board");
    CHECK(reader.sections().at(0).length < 20000);
    reader.section("ram", 1, [&] { other.visit(reader); });
    reader.finish();
    CHECK(std::memcmp(ram.data(), other.data(), ram.size()) == 0);

    RamBlock smaller("ram", 32 << 20);
    SnapshotReader again(folder.file("s"), "board");
    CHECK(refusal([&] {
              again.section("ram", 1, [&] { smaller.visit(again); });
          }).find("section 'ram': field 'pages in use' has 2048 bytes, 1024 are") !=
          std::string::npos);
}

TEST_CASE("Armed timers come back armed") {
    struct : Clock {
        Time now() const override { return 0; }
    } clock;
    Folder folder;
    Scheduler scheduler(clock);
    Timer timer(scheduler, [] {});
    timer.arm_at(1000);
    SnapshotWriter writer(folder.file("s"), "board");
    writer.section("timer", 1, [&] { timer.visit(writer, "deadline"); });
    writer.finish();
    timer.cancel();
    SnapshotReader reader(folder.file("s"), "board");
    reader.section("timer", 1, [&] { timer.visit(reader, "deadline"); });
    CHECK(timer.deadline() == 1000);
    CHECK(scheduler.next_deadline() == 1000);
}

TEST_CASE("What does not fit is refused with the place and the reason") {
    Folder folder;
    const std::string path = folder.file("s");
    write_example(path);
    Example example;
    const auto load_with = [&](auto visit) {
        return refusal([&] {
            SnapshotReader reader(path, "board");
            visit(reader);
            reader.finish();
        });
    };
    const std::string head = "snapshot '" + path + "'";
    CHECK(refusal([&] { read_example(path, example, "other"); }) ==
          head +
              ": it is of the machine 'board', this one is 'other': start with the options it was "
              "made with");
    CHECK(load_with([](auto&) {}).find("section 'example' belongs to nothing") !=
          std::string::npos);
    CHECK(load_with([&](auto& reader) {
              reader.section("example", 2, [&] { example.visit(reader); });
          }) == head +
                    ", section 'example': it has version 1, this program reads version 2: use the "
                    "program that wrote it");
    CHECK(load_with([&](auto& reader) {
              reader.section("sample", 1, [] {});
          }).find("no section 'sample'") != std::string::npos);
    std::uint64_t wide = 0;
    CHECK(load_with([&](auto& reader) {
              reader.section("example", 1, [&] { reader.field("control", wide); });
          }).find("section 'example': field 'control' has 4 bytes, 8 are expected") !=
          std::string::npos);
    std::uint32_t other_name = 0;
    CHECK(load_with([&](auto& reader) {
              reader.section("example", 1, [&] { reader.field("status", other_name); });
          }).find("field 'status' is expected, 'control' is stored") != std::string::npos);
    CHECK(load_with([&](auto& reader) {
              reader.section("example", 1, [&] { reader.field("control", other_name); });
          }).find("field 'enabled' is unknown") != std::string::npos);
    CHECK(refusal([&] { read_example(folder.file("none"), example); }).find("No such file") !=
          std::string::npos);
    save(folder.file("foreign"), Image(100, 'x'));
    CHECK(refusal([&] {
              read_example(folder.file("foreign"), example);
          }).find("not a Vestige snapshot") != std::string::npos);
    CHECK(refusal([&] { read_example(folder.path.string(), example); }) != "accepted");
}

TEST_CASE("Each truncated file is refused") {
    Folder folder;
    write_example(folder.file("s"));
    const Image whole = load(folder.file("s"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        save(folder.file("cut"), Image(whole.begin(), whole.begin() + static_cast<long>(size)));
        Example example;
        INFO(size);
        const std::string reason = refusal([&] { read_example(folder.file("cut"), example); });
        CHECK(reason.find(size < 8 ? "not a Vestige" : "truncated") != std::string::npos);
    }
}

TEST_CASE("Each damaged byte is noticed before anything is loaded") {
    Folder folder;
    write_example(folder.file("s"));
    const Image whole = load(folder.file("s"));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Image damaged = whole;
        damaged[at] ^= 0x10;
        save(folder.file("damaged"), damaged);
        Example example;
        INFO(at);
        CHECK(refusal([&] { read_example(folder.file("damaged"), example); }) != "accepted");
        CHECK(example.control == 0);
    }
}

TEST_CASE("A hostile file with good checksums is refused or loaded, never worse") {
    Folder folder;
    write_example(folder.file("s"));
    const Image whole = load(folder.file("s"));
    std::mt19937 random(1);
    int loaded = 0;
    for (int round = 0; round < 3000; ++round) {
        Image image = whole;
        for (int changes = 0; changes < 1 + round % 3; ++changes)
            image[random() % image.size()] = static_cast<std::uint8_t>(random());
        if (!forge_checksums(image)) continue;
        save(folder.file("hostile"), image);
        Example example;
        loaded += refusal([&] { read_example(folder.file("hostile"), example); }) == "accepted";
    }
    CHECK(loaded > 0); // the forgery works
}

TEST_CASE("A promised length is not believed") {
    Folder folder;
    struct Liar {
        std::uint64_t count;
        void visit(StateVisitor& state) { state.field("list", count); }
    };
    for (const std::uint64_t count : {std::uint64_t{100}, std::uint64_t{1} << 40, UINT64_MAX}) {
        Liar liar{count};
        SnapshotWriter writer(folder.file("s"), "board");
        writer.section("example", 1, [&] { liar.visit(writer); });
        writer.finish();
        std::vector<std::uint64_t> list;
        CHECK(refusal([&] {
                  SnapshotReader reader(folder.file("s"), "board");
                  reader.section("example", 1, [&] { reader.field("list", list); });
              }).find("more than the file can hold") != std::string::npos);
    }
}

TEST_CASE("An unfinished snapshot leaves the old one alone") {
    Folder folder;
    write_example(folder.file("s"));
    const Image before = load(folder.file("s"));
    {
        SnapshotWriter writer(folder.file("s"), "board");
        std::uint32_t value = 0;
        writer.section("example", 1, [&] { writer.field("control", value); });
    }
    CHECK(load(folder.file("s")) == before);
    CHECK(folder.files() == 1);
    CHECK(refusal([&] {
              SnapshotWriter writer(folder.file("none/s"), "board");
          }).find("cannot make the snapshot") != std::string::npos);
}
