// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/datafile.h"
#include "model/data/dataset.h"
#include "model/data/filestamps.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>

namespace normscope {

namespace {

constexpr std::size_t keptDatasets = 2;

/// Equal for specs that mean the same folder.
std::string keyOf(const DataSpec& spec)
{
    DataSpec same = spec;
    if (same.path.empty() && same.kind == DataKind::FashionMnist)
        same.path = fashionMnistFolder;
    std::error_code error;
    const auto absolute = std::filesystem::absolute(same.path, error);
    if (!error)
        same.path = (absolute.lexically_normal() / "").string();
    return same.toString();
}

} // namespace

struct DatasetCache::Private {
    struct Entry {
        std::string key;
        std::shared_ptr<const Dataset> dataset;
    };

    mutable std::mutex mutex;
    std::condition_variable loadEnded;
    std::deque<Entry> entries;           ///< most recently used first
    std::map<std::string, bool> loading; ///< false once it was forgotten: the result is not kept

    std::shared_ptr<const Dataset> find(const std::string& key)
    {
        const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
        if (entry == entries.end())
            return nullptr;
        std::rotate(entries.begin(), entry, entry + 1);
        return entries.front().dataset;
    }

    /// Unless another thread has put a newer one in its place.
    void drop(const std::string& key, const std::shared_ptr<const Dataset>& dataset)
    {
        std::erase_if(entries, [&](const Entry& e) { return e.key == key && e.dataset == dataset; });
    }

    void endLoad(const std::string& key, const Result<std::shared_ptr<const Dataset>>& result)
    {
        const std::lock_guard lock(mutex);
        if (result && loading.at(key)) {
            entries.push_front({key, *result});
            if (entries.size() > keptDatasets)
                entries.pop_back();
        }
        loading.erase(key);
        loadEnded.notify_all();
    }
};

DatasetCache::DatasetCache() : d(std::make_unique<Private>()) {}
DatasetCache::~DatasetCache() = default;

Result<std::shared_ptr<const Dataset>> DatasetCache::load(const DataSpec& spec, const LoadOptions& options)
{
    const std::string key = keyOf(spec);
    {
        std::unique_lock lock(d->mutex);
        for (;;) {
            if (auto dataset = d->find(key)) {
                lock.unlock();
                if (changedSince(*dataset).empty()) // looks at the disk: not while others wait
                    return dataset;
                lock.lock();
                d->drop(key, dataset);
                continue;
            }
            if (!d->loading.contains(key))
                break;
            // Also after the other load failed: this caller may still want it where the other cancelled.
            d->loadEnded.wait_for(lock, std::chrono::milliseconds(50));
            if (isCancelled(options.cancel))
                return cancelledError("Reading the data");
        }
        d->loading[key] = true;
    }
    auto result = loadDataset(spec, options);
    d->endLoad(key, result);
    return result;
}

std::shared_ptr<const Dataset> DatasetCache::peek(const DataSpec& spec) const
{
    const std::lock_guard lock(d->mutex);
    return d->find(keyOf(spec));
}

void DatasetCache::forget(const DataSpec& spec)
{
    const std::string key = keyOf(spec);
    const std::lock_guard lock(d->mutex);
    std::erase_if(d->entries, [&](const Private::Entry& entry) { return entry.key == key; });
    if (const auto load = d->loading.find(key); load != d->loading.end())
        load->second = false;
}

} // namespace normscope
