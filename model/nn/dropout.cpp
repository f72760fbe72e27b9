// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/nn/dropout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace normscope {

namespace {

/// Multiplies each value by its mask. The hash is "lowbias32" (Wellons 2018) over the position, offset by one
/// half of the key and mixed with the other; 32-bit multiplies, so that compilers turn it into vector code.
__attribute__((target_clones("avx512f", "avx2", "default")))
void applyMask(const float* input, float* output, std::uint32_t begin, std::uint32_t end, std::uint32_t threshold,
               float scale, std::uint32_t offset, std::uint32_t salt)
{
    for (std::uint32_t i = begin; i < end; ++i) {
        std::uint32_t h = (i + offset) ^ salt;
        h ^= h >> 16;
        h *= 0x7feb352dU;
        h ^= h >> 15;
        h *= 0x846ca68bU;
        h ^= h >> 16;
        output[i] = h < threshold ? 0.0F : input[i] * scale;
    }
}

at::Tensor masked(const at::Tensor& input, double p, std::uint64_t key)
{
    // Values are taken in memory order: the same mask forward and backward needs the same layout.
    const auto format = input.suggest_memory_format();
    const at::Tensor source = input.contiguous(format);
    at::Tensor output = at::empty_like(source);
    const auto threshold = static_cast<std::uint32_t>(p * 4294967296.0);
    const auto scale = static_cast<float>(1.0 / (1.0 - p));
    const float* in = source.data_ptr<float>();
    float* out = output.data_ptr<float>();
    at::parallel_for(0, source.numel(), 32'768, [&](std::int64_t begin, std::int64_t end) {
        applyMask(in, out, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), threshold, scale,
                  static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
    });
    return output;
}

class CounterDropout : public torch::autograd::Function<CounterDropout> {
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input, double p, std::int64_t key)
    {
        context->saved_data["p"] = p;
        context->saved_data["key"] = key;
        context->saved_data["format"] = static_cast<std::int64_t>(input.suggest_memory_format());
        return masked(input, p, static_cast<std::uint64_t>(key));
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients)
    {
        const auto format = static_cast<at::MemoryFormat>(context->saved_data["format"].toInt());
        return {masked(gradients[0].contiguous(format), context->saved_data["p"].toDouble(),
                       static_cast<std::uint64_t>(context->saved_data["key"].toInt())),
                at::Tensor(), at::Tensor()};
    }
};

} // namespace

at::Tensor counterDropout(const at::Tensor& input, double p, std::uint64_t key)
{
    if (!input.is_cpu())
        return at::dropout(input, p, true);
    return CounterDropout::apply(input, p, static_cast<std::int64_t>(key));
}

at::Tensor generatorDropout(const at::Tensor& input, double p, const at::Generator& generator)
{
    const at::Tensor kept = at::empty_like(input.detach()).bernoulli_(1.0 - p, generator);
    return input * kept * (1.0 / (1.0 - p)); // bf16 would round a mask that has the factor in it, the same way each time
}

} // namespace normscope
