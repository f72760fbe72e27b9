// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/trainingmeasures.h"

#include "model/training/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <cstdlib>
#include <thread>

namespace normscope::bench {

namespace {

constexpr std::int64_t side = 1'024;
constexpr double flopOfProduct = 2.0 * side * side * side;
constexpr int productsOfMeasurement = 16; // of each thread
// Multiply-adds of the network (11.14 million forward, as many again for either gradient), counted as two operations.
constexpr double megaflopOfImage = 66;

/// Every thread multiplies matrices of its own, all at once: no thread waits for another.
double gigaflops(int threads, at::ScalarType type)
{
    std::atomic<int> ready = 0;
    std::vector<Clock::time_point> starts(static_cast<std::size_t>(threads));
    std::vector<Clock::time_point> ends(static_cast<std::size_t>(threads));
    const auto work = [&](std::size_t index) {
        prepareTrainingThread(1);
        const at::Tensor a = at::rand({side, side}).to(type);
        const at::Tensor b = at::rand({side, side}).to(type);
        at::Tensor c = at::mm(a, b);
        ++ready;
        while (ready < threads)
            std::this_thread::yield();
        starts[index] = Clock::now();
        for (int i = 0; i < productsOfMeasurement; ++i)
            at::mm_out(c, a, b);
        ends[index] = Clock::now();
    };
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 0; i < static_cast<std::size_t>(threads); ++i)
            workers.emplace_back(work, i);
    }
    const std::chrono::duration<double> time
        = *std::max_element(ends.begin(), ends.end()) - *std::min_element(starts.begin(), starts.end());
    return threads * productsOfMeasurement * flopOfProduct / time.count() / 1e9;
}

Json measure(int threads, int repeats, at::ScalarType type)
{
    std::vector<double> rates;
    for (int i = 0; i < repeats; ++i)
        rates.push_back(gigaflops(threads, type));
    return {{"gigaflops", rates}, {"median", median(rates)}, {"imagesPerSecond", median(rates) * 1e3 / megaflopOfImage}};
}

} // namespace

Json measureCeiling(int threads, int repeats)
{
    const int count = resolveThreads(threads);
    const char* kernels = std::getenv("OPENBLAS_CORETYPE");
    Json json = {{"threads", count}, {"matrix", side}, {"kernels", kernels ? kernels : "as the BLAS chooses"},
                 {"megaflopOfImage", megaflopOfImage}};
    json["f32"] = measure(count, repeats, at::kFloat);
    if (cpuHasBf16())
        json["bf16"] = measure(count, repeats, at::kBFloat16);
    return json;
}

} // namespace normscope::bench
