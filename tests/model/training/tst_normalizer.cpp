// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "model/training/normalizer.h"

#include <QTest>

#include <bit>
#include <vector>

using namespace normscope;

namespace {

constexpr std::size_t pixels = 1024;
constexpr std::size_t values = 3 * pixels;

/// The definition, as PyTorch's ToTensor and Normalize compute it.
std::uint32_t expectedBits(std::uint8_t byte, float mean, float deviation)
{
    volatile float unit = static_cast<float>(byte) / 255.0F; // volatile: every step is rounded, whatever the flags
    volatile float centred = unit - mean;
    volatile float scaled = centred / deviation;
    return std::bit_cast<std::uint32_t>(static_cast<float>(scaled));
}

} // namespace

class TestNormalizer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bitEqual_data();
    void bitEqual();
    void anyScale();
};

void TestNormalizer::bitEqual_data()
{
    QTest::addColumn<QList<float>>("numbers");
    QTest::newRow("the seed's CIFAR-10") << QList<float>{0.4914F, 0.4822F, 0.4465F, 0.247F, 0.243F, 0.261F};
    QTest::newRow("the JPEGs'") << QList<float>{0.4913F, 0.4821F, 0.4465F, 0.2452F, 0.2428F, 0.2606F};
    QTest::newRow("Fashion-MNIST") << QList<float>{0.2190F, 0.2190F, 0.2190F, 0.3318F, 0.3318F, 0.3318F};
    QTest::newRow("nothing") << QList<float>{0, 0, 0, 1, 1, 1};
    QTest::newRow("mean that a byte hits") << QList<float>{51 / 255.0F, 1, 0, 0.5F, 1e-6F, 1e-3F};
}

void TestNormalizer::bitEqual()
{
    QFETCH(QList<float>, numbers);
    InputScale scale;
    for (int c = 0; c < 3; ++c) {
        scale.mean[std::size_t(c)] = numbers[c];
        scale.deviation[std::size_t(c)] = numbers[3 + c];
    }
    const ImageNormalizer normalizer(scale);
    // Every byte in every channel, and at changing places in the row.
    std::vector<std::uint8_t> image(values);
    std::vector<float> planes(values + 16, 7.0F), interleaved(values + 16, 7.0F);
    for (std::size_t turn = 0; turn < 3; ++turn) {
        for (std::size_t i = 0; i < pixels; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                image[3 * i + c] = static_cast<std::uint8_t>(i * (2 * turn + 1) + 85 * c);
        normalizer.toPlanes(image.data(), planes.data());
        normalizer.toPixels(image.data(), interleaved.data());
        for (std::size_t i = 0; i < pixels; ++i)
            for (std::size_t c = 0; c < 3; ++c) {
                const std::uint32_t expected = expectedBits(image[3 * i + c], scale.mean[c], scale.deviation[c]);
                QCOMPARE(std::bit_cast<std::uint32_t>(planes[c * pixels + i]), expected);
                QCOMPARE(std::bit_cast<std::uint32_t>(interleaved[3 * i + c]), expected);
                QCOMPARE(std::bit_cast<std::uint32_t>(normalizer.value(int(c), image[3 * i + c])), expected);
            }
        QCOMPARE(planes[values], 7.0F); // nothing is written behind the image
        QCOMPARE(interleaved[values], 7.0F);
    }
}

/// Whatever statistics a folder has: the fast way is taken only where it agrees.
void TestNormalizer::anyScale()
{
    RandomStream random(11);
    std::vector<std::uint8_t> image(values);
    for (std::size_t i = 0; i < values; ++i)
        image[i] = static_cast<std::uint8_t>(i / 3);
    std::vector<float> planes(values), interleaved(values);
    for (int turn = 0; turn < 300; ++turn) {
        InputScale scale;
        for (std::size_t c = 0; c < 3; ++c) {
            scale.mean[c] = static_cast<float>(random.uniform());
            scale.deviation[c] = static_cast<float>(random.uniform() * 0.5 + 1e-4);
        }
        const ImageNormalizer normalizer(scale);
        normalizer.toPlanes(image.data(), planes.data());
        normalizer.toPixels(image.data(), interleaved.data());
        int different = 0;
        for (std::size_t i = 0; i < 256; ++i)
            for (std::size_t c = 0; c < 3; ++c) {
                const std::uint32_t expected = expectedBits(static_cast<std::uint8_t>(i), scale.mean[c], scale.deviation[c]);
                different += std::bit_cast<std::uint32_t>(planes[c * pixels + i]) != expected;
                different += std::bit_cast<std::uint32_t>(interleaved[3 * i + c]) != expected;
            }
        QCOMPARE(different, 0);
    }
}

QTEST_GUILESS_MAIN(TestNormalizer)
#include "tst_normalizer.moc"
