#include "loader/elf_file.hpp"

#include <elf.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

#include "support/temp_dir.hpp"

using troupe::loader::readElf;
using troupe::loader::readElfFile;

namespace {

const std::filesystem::path kPlugins = TROUPE_TEST_PLUGIN_DIR;

class MemorySource final : public troupe::loader::ByteSource {
 public:
  explicit MemorySource(const std::string& bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, void* to, std::size_t count) const override {
    if (offset > bytes_.size() || count > bytes_.size() - offset) return false;
    std::memcpy(to, bytes_.data() + offset, count);
    return true;
  }

 private:
  const std::string& bytes_;
};

std::string plugin() { return troupe::test::readFile(kPlugins / "plain_c.troupe"); }

std::string reasonFor(const std::string& bytes) {
  std::string reason;
  CHECK_FALSE(readElf(MemorySource(bytes), reason).has_value());
  return reason;
}

Elf64_Ehdr header(const std::string& bytes) {
  Elf64_Ehdr h;
  std::memcpy(&h, bytes.data(), sizeof(h));
  return h;
}

template <typename Change>
std::string changed(Change change) {
  auto bytes = plugin();
  auto h = header(bytes);
  change(h);
  std::memcpy(bytes.data(), &h, sizeof(h));
  return bytes;
}

}  // namespace

TEST_CASE("a plugin's file tells what it is", "[elf]") {
  std::string reason;
  const auto elf = readElfFile(kPlugins / "missing_library.troupe", reason);
  CAPTURE(reason);
  REQUIRE(elf.has_value());
  CHECK(elf->manifest->find("org.example.missing_library") != std::string::npos);
  CHECK(elf->exported == std::vector<std::string>{"troupe_module_v1"});
  CHECK(std::find(elf->needed.begin(), elf->needed.end(), "libtroupe_test_absent.so") != elf->needed.end());
  CHECK(std::find(elf->undefined.begin(), elf->undefined.end(), "troupe_test_absent") != elf->undefined.end());
  CHECK(elf->runpath.empty());
  CHECK_FALSE(elf->text_relocations);
}

TEST_CASE("a file that is no module for this machine gives its reason", "[elf]") {
  const auto whole = plugin();
  CHECK(reasonFor("") == "it is empty");
  CHECK(reasonFor("#!/bin/sh\n") == "it is no ELF file");
  CHECK(reasonFor("\x7f") == "it is no ELF file");
  CHECK(reasonFor("\x7f"
                  "ELF") == "it is damaged or cut: the header lies outside the file");
  CHECK(reasonFor(whole.substr(0, 63)) == "it is damaged or cut: the header lies outside the file");
  CHECK(reasonFor(whole.substr(0, whole.size() / 2)) ==
        "it is damaged or cut: the section table lies outside the file");
  CHECK(reasonFor(whole.substr(0, whole.size() - 1)) ==
        "it is damaged or cut: the section table lies outside the file");
  CHECK(reasonFor(changed([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS32; })) ==
        "it is a 32-bit module, this host is 64-bit");
  CHECK(reasonFor(changed([](auto& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; })) ==
        "it is a big-endian module, this host is little-endian");
  CHECK(reasonFor(changed([](auto& h) { h.e_machine = EM_S390; })).rfind("it is built for s390, this host is ", 0) ==
        0);
  CHECK(reasonFor(changed([](auto& h) { h.e_type = ET_REL; })) ==
        "it is no shared module; link it as one (CMake: add_library(... MODULE))");
  CHECK(reasonFor(changed([](auto& h) { h.e_shoff = 0; })) ==
        "it has no section table, so its manifest cannot be read; do not strip section headers");
  CHECK(reasonFor(changed([](auto& h) { h.e_shoff = ~0ULL; })) ==
        "it is damaged or cut: the section table lies outside the file");
  CHECK(reasonFor(changed([](auto& h) { h.e_shnum = 60'000; })) == "it is damaged: it claims to have 60000 sections");
  CHECK(reasonFor(changed([](auto& h) { h.e_shstrndx = 999; })) ==
        "it is damaged or cut: the table of section names lies outside the file");
}

TEST_CASE("what cannot be read gives its reason", "[elf]") {
  const troupe::test::TempDir folder;
  std::string reason;
  CHECK_FALSE(readElfFile(folder / "absent.troupe", reason).has_value());
  CHECK(reason == "it cannot be read: No such file or directory");
  CHECK_FALSE(readElfFile(folder.path(), reason).has_value());
  CHECK(reason == "it is no regular file");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(readElfFile(folder / "fifo", reason).has_value());
  CHECK(reason == "it is no regular file");
}

// Damage at random: the reader must come back with something or a reason, without touching what is not its own (run it
// under ASan).
TEST_CASE("20,000 damaged modules are read or refused", "[elf][fuzz]") {
  constexpr unsigned kSeed = 20240229;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  const auto whole = plugin();
  const auto sections = header(whole).e_shoff;
  std::size_t refused = 0;
  auto bytes = whole;
  for (int i = 0; i < 20'000; ++i) {
    const unsigned changes = 1 + random() % 8;
    std::vector<std::size_t> touched;
    for (unsigned c = 0; c < changes; ++c) {
      // Half of the changes go where they hurt: the header and the section table.
      std::size_t at = random() % whole.size();
      if (random() % 4 == 0) at = random() % sizeof(Elf64_Ehdr);
      if (random() % 4 == 0) at = sections + random() % (whole.size() - sections);
      bytes[at] = random() % 3 == 0 ? static_cast<char>(0xFF) : static_cast<char>(random());
      touched.push_back(at);
    }
    std::string reason;
    const std::size_t size = random() % 4 == 0 ? random() % (whole.size() + 1) : whole.size();
    if (size != whole.size()) {
      const auto cut = bytes.substr(0, size);
      if (!readElf(MemorySource(cut), reason)) ++refused;
    } else if (!readElf(MemorySource(bytes), reason)) {
      ++refused;
      CHECK_FALSE(reason.empty());
    }
    for (const auto at : touched) bytes[at] = whole[at];
  }
  CHECK(refused > 1000);
  CHECK(refused < 20'000);
}
