#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace troupe::test {

/// Writes a key (mode 0600) and a certificate for "localhost" that the key has signed itself.
inline void writeTlsFiles(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), ::EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&::X509_free)> x509(::X509_new(), ::X509_free);
  if (!pair || !x509) throw std::runtime_error("no key could be made");
  ::X509_set_version(x509.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(x509.get()), 1);
  ::X509_gmtime_adj(X509_getm_notBefore(x509.get()), -86400);
  ::X509_gmtime_adj(X509_getm_notAfter(x509.get()), 86400);
  ::X509_set_pubkey(x509.get(), pair.get());
  auto* name = ::X509_get_subject_name(x509.get());
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
  ::X509_set_issuer_name(x509.get(), name);
  ::X509_sign(x509.get(), pair.get(), ::EVP_sha256());
  const auto write = [](const std::filesystem::path& path, auto put) {
    const std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"), std::fclose);
    if (!file || put(file.get()) != 1) throw std::runtime_error("cannot write " + path.string());
  };
  write(key,
        [&](FILE* file) { return ::PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  write(certificate, [&](FILE* file) { return ::PEM_write_X509(file, x509.get()); });
  ::chmod(key.c_str(), 0600);
}

}  // namespace troupe::test
