#include "loader/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace troupe::loader {
namespace {

// Far above what a real module has; what asks for more is damaged or made to hurt.
constexpr std::uint64_t kMaxSections = 20'000;
constexpr std::uint64_t kMaxManifestBytes = 1u << 20;
constexpr std::uint64_t kMaxTableBytes = 64u << 20;

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#else
#error "name this machine's e_machine here"
#endif

std::string machineName(unsigned machine) {
  switch (machine) {
    case EM_386:
      return "x86";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "arm";
    case EM_AARCH64:
      return "aarch64";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    default:
      return "machine " + std::to_string(machine);
  }
}

class FileSource final : public ByteSource {
 public:
  FileSource(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(fd_); }
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, void* to, std::size_t count) const override {
    auto* at = static_cast<char*>(to);
    while (count > 0) {
      const ssize_t n = ::pread(fd_, at, count, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      at += n;
      offset += static_cast<std::uint64_t>(n);
      count -= static_cast<std::size_t>(n);
    }
    return true;
  }

 private:
  const int fd_;
  const std::uint64_t size_;
};

class Reader {
 public:
  Reader(const ByteSource& source, std::string& reason) : source_(source), reason_(reason) {}

  std::optional<ElfFile> read() {
    if (!header() || !sections()) return std::nullopt;
    file_.size = source_.size();
    for (const auto& section : sections_) {
      // Linkers write one of each; reading only the first bounds the work whatever a file claims.
      if (section.sh_type == SHT_DYNSYM && !std::exchange(saw_symbols_, true) && !symbols(section)) return std::nullopt;
      if (section.sh_type == SHT_DYNAMIC && !std::exchange(saw_dynamic_, true) && !dynamic(section))
        return std::nullopt;
      if (nameIn(names_, section.sh_name) == ".troupe_manifest" && !manifest(section)) return std::nullopt;
    }
    return std::move(file_);
  }

 private:
  bool fail(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }
  bool damaged(const char* what) {
    return fail(std::string("it is damaged or cut: ") + what + " lies outside the file");
  }

  bool inside(std::uint64_t offset, std::uint64_t count) const {
    return offset <= source_.size() && count <= source_.size() - offset;
  }

  bool header() {
    if (source_.size() == 0) return fail("it is empty");
    unsigned char ident[EI_NIDENT] = {};
    if (!source_.read(0, ident, std::min<std::uint64_t>(sizeof(ident), source_.size())) ||
        std::memcmp(ident, ELFMAG, SELFMAG) != 0)
      return fail("it is no ELF file");
    if (source_.size() < sizeof(header_)) return damaged("the header");
    if (ident[EI_CLASS] != ELFCLASS64) return fail("it is a 32-bit module, this host is 64-bit");
    if (ident[EI_DATA] != ELFDATA2LSB) return fail("it is a big-endian module, this host is little-endian");
    if (!source_.read(0, &header_, sizeof(header_))) return damaged("the header");
    if (header_.e_machine != kMachine)
      return fail("it is built for " + machineName(header_.e_machine) + ", this host is " + machineName(kMachine));
    if (header_.e_type != ET_DYN)
      return fail("it is no shared module; link it as one (CMake: add_library(... MODULE))");
    return true;
  }

  bool sections() {
    if (header_.e_shoff == 0)
      return fail("it has no section table, so its manifest cannot be read; do not strip section headers");
    if (header_.e_shentsize != sizeof(Elf64_Shdr))
      return fail("it is damaged: its section headers have an unknown size");
    Elf64_Shdr first{};
    if (!inside(header_.e_shoff, sizeof(first)) || !source_.read(header_.e_shoff, &first, sizeof(first)))
      return damaged("the section table");
    // Counts that do not fit in the header stand in the first section's header.
    const std::uint64_t count = header_.e_shnum != 0 ? header_.e_shnum : first.sh_size;
    const std::uint64_t names = header_.e_shstrndx != SHN_XINDEX ? header_.e_shstrndx : first.sh_link;
    if (count > kMaxSections) return fail("it is damaged: it claims to have " + std::to_string(count) + " sections");
    if (!inside(header_.e_shoff, count * sizeof(Elf64_Shdr))) return damaged("the section table");
    sections_.resize(count);
    if (count > 0 && !source_.read(header_.e_shoff, sections_.data(), count * sizeof(Elf64_Shdr)))
      return damaged("the section table");
    if (names >= count) return damaged("the table of section names");
    return table(sections_[names], names_, "the table of section names");
  }

  // The bytes of a section, bounded.
  bool table(const Elf64_Shdr& section, std::string& bytes, const char* what) {
    if (section.sh_type == SHT_NOBITS || section.sh_size > kMaxTableBytes ||
        !inside(section.sh_offset, section.sh_size))
      return damaged(what);
    bytes.resize(section.sh_size);
    return source_.read(section.sh_offset, bytes.data(), bytes.size()) || damaged(what);
  }

  static std::string_view nameIn(const std::string& table, std::uint64_t offset) {
    if (offset >= table.size()) return {};
    return {table.data() + offset, ::strnlen(table.data() + offset, table.size() - offset)};
  }

  bool linkedNames(const Elf64_Shdr& section, std::string& bytes, const char* what) {
    if (section.sh_link >= sections_.size()) return damaged(what);
    return table(sections_[section.sh_link], bytes, what);
  }

  bool symbols(const Elf64_Shdr& section) {
    std::string names;
    std::string bytes;
    if (!linkedNames(section, names, "the table of symbol names") || !table(section, bytes, "the symbol table"))
      return false;
    for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= bytes.size(); at += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, bytes.data() + at, sizeof(symbol));
      const auto name = nameIn(names, symbol.st_name);
      const auto binding = ELF64_ST_BIND(symbol.st_info);
      if (name.empty() || binding == STB_LOCAL) continue;
      if (symbol.st_shndx == SHN_UNDEF) {
        if (binding != STB_WEAK) file_.undefined.emplace_back(name);
        continue;
      }
      if (symbol.st_shndx == SHN_ABS) continue;  // the name of a symbol version
      const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
      if (visibility != STV_DEFAULT && visibility != STV_PROTECTED) continue;
      file_.exported.emplace_back(name);
      if (binding == STB_GNU_UNIQUE) file_.unique.emplace_back(name);
    }
    return true;
  }

  bool dynamic(const Elf64_Shdr& section) {
    std::string names;
    std::string bytes;
    if (!linkedNames(section, names, "the table of library names") || !table(section, bytes, "the dynamic section"))
      return false;
    for (std::size_t at = 0; at + sizeof(Elf64_Dyn) <= bytes.size(); at += sizeof(Elf64_Dyn)) {
      Elf64_Dyn entry;
      std::memcpy(&entry, bytes.data() + at, sizeof(entry));
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_NEEDED) file_.needed.emplace_back(nameIn(names, entry.d_un.d_val));
      if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH) file_.runpath = nameIn(names, entry.d_un.d_val);
      if (entry.d_tag == DT_TEXTREL || (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0))
        file_.text_relocations = true;
    }
    return true;
  }

  bool manifest(const Elf64_Shdr& section) {
    if (file_.manifest) return fail("it has two sections .troupe_manifest; a plugin has one manifest");
    if (section.sh_size > kMaxManifestBytes)
      return fail("its manifest has " + std::to_string(section.sh_size) + " bytes, more than the limit of 1 MiB");
    return table(section, file_.manifest.emplace(), "the manifest");
  }

  const ByteSource& source_;
  std::string& reason_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Shdr> sections_;
  std::string names_;
  bool saw_symbols_ = false;
  bool saw_dynamic_ = false;
  ElfFile file_;
};

}  // namespace

bool ElfFile::exports(std::string_view symbol) const {
  return std::find(exported.begin(), exported.end(), symbol) != exported.end();
}

std::optional<ElfFile> readElf(const ByteSource& source, std::string& reason) { return Reader(source, reason).read(); }

std::optional<ElfFile> readElfFile(const std::filesystem::path& path, std::string& reason) {
  // Not blocking: opening a FIFO must not wait for a writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    reason = std::string("it cannot be read: ") + std::strerror(errno);
    return std::nullopt;
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    reason = "it is no regular file";
    return std::nullopt;
  }
  return readElf(FileSource(fd, static_cast<std::uint64_t>(status.st_size)), reason);
}

}  // namespace troupe::loader
