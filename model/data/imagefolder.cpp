// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagefolder.h"

#include "model/data/datafile.h"
#include "model/data/filestamps.h"
#include "model/data/fingerprint.h"
#include "model/data/imagecache.h"
#include "model/data/imagelisting.h"
#include "model/data/imagereader.h"
#include "model/data/wording.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <semaphore>
#include <system_error>
#include <thread>

namespace normscope {

namespace {

constexpr std::size_t mostSkippedPercent = 5;
/// Many small files that are not in memory yet come far faster when several are asked for at once.
constexpr std::size_t readersPerCore = 8;
constexpr std::size_t mostReaders = 64; ///< each keeps a file in memory

struct Job {
    std::string path;
    std::uint8_t* rgb = nullptr;
    ImageReading reading;
};

/// Reads with many threads and decodes with as many as there are cores, which bounds the memory that large
/// pictures take; the order of the images is that of the jobs, whichever thread takes them.
class Decoder {
public:
    explicit Decoder(std::vector<Job>& jobs) : m_jobs(jobs) {}
    Status run(const LoadOptions& options);

private:
    void work();
    ImageReading decode(const std::vector<std::uint8_t>& bytes, std::uint8_t* rgb);
    void watch(const LoadOptions& options);

    std::vector<Job>& m_jobs;
    const unsigned m_cores = std::max(1U, std::thread::hardware_concurrency());
    std::counting_semaphore<> m_freeCores{static_cast<std::ptrdiff_t>(m_cores)};
    std::atomic<std::size_t> m_next{0};
    std::atomic<std::size_t> m_done{0};
    std::atomic<bool> m_giveUp{false};
    std::atomic<bool> m_noMemory{false};
    std::mutex m_mutex;
    std::condition_variable m_workerEnded;
    std::size_t m_working = 0;
};

ImageReading Decoder::decode(const std::vector<std::uint8_t>& bytes, std::uint8_t* rgb)
{
    struct Core {
        std::counting_semaphore<>& free;
        explicit Core(std::counting_semaphore<>& cores) : free(cores) { free.acquire(); }
        ~Core() { free.release(); }
    };
    const Core core(m_freeCores);
    return decodeImage(bytes, rgb);
}

void Decoder::work()
{
    try {
        std::vector<std::uint8_t> bytes;
        for (std::size_t i = m_next++; i < m_jobs.size() && !m_giveUp; i = m_next++) {
            Job& job = m_jobs[i];
            job.reading = readImageFile(job.path, bytes);
            if (job.reading.outcome == ImageReading::Outcome::Good)
                job.reading = decode(bytes, job.rgb);
            ++m_done;
        }
    } catch (const std::bad_alloc&) {
        m_noMemory = m_giveUp = true;
    }
    const std::lock_guard lock(m_mutex);
    --m_working;
    m_workerEnded.notify_one();
}

void Decoder::watch(const LoadOptions& options)
{
    std::unique_lock lock(m_mutex);
    for (bool ended = false; !ended;) {
        ended = m_workerEnded.wait_for(lock, std::chrono::milliseconds(50), [this] { return m_working == 0; });
        if (isCancelled(options.cancel))
            m_giveUp = true;
        if (options.progress) {
            lock.unlock();
            options.progress(m_done, m_jobs.size());
            lock.lock();
        }
    }
}

Status Decoder::run(const LoadOptions& options)
{
    prepareImageReading();
    const std::size_t wanted = std::min({m_cores * readersPerCore, mostReaders, m_jobs.size()});
    m_working = wanted;
    std::vector<std::jthread> threads;
    threads.reserve(wanted);
    try {
        while (threads.size() < wanted)
            threads.emplace_back([this] { work(); });
    } catch (const std::system_error&) { // the system gives no more threads: those that there are do
        const std::lock_guard lock(m_mutex);
        m_working -= wanted - threads.size();
    }
    if (threads.empty() && wanted > 0) {
        m_working = 1;
        work();
    }
    watch(options);
    threads.clear();
    if (m_noMemory)
        return Error{ErrorCode::OutOfMemory, "No memory to decode the images.", {}};
    if (isCancelled(options.cancel))
        return cancelledError("Reading the image folder");
    return {};
}

std::string shortName(const std::string& folder, const std::string& path)
{
    return shownName(std::filesystem::path(path).lexically_relative(folder).string());
}

/// What was converted, by the rule of readImage(), in words.
void addConversions(const std::vector<Job>& jobs, std::vector<std::string>& warnings)
{
    const auto say = [&](bool ImageReading::*flag, const std::string& what) {
        const auto count =
            std::count_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.rgb && job.reading.*flag; });
        if (count > 0)
            warnings.push_back(counted(std::uint64_t(count), "image") + " converted: " + what);
    };
    say(&ImageReading::wasResized, "not 32x32; the centred square was resized.");
    say(&ImageReading::wasGrey, "grey; three equal channels.");
    say(&ImageReading::hadAlpha, "with transparency; blended on black.");
    say(&ImageReading::wasCmyk, "CMYK; turned into RGB.");
    say(&ImageReading::wasDeep, "16 bits a channel; turned into 8.");
}

Status addSkipped(const std::string& folder, std::vector<Job>& jobs, std::vector<std::string>& warnings)
{
    std::vector<std::string> skipped;
    for (auto& job : jobs)
        if (job.reading.outcome != ImageReading::Outcome::Good) {
            skipped.push_back(shortName(folder, job.path) + " (" + job.reading.reason + ")");
            job.rgb = nullptr;
        }
    if (skipped.empty())
        return {};
    const std::string text = groupedNumber(skipped.size()) + " of " + counted(jobs.size(), "image")
                             + " cannot be read: " + listed(skipped) + ".";
    if (skipped.size() * 100 > jobs.size() * mostSkippedPercent)
        return Error{ErrorCode::BadInput,
                     shownName(folder) + ": " + text + " Up to 5 % would be skipped; mend or remove them.",
                     listed(skipped, 1000)};
    warnings.push_back(text + " They were skipped.");
    return {};
}

/// One job for each image, classes and files in order, into `split`, which is sized for all of them.
void addJobs(const SplitListing& listing, Split& split, std::vector<Job>& jobs)
{
    const std::filesystem::path folder(listing.folder);
    split.pixels.resize(listing.size() * imageBytes);
    for (std::size_t klass = 0; klass < listing.classes.size(); ++klass)
        for (const auto& file : listing.files[klass]) {
            jobs.push_back({(folder / listing.classes[klass] / file).string(),
                            split.pixels.data() + split.size() * imageBytes,
                            {}});
            split.labels.push_back(static_cast<std::uint16_t>(klass));
        }
}

/// Closes the gaps that skipped images left; `first` is the split's first job.
void removeSkipped(const std::vector<Job>& jobs, std::size_t first, Split& split)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < split.size(); ++i) {
        if (!jobs[first + i].rgb)
            continue;
        if (kept != i) {
            std::copy_n(split.image(i), imageBytes, split.pixels.data() + kept * imageBytes);
            split.labels[kept] = split.labels[i];
        }
        ++kept;
    }
    split.labels.resize(kept);
    split.pixels.resize(kept * imageBytes);
}

Status checkClassesKept(const Dataset& dataset, const ImageListing& listing)
{
    for (const auto* split : {&dataset.train, &dataset.test}) {
        const auto counts = dataset.classCounts(*split);
        const auto empty = std::find(counts.begin(), counts.end(), 0U);
        if (empty != counts.end()) {
            const auto& names = listing.splits[split == &dataset.train ? 0 : 1];
            return Error{ErrorCode::BadInput,
                         "No image of " + shownName(names.folder) + "/"
                             + dataset.classNames[std::size_t(empty - counts.begin())]
                             + " can be read. Every class needs some.",
                         {}};
        }
    }
    return {};
}

/// Decodes all that is listed into a data set that has its class names; gives what was skipped or converted.
Result<std::vector<std::string>> decodeImages(const std::string& folder, const ImageListing& listing,
                                              const LoadOptions& options, Dataset& dataset)
{
    std::vector<Job> jobs;
    addJobs(listing.splits[0], dataset.train, jobs);
    addJobs(listing.splits[1], dataset.test, jobs);
    if (auto status = Decoder(jobs).run(options); !status)
        return status.error();
    std::vector<std::string> warnings;
    if (auto status = addSkipped(folder, jobs, warnings); !status)
        return status.error();
    addConversions(jobs, warnings);
    const std::size_t trainJobs = dataset.train.size();
    removeSkipped(jobs, 0, dataset.train);
    removeSkipped(jobs, trainJobs, dataset.test);
    if (auto status = checkClassesKept(dataset, listing); !status)
        return status.error();
    return warnings;
}

} // namespace

Result<Dataset> loadImageFolder(const std::string& folder, const LoadOptions& options)
{
    auto listing = listImages(folder);
    if (!listing)
        return listing.error();
    Dataset dataset;
    dataset.fileStamps = fileStamps(*listing);
    dataset.warnings = std::move(listing->warnings);
    for (const auto& name : listing->splits[0].classes)
        dataset.classNames.push_back(shownName(name));
    const ImageCache cache(options.useCache ? imageCacheFolder() : std::string(), folder, *listing);
    if (cache.read(dataset, options))
        return dataset;
    const auto warnings = decodeImages(folder, *listing, options, dataset);
    if (!warnings)
        return warnings.error();
    dataset.warnings.insert(dataset.warnings.end(), warnings->begin(), warnings->end());
    dataset.fingerprint = fingerprintOf(dataset);
    cache.write(dataset, *warnings);
    return dataset;
}

} // namespace normscope
