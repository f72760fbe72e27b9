// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/fastengine.h"

#include "model/fast/fastnetwork.h"

namespace normscope {

namespace {

template <typename T> std::unique_ptr<FastEngine> createFor(const FastEngine::Settings& settings, const std::vector<NamedArray>& tensors)
{
    return std::make_unique<fast::FastNetwork<T>>(fast::kernelSet(), settings, tensors);
}

} // namespace

bool FastEngine::available()
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool FastEngine::bfloat16Available()
{
    return available() && __builtin_cpu_supports("avx512bf16");
}

std::unique_ptr<FastEngine> FastEngine::create(const Settings& settings, const std::vector<NamedArray>& tensors)
{
    return settings.bfloat16 ? createFor<fast::BFloat16>(settings, tensors) : createFor<float>(settings, tensors);
}

} // namespace normscope
