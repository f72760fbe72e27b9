// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/data/imagereader.h"

#include "model/data/datafile.h"
#include "model/data/dataset.h"
#include "model/data/imagesize.h"
#include "model/data/wording.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace normscope {

namespace {

constexpr std::uint64_t mostFileBytes = 256'000'000;

using Outcome = ImageReading::Outcome;

ImageReading refused(Outcome outcome, std::string reason)
{
    ImageReading reading;
    reading.outcome = outcome;
    reading.reason = std::move(reason);
    return reading;
}

/// The centred square of the shorter side; shares the pixels.
cv::Mat centreSquare(const cv::Mat& image)
{
    const int side = std::min(image.cols, image.rows);
    return image(cv::Rect((image.cols - side) / 2, (image.rows - side) / 2, side, side));
}

cv::Mat blendedOnBlack(const cv::Mat& bgra)
{
    cv::Mat bgr(bgra.size(), CV_8UC3);
    for (int y = 0; y < bgra.rows; ++y) {
        const auto* in = bgra.ptr<cv::Vec4b>(y);
        auto* out = bgr.ptr<cv::Vec3b>(y);
        for (int x = 0; x < bgra.cols; ++x)
            for (int c = 0; c < 3; ++c)
                out[x][c] = static_cast<std::uint8_t>((in[x][c] * in[x][3] + 127) / 255);
    }
    return bgr;
}

/// To 8-bit BGR; an empty matrix for a kind of pixel that no photograph has (floating point, ...).
cv::Mat toBgr(cv::Mat image, ImageReading& reading)
{
    if (image.depth() == CV_16U) {
        reading.wasDeep = true;
        image.convertTo(image, CV_8U, 1.0 / 257.0);
    }
    if (image.depth() != CV_8U)
        return {};
    cv::Mat bgr;
    switch (image.channels()) {
    case 1:
        reading.wasGrey = true;
        cv::cvtColor(image, bgr, cv::COLOR_GRAY2BGR);
        return bgr;
    case 3: return image;
    case 4: reading.hadAlpha = true; return blendedOnBlack(image);
    default: return {};
    }
}

void store(cv::Mat bgr, std::uint8_t* rgb)
{
    if (bgr.cols != imageSide) {
        const int method = bgr.cols > imageSide ? cv::INTER_AREA : cv::INTER_LINEAR;
        cv::Mat resized;
        cv::resize(bgr, resized, cv::Size(imageSide, imageSide), 0, 0, method);
        bgr = resized;
    }
    for (int y = 0; y < imageSide; ++y)
        for (int x = 0; x < imageSide; ++x)
            for (int c = 0; c < imageChannels; ++c)
                *rgb++ = bgr.at<cv::Vec3b>(y, x)[2 - c];
}

ImageReading decode(const std::vector<std::uint8_t>& file, std::uint8_t* rgb)
{
    const auto size = readImageSize(file);
    if (!size)
        return refused(Outcome::Broken, "damaged or of an unknown format");
    if (std::uint64_t(size->width) * size->height > mostPixels)
        return refused(Outcome::TooLarge, groupedNumber(size->width) + "x" + groupedNumber(size->height)
                                              + " pixels, more than 64 million");
    if (size->isAnimated)
        return refused(Outcome::Broken, "an animated WebP");
    ImageReading reading;
    reading.wasCmyk = size->isCmyk;
    // OpenCV takes what a damaged TIFF lacks from whatever memory held, unless libtiff makes 8 bits of its 16.
    const auto& deep = size->deepTiff;
    const int inEightBits = cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
    const cv::Mat image = cv::imdecode(file, deep.isOne ? inEightBits : cv::IMREAD_UNCHANGED);
    if (image.empty())
        return refused(Outcome::Broken, "cannot be decoded");
    reading.wasResized = image.cols != imageSide || image.rows != imageSide;
    const cv::Mat bgr = toBgr(centreSquare(image), reading);
    if (bgr.empty())
        return refused(Outcome::Broken, "pixels of a kind that is not supported");
    if (deep.isOne) {
        reading.wasDeep = true;
        reading.wasGrey = deep.isGrey;
        reading.hadAlpha = deep.hasAlpha;
    }
    store(bgr, rgb);
    reading.outcome = Outcome::Good;
    return reading;
}

} // namespace

ImageReading readImageFile(const std::string& path, std::vector<std::uint8_t>& bytes)
{
    auto file = DataFile::open(path);
    if (!file)
        return refused(file.error().code == ErrorCode::BadInput ? Outcome::NotRegular : Outcome::Broken,
                       "cannot be opened");
    if (file->size == 0)
        return refused(Outcome::Broken, "empty file");
    if (file->size > mostFileBytes)
        return refused(Outcome::TooLarge,
                       groupedNumber(file->size) + " bytes, more than " + groupedNumber(mostFileBytes));
    bytes.resize(file->size);
    const auto got = file->read(bytes.data(), bytes.size(), path);
    if (!got || *got != bytes.size())
        return refused(Outcome::Broken, "cannot be read");
    ImageReading reading;
    reading.outcome = Outcome::Good;
    return reading;
}

ImageReading decodeImage(const std::vector<std::uint8_t>& bytes, std::uint8_t* rgb)
{
    try {
        return decode(bytes, rgb);
    } catch (const cv::Exception& exception) {
        return refused(Outcome::Broken, "cannot be decoded (" + exception.err + ")");
    }
}

ImageReading readImage(const std::string& path, std::uint8_t* rgb)
{
    std::vector<std::uint8_t> bytes;
    ImageReading reading = readImageFile(path, bytes);
    return reading.outcome == Outcome::Good ? decodeImage(bytes, rgb) : reading;
}

void prepareImageReading()
{
    static std::once_flag once;
    std::call_once(once, [] {
        cv::imdecode(std::vector<std::uint8_t>{'P', '5', ' ', '1', ' ', '1', ' ', '9', '\n', 0}, cv::IMREAD_UNCHANGED);
    });
}

} // namespace normscope
