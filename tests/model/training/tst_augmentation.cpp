// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "model/training/augmentation.h"
#include "tests/fixtures/testsupport.h"
#include "tests/model/training/plainaugmentation.h"

#include <QTest>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <thread>

using namespace normscope;

namespace {

constexpr std::size_t bytes = 32 * 32 * 3;

/// Ten 32x32 images side by side, as RGB bytes one after another.
std::vector<std::uint8_t> readSheet(const QString& path)
{
    const cv::Mat sheet = cv::imread(path.toStdString(), cv::IMREAD_COLOR);
    if (sheet.rows != 32 || sheet.cols != 320)
        return {};
    std::vector<std::uint8_t> images;
    for (int n = 0; n < 10; ++n)
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x) {
                const auto& bgr = sheet.at<cv::Vec3b>(y, n * 32 + x);
                images.insert(images.end(), {bgr[2], bgr[1], bgr[0]});
            }
    return images;
}

/// Images of every kind that a branch could turn on: noise, few or many values, flat, two-valued, edges, ramps.
std::vector<std::vector<std::uint8_t>> testImages()
{
    RandomStream random(7);
    std::vector<std::vector<std::uint8_t>> images;
    for (const int range : {1, 2, 3, 7, 40, 128, 255, 256})
        for (int k = 0; k < 6; ++k) {
            const int low = static_cast<int>(random.below(static_cast<std::uint32_t>(257 - range)));
            std::vector<std::uint8_t> image(bytes);
            for (auto& byte : image)
                byte = static_cast<std::uint8_t>(low + static_cast<int>(random.below(static_cast<std::uint32_t>(range))));
            images.push_back(std::move(image));
        }
    for (int k = 0; k < 24; ++k) { // smooth, with one bright or dark channel
        std::vector<std::uint8_t> image(bytes);
        const double a = random.uniform() * 8, b = random.uniform() * 8, c = random.uniform() * 200;
        for (std::size_t i = 0; i < bytes; ++i)
            image[i] = static_cast<std::uint8_t>(std::clamp(a * double(i / 3 % 32) + b * double(i / 96) + (i % 3 == 1 ? c : 0) - 60, 0.0, 255.0));
        images.push_back(std::move(image));
    }
    for (const int value : {0, 1, 127, 254, 255})
        images.emplace_back(bytes, static_cast<std::uint8_t>(value));
    return images;
}

} // namespace

class TestAugmentation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matchesTorchvision_data();
    void matchesTorchvision();
    void sameAsPlain_data();
    void sameAsPlain();
    void manyThreadsAtOnce();
    void leavesTheImageAlone();
    void probabilityAndUniformity();
    void planIsDecidedBySeedEpochAndIndex();
};

void TestAugmentation::matchesTorchvision_data()
{
    QTest::addColumn<int>("op");
    QTest::addColumn<int>("bin");
    QTest::addColumn<bool>("negative");
    QTest::addColumn<double>("magnitude");
    const QString cases = testing::sharedPath(QStringLiteral("reference/randaugment/cases.json"));
    if (cases.isEmpty()) {
        QTest::newRow("no reference") << -1 << 0 << false << 0.0;
        return;
    }
    std::ifstream file(cases.toStdString());
    const auto json = nlohmann::json::parse(file);
    for (const auto& entry : json.at("cases")) {
        const auto name = entry.at("file").get<std::string>();
        int op = 0;
        while (op < augmentOpCount && entry.at("op") != augmentOpName(static_cast<AugmentOp>(op)))
            ++op;
        QTest::newRow(name.c_str()) << op << entry.at("bin").get<int>() << (name.find("_neg") != std::string::npos)
                                    << std::abs(entry.at("magnitude").get<double>());
    }
    QCOMPARE(json.at("cases").size(), std::size_t(74));
}

void TestAugmentation::matchesTorchvision()
{
    QFETCH(int, op);
    QFETCH(int, bin);
    QFETCH(bool, negative);
    QFETCH(double, magnitude);
    if (op < 0)
        QSKIP("../shared/reference/randaugment is not there");
    const auto kind = static_cast<AugmentOp>(op);
    QCOMPARE(augmentMagnitude(kind, bin), magnitude);
    auto images = readSheet(testing::sharedPath(QStringLiteral("reference/randaugment/input.png")));
    const auto expected = readSheet(testing::sharedPath(QStringLiteral("reference/randaugment/") + QString::fromLatin1(QTest::currentDataTag())));
    QCOMPARE(images.size(), 10 * bytes);
    QCOMPARE(expected.size(), 10 * bytes);
    int different = 0;
    for (std::size_t n = 0; n < 10; ++n) {
        applyAugmentOp(images.data() + n * bytes, kind, bin, negative);
        different += std::memcmp(images.data() + n * bytes, expected.data() + n * bytes, bytes) != 0;
    }
    QCOMPARE(different, 0);
}

void TestAugmentation::sameAsPlain_data()
{
    QTest::addColumn<int>("op");
    for (int op = 0; op < augmentOpCount; ++op)
        QTest::newRow(augmentOpName(static_cast<AugmentOp>(op))) << op;
}

void TestAugmentation::sameAsPlain()
{
    QFETCH(int, op);
    const auto kind = static_cast<AugmentOp>(op);
    for (int bin = 0; bin < augmentMagnitudeBins; ++bin)
        for (const bool negative : {false, true}) {
            if (negative && !augmentOpIsSigned(kind))
                continue;
            for (const auto& image : testImages()) {
                // A guard behind the image: nothing may be written there.
                std::vector<std::uint8_t> fast(image), plain(image);
                fast.resize(bytes + 64, 77);
                applyAugmentOp(fast.data(), kind, bin, negative);
                testing::plainAugmentOp(plain.data(), kind, bin, negative);
                QVERIFY2(std::equal(plain.begin(), plain.end(), fast.begin()), qPrintable(QStringLiteral("bin %1 %2").arg(bin).arg(negative)));
                QVERIFY(std::all_of(fast.begin() + bytes, fast.end(), [](std::uint8_t byte) { return byte == 77; }));
            }
        }
}

/// Also the first calls: tables that are made once must not be seen half made.
void TestAugmentation::manyThreadsAtOnce()
{
    const auto images = testImages();
    std::atomic<int> different = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (const auto& image : images)
                    for (int op = 0; op < augmentOpCount; ++op) {
                        auto fast = image, plain = image;
                        applyAugmentOp(fast.data(), static_cast<AugmentOp>(op), augmentMagnitudeBin, true);
                        testing::plainAugmentOp(plain.data(), static_cast<AugmentOp>(op), augmentMagnitudeBin, true);
                        different += fast != plain;
                    }
            });
    }
    QCOMPARE(different.load(), 0);
}

void TestAugmentation::leavesTheImageAlone()
{
    const auto image = testImages()[40];
    int changed = 0;
    for (std::uint32_t index = 0; index < 500; ++index) {
        auto inPlace = image;
        augmentImage(inPlace.data(), 5, 2, index, 0.25);
        const auto original = image;
        std::vector<std::uint8_t> scratch(bytes, 99);
        const std::uint8_t* const result = augmentedImage(original.data(), scratch.data(), 5, 2, index, 0.25);
        QCOMPARE(original, image);
        QVERIFY(std::equal(inPlace.begin(), inPlace.end(), result));
        QCOMPARE(result == scratch.data(), !plannedOps(5, 2, index, 0.25).empty());
        changed += result == scratch.data();
    }
    QVERIFY(changed > 80 && changed < 170);
}

void TestAugmentation::probabilityAndUniformity()
{
    constexpr std::uint32_t images = 100'000;
    int changed = 0, negative = 0;
    std::array<int, augmentOpCount> counts{};
    for (std::uint32_t i = 0; i < images; ++i) {
        const auto ops = plannedOps(3, 1, i, 0.25);
        QVERIFY(ops.empty() || ops.size() == 2);
        changed += !ops.empty();
        for (const auto& op : ops) {
            ++counts[static_cast<std::size_t>(op.op)];
            negative += op.negative;
        }
    }
    // Five standard deviations of the binomial: sqrt(100000 * 0.25 * 0.75) = 137.
    QVERIFY2(std::abs(changed - 25'000) < 5 * 137, qPrintable(QString::number(changed)));
    QVERIFY(std::abs(negative - changed) < 5 * 112);
    for (const int count : counts) // 50,000 / 14 = 3,571, deviation 57.6
        QVERIFY2(std::abs(count - 3'571) < 5 * 58 + 30, qPrintable(QString::number(count)));
}

void TestAugmentation::planIsDecidedBySeedEpochAndIndex()
{
    const auto text = [](std::uint64_t seed, int epoch, std::uint32_t index) {
        std::string all;
        for (const auto& op : plannedOps(seed, epoch, index, 1.0))
            all += op.name() + ";";
        return all;
    };
    QCOMPARE(text(1, 1, 7), text(1, 1, 7));
    int equal = 0;
    for (std::uint32_t i = 0; i < 100; ++i)
        equal += text(1, 1, i) == text(1, 2, i);
    QVERIFY2(equal < 15, "another epoch must draw other operations");
    QVERIFY(plannedOps(1, 1, 7, 0.0).empty());
}

QTEST_GUILESS_MAIN(TestAugmentation)
#include "tst_augmentation.moc"
