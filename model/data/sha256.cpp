// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/sha256.h"

#include <openssl/evp.h>
#include <stdexcept>

namespace normscope {

struct Sha256::Private {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Private() { EVP_MD_CTX_free(context); }
};

namespace {

void require(int success)
{
    if (success != 1)
        throw std::runtime_error("OpenSSL offers no SHA-256");
}

} // namespace

Sha256::Sha256() : d(std::make_unique<Private>())
{
    require(d->context != nullptr);
    require(EVP_DigestInit_ex(d->context, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, std::size_t count)
{
    require(EVP_DigestUpdate(d->context, bytes, count));
}

void Sha256::addNumber(std::uint64_t number)
{
    std::uint8_t bytes[8];
    for (int i = 0; i < 8; ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    add(bytes, sizeof bytes);
}

void Sha256::addText(std::string_view text)
{
    addNumber(text.size());
    add(text.data(), text.size());
}

std::string Sha256::hex()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    require(EVP_DigestFinal_ex(d->context, digest, &length));
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < length; ++i)
        text += {digits[digest[i] >> 4], digits[digest[i] & 0xF]};
    return text;
}

} // namespace normscope
