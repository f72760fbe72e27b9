// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/base/result.h"
#include "model/data/dataspec.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace normscope {

enum class Normalization { Batch, Layer, Group, Instance, None };
enum class DeviceChoice { Auto, Cpu, Cuda };
/// What computes a step of training. Auto: the fast engine where it can run (on the CPU, x86-64 with AVX2), else LibTorch.
/// Results of the two agree to float rounding, not bit for bit.
enum class Engine { Auto, LibTorch, Fast };
/// Of the arithmetic; the weights that the optimizer keeps are f32 in any case. Tf32: CUDA only. BFloat16 on the CPU:
/// the fast engine on a processor with AVX-512 BF16.
enum class Precision { Float32, Tf32, BFloat16 };

std::string_view toString(Normalization normalization); ///< "batch", "layer", ... as on the command line
std::string_view toString(DeviceChoice device);         ///< "auto", "cpu", "cuda"
std::string_view toString(Engine engine);               ///< "auto", "libtorch", "fast"
std::string_view toString(Precision precision);         ///< "f32", "tf32", "bf16"
Result<Normalization> parseNormalization(std::string_view text);
Result<DeviceChoice> parseDevice(std::string_view text);
Result<Engine> parseEngine(std::string_view text);
Result<Precision> parsePrecision(std::string_view text);

/// Everything that decides a run. Two runs with equal specs and builds give equal results.
/// The defaults are the seed's batch norm recipe.
struct RunSpec {
    DataSpec data;
    std::size_t limitTrain = 0; ///< use only this many training images; 0: all
    std::size_t limitTest = 0;
    bool quickLook = false; ///< a fifth of the images; figures are marked wherever they appear
    Normalization normalization = Normalization::Batch;
    int groups = 4; ///< for Normalization::Group: a divisor of 16 and 32
    int epochs = 20;
    int batchSize = 64;
    double learningRate = 0.01;
    double momentum = 0.9;
    int stepSize = 8;   ///< StepLR: epochs between two steps
    double gamma = 0.1; ///< StepLR: factor at each step
    double dropout = 0.02;
    double augment = 0.25; ///< probability that RandAugment changes an image
    std::uint64_t seed = 1;
    DeviceChoice device = DeviceChoice::Auto;
    int threads = 0; ///< 0: as many as the machine has cores
    Engine engine = Engine::Auto;
    Precision precision = Precision::Float32;

    friend bool operator==(const RunSpec&, const RunSpec&) = default;
};

/// "Batch norm", "Group norm (4 groups)", ...
std::string normalizationTitle(Normalization normalization, int groups);
/// "BN", "GN 4", "LN", "IN", "None": for legends and narrow columns.
std::string normalizationShortTitle(Normalization normalization, int groups);
/// The group counts that divide both channel counts of the network, 16 and 32.
std::vector<int> validGroups();

/// How many of `available` images the run uses: all, a fifth (quick look) or the limit.
std::size_t usedImages(std::size_t available, std::size_t limit, bool quickLook);
/// Which ones, ascending: a fixed random choice that does not depend on the run's seed, so that runs
/// with the same limit see the same images.
std::vector<std::uint32_t> usedIndices(std::size_t available, std::size_t limit, bool quickLook, std::string_view split);

/// Something to say about one field of a spec; `field` is the command line's name of it ("lr", "batch-size").
struct SpecIssue {
    std::string field;
    std::string message;
    bool isError = true; ///< false: a warning, the run may start
};

/// Checks every field; `trainImages` 0 means that the data set is not known yet.
std::vector<SpecIssue> validate(const RunSpec& spec, std::size_t trainImages = 0);
/// The first error of validate() as an Error, or success.
Status checkSpec(const RunSpec& spec, std::size_t trainImages = 0);

/// A recipe to start from.
struct Preset {
    std::string id;    ///< "bn", "gn4", "ln", "bn-quick", ...
    std::string title; ///< "Batch norm, the seed's recipe"
    RunSpec spec;      ///< `data` is left at its default; the caller sets it
};

/// The seed's recipe for a normalization: batch norm has dropout 0.02 and a step every 8 epochs; group and layer
/// norm, and here also those that the seed did not try, dropout 0 and a step every 7.
RunSpec seedRecipe(Normalization normalization);
/// The same as a quick look: a fifth of the images, 5 epochs, a step every 2.
RunSpec quickLookOf(RunSpec spec);

/// The seed's three recipes, then the same three as a quick look (a fifth of the images, 5 epochs).
std::vector<Preset> presets();

/// The seed's targets.
struct Targets {
    double testAccuracy = 70.0; ///< percent, to be exceeded
    std::int64_t parameters = 50'000; ///< to stay below
    int epochs = 20;            ///< at most
};

} // namespace normscope
