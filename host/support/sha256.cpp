#include "support/sha256.hpp"

#include <Poco/DigestEngine.h>
#include <Poco/HMACEngine.h>
#include <Poco/SHA2Engine.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

namespace troupe {
namespace {

// With the sizes that Poco's HMAC asks for.
class Sha256Engine : public Poco::SHA2Engine {
 public:
  enum { BLOCK_SIZE = 64, DIGEST_SIZE = 32 };
  Sha256Engine() : Poco::SHA2Engine(SHA_256) {}
};

}  // namespace

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

std::string hmacSha256(std::string_view key, std::string_view bytes) {
  Poco::HMACEngine<Sha256Engine> engine(std::string{key});
  engine.update(bytes.data(), bytes.size());
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace troupe
