// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/seedrecipes.h"

namespace normscope {

namespace {

constexpr int seedRecipeCount = 3; // presets() has these first, then the same as quick looks

} // namespace

RunSpec recipeOn(const RunSpec& place, RunSpec recipe)
{
    recipe.data = place.data;
    recipe.seed = place.seed;
    recipe.device = place.device;
    recipe.threads = place.threads;
    recipe.engine = place.engine;
    recipe.precision = place.precision;
    if (recipe.normalization != Normalization::Group) // groups say nothing there
        recipe.groups = RunSpec{}.groups;
    return recipe;
}

int matchingPreset(const RunSpec& spec)
{
    const auto all = presets();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (recipeOn(spec, all[i].spec) == recipeOn(spec, spec))
            return int(i);
    return -1;
}

int presetWithQuickLook(int preset, bool quick)
{
    return preset % seedRecipeCount + (quick ? seedRecipeCount : 0);
}

std::vector<RunSpec> seedComparison(const RunSpec& place)
{
    const auto all = presets();
    std::vector<RunSpec> specs;
    for (int i = 0; i < seedRecipeCount; ++i) {
        specs.push_back(recipeOn(place, all[std::size_t(presetWithQuickLook(i, place.quickLook))].spec));
        specs.back().limitTrain = place.limitTrain;
        specs.back().limitTest = place.limitTest;
    }
    return specs;
}

} // namespace normscope
