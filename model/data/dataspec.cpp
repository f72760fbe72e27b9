// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/dataspec.h"

#include "model/data/wording.h"

#include <filesystem>

namespace normscope {

namespace {

constexpr std::string_view kindName(DataKind kind)
{
    switch (kind) {
    case DataKind::FashionMnist: return "fashion-mnist";
    case DataKind::Cifar10: return "cifar10";
    case DataKind::Folder: return "folder";
    }
    return {};
}

} // namespace

Result<DataSpec> DataSpec::parse(std::string_view text)
{
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    const std::string_view path = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    for (const DataKind kind : {DataKind::FashionMnist, DataKind::Cifar10, DataKind::Folder}) {
        if (name != kindName(kind))
            continue;
        const bool needsPath = kind != DataKind::FashionMnist || colon != std::string_view::npos;
        if (needsPath && path.empty())
            return Error{ErrorCode::BadUsage,
                         "The data \"" + shownName(text) + "\" names no folder: write " + std::string(name) + ":DIR.",
                         {}};
        if (path.find('\0') != std::string_view::npos)
            return Error{ErrorCode::BadUsage, "The data's folder holds a NUL character, which no path can.", {}};
        return DataSpec{kind, std::string(path)};
    }
    return Error{ErrorCode::BadUsage,
                 "The data \"" + shownName(text)
                     + "\" is not known: write fashion-mnist, fashion-mnist:DIR, cifar10:DIR or folder:DIR.",
                 {}};
}

std::string DataSpec::toString() const
{
    const std::string name(kindName(kind));
    return path.empty() ? name : name + ":" + path;
}

std::string DataSpec::title() const
{
    switch (kind) {
    case DataKind::FashionMnist: return "Fashion-MNIST";
    case DataKind::Cifar10: return "CIFAR-10";
    case DataKind::Folder: break;
    }
    auto folder = std::filesystem::path(path).lexically_normal();
    if (!folder.has_filename()) // "images/" and "/"
        folder = folder.parent_path();
    if (folder == "." || folder == "..") {
        std::error_code error;
        folder = std::filesystem::absolute(path, error).lexically_normal();
        if (!folder.has_filename())
            folder = folder.parent_path();
    }
    const std::string name = folder.filename().string();
    return name.empty() ? "Image folder" : shownName(name);
}

} // namespace normscope
