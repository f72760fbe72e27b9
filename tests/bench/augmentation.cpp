// SPDX-License-Identifier: GPL-3.0-or-later
// Nanoseconds an image of RandAugment and normalization, on one thread, together and one by one. JSON on stdout.
#include "model/base/random.h"
#include "model/data/dataset.h"
#include "model/training/augmentation.h"
#include "model/training/normalizer.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

using namespace normscope;

namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string data;
    std::string raw;
    std::size_t images = 2'000;
    int repeats = 15;
    double probability = 0.25;
};

struct Images {
    std::string title;
    std::vector<std::uint8_t> bytes;

    std::size_t size() const { return bytes.size() / imageBytes; }
    const std::uint8_t* image(std::size_t i) const { return bytes.data() + i * imageBytes; }
};

Images randomImages(std::size_t count)
{
    Images images{"random bytes, no photographs: choose --data for real figures", std::vector<std::uint8_t>(count * imageBytes)};
    RandomStream random(1);
    for (auto& byte : images.bytes)
        byte = static_cast<std::uint8_t>(random.below(256));
    return images;
}

Result<Images> imagesOf(const Options& options)
{
    if (!options.raw.empty()) {
        std::ifstream file(options.raw, std::ios::binary);
        Images images{options.raw, std::vector<std::uint8_t>(std::istreambuf_iterator<char>(file), {})};
        if (images.bytes.empty() || images.bytes.size() % imageBytes != 0)
            return Error{ErrorCode::BadInput, options.raw + " does not hold whole 32x32 RGB images, 3,072 bytes each.", {}};
        return images;
    }
    if (options.data.empty())
        return randomImages(options.images);
    const auto spec = DataSpec::parse(options.data);
    if (!spec)
        return spec.error();
    const auto dataset = loadDataset(*spec);
    if (!dataset)
        return dataset.error();
    const Split& split = (*dataset)->train;
    Images images{(*dataset)->title, {}};
    const std::size_t count = std::min(options.images, split.size());
    for (std::size_t i = 0; i < count; ++i) { // from all over the set: folders come class by class
        const std::uint8_t* image = split.image(i * split.size() / count);
        images.bytes.insert(images.bytes.end(), image, image + imageBytes);
    }
    return images;
}

/// The time that this thread computed: what it waits for a core while others use it does not count.
class Stopwatch {
public:
    double nanoseconds() const { return now() - m_start; }

private:
    static double now()
    {
        timespec time = {};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
    }

    double m_start = now();
};

Json summary(std::vector<double> rounds)
{
    std::sort(rounds.begin(), rounds.end());
    const auto rounded = [](double value) { return std::round(value * 10) / 10; };
    return {{"median", rounded(rounds[rounds.size() / 2])}, {"least", rounded(rounds.front())}, {"most", rounded(rounds.back())}};
}

/// As training does it: shuffled or not makes no difference, the images lie beside one another in memory.
Json measureTogether(const Images& images, const Options& options)
{
    constexpr std::size_t batch = 64;
    const ImageNormalizer normalizer({{0.4914F, 0.4822F, 0.4465F}, {0.247F, 0.243F, 0.261F}});
    std::vector<float> planes(batch * imageBytes);
    std::array<std::uint8_t, imageBytes> scratch;
    std::vector<double> rounds;
    for (int epoch = 0; epoch <= options.repeats; ++epoch) { // the first one warms up
        const Stopwatch watch;
        for (std::size_t i = 0; i < images.size(); ++i) {
            const auto index = static_cast<std::uint32_t>(i);
            const std::uint8_t* image = augmentedImage(images.image(i), scratch.data(), 1, epoch + 1, index, options.probability);
            normalizer.toPlanes(image, planes.data() + i % batch * imageBytes);
        }
        if (epoch > 0)
            rounds.push_back(watch.nanoseconds() / static_cast<double>(images.size()));
    }
    return summary(std::move(rounds));
}

template <class Work>
Json measureEach(const Images& images, const Options& options, const Work& work)
{
    std::vector<double> rounds;
    for (int round = 0; round <= options.repeats; ++round) {
        auto copy = images.bytes;
        const Stopwatch watch;
        for (std::size_t i = 0; i < images.size(); ++i)
            work(copy.data() + i * imageBytes, i);
        if (round > 0)
            rounds.push_back(watch.nanoseconds() / static_cast<double>(images.size()));
    }
    return summary(std::move(rounds));
}

Json measureOperations(const Images& images, const Options& options)
{
    Json operations;
    for (int i = 0; i < augmentOpCount; ++i) {
        const auto op = static_cast<AugmentOp>(i);
        operations[augmentOpName(op)] = measureEach(images, options, [&](std::uint8_t* image, std::size_t number) {
            applyAugmentOp(image, op, augmentMagnitudeBin, number % 2 == 1);
        });
    }
    return operations;
}

Json measureNormalization(const Images& images, const Options& options, bool planes)
{
    const ImageNormalizer normalizer({{0.4914F, 0.4822F, 0.4465F}, {0.247F, 0.243F, 0.261F}});
    std::vector<float> out(64 * imageBytes);
    return measureEach(images, options, [&](const std::uint8_t* image, std::size_t number) {
        float* to = out.data() + number % 64 * imageBytes;
        planes ? normalizer.toPlanes(image, to) : normalizer.toPixels(image, to);
    });
}

int measure(const Options& options)
{
    const auto images = imagesOf(options);
    if (!images) {
        std::cerr << "bench_augmentation: " << images.error().message << '\n';
        return 2;
    }
    const Json report{{"images", images->title},
                      {"count", images->size()},
                      {"repeats", options.repeats},
                      {"threads", 1},
                      {"probability", options.probability},
                      {"unit", "nanoseconds of processor time an image"},
                      {"augmentationAndNormalization", measureTogether(*images, options)},
                      {"normalizationToPlanes", measureNormalization(*images, options, true)},
                      {"normalizationToPixels", measureNormalization(*images, options, false)},
                      {"operations", measureOperations(*images, options)}};
    std::cout << report.dump(2) << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("What one image of RandAugment and normalization costs on one thread, in nanoseconds, as JSON.");
    app.add_option("--data", options.data, "fashion-mnist[:DIR], cifar10:DIR or folder:DIR (default: random bytes)")->type_name("SPEC");
    app.add_option("--raw", options.raw, "32x32 RGB images, 3,072 bytes each, one after another")->type_name("FILE");
    app.add_option("--images", options.images, "How many (default 2,000)")->check(CLI::Range(1, 1'000'000));
    app.add_option("--repeats", options.repeats, "Rounds, of which the median counts (default 15)")->check(CLI::Range(1, 10'000));
    app.add_option("--probability", options.probability, "That an image is changed (default 0.25)")->check(CLI::Range(0.0, 1.0));
    CLI11_PARSE(app, argc, argv);
    return measure(options);
}
