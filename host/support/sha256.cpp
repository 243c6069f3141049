#include "support/sha256.hpp"

#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

namespace troupe {

std::string sha256(std::string_view bytes) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(bytes.data(), bytes.size());
  return Poco::DigestEngine::digestToHex(engine.digest());
}

std::string sha256File(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  const auto fail = [&] {
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot read " + path.string());
  };
  if (!in) fail();
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  std::vector<char> block(1 << 16);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0)
    engine.update(block.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) fail();
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace troupe
