// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/fast/fastengine.h"

#ifdef NORMSCOPE_FAST_ENGINE

#include "model/fast/fastnetwork.h"

namespace normscope {

bool FastEngine::available()
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool FastEngine::bfloat16Available()
{
    return available() && fast::kernelSet().lanes == 16 && __builtin_cpu_supports("avx512bf16");
}

std::unique_ptr<FastEngine> FastEngine::create(const Settings& settings, const std::vector<NamedArray>& tensors)
{
    if (settings.bfloat16)
        return std::make_unique<fast::FastNetwork<fast::BFloat16>>(fast::kernelSet(), settings, tensors);
    return std::make_unique<fast::FastNetwork<float>>(fast::kernelSet(), settings, tensors);
}

} // namespace normscope

#else // built without oneDNN or for another processor

namespace normscope {

bool FastEngine::available()
{
    return false;
}

bool FastEngine::bfloat16Available()
{
    return false;
}

std::unique_ptr<FastEngine> FastEngine::create(const Settings&, const std::vector<NamedArray>&)
{
    return nullptr;
}

} // namespace normscope

#endif
