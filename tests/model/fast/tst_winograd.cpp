// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/base/random.h"
#include "model/fast/aligned.h"
#include "model/fast/fastengine.h"
#include "model/fast/fastnetwork.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace normscope;
using namespace normscope::fast;

namespace {

float toFloat(float value)
{
    return value;
}

float toFloat(BFloat16 value)
{
    const std::uint32_t bits = std::uint32_t(value.bits) << 16;
    float result = 0;
    std::memcpy(&result, &bits, sizeof result);
    return result;
}

void set(float& to, float value)
{
    to = value;
}

void set(BFloat16& to, float value)
{
    to = toBFloat16(value);
}

/// Where value (channel, row, column) lies in blocks of 16 channels.
std::size_t place(int side, int channel, int row, int column)
{
    return static_cast<std::size_t>(((channel / 16) * side * side + row * side + column) * 16 + channel % 16);
}

/// |result - truth| / |truth|, truth in double by the definition of a convolution with padding 1.
template <typename T> double error(const Kernels<T>& kernels, int in, int out, int side, bool mirrored)
{
    RandomStream random(7);
    const int from = mirrored ? out : in, to = mirrored ? in : out;
    std::vector<float> weights(static_cast<std::size_t>(in * out * 9));
    for (float& w : weights)
        w = static_cast<float>(random.uniform() - 0.5) * 0.3F;
    AlignedArray<T> x(static_cast<std::size_t>(from * side * side)), y(static_cast<std::size_t>(to * side * side));
    AlignedArray<T> transformed(winogradWeights(in, out));
    AlignedArray<float> bias(32), scratch(winogradScratch(32, 32));
    for (std::size_t i = 0; i < x.size(); ++i)
        set(x[i], static_cast<float>(random.uniform()) - 0.3F);
    for (std::size_t i = 0; i < bias.size(); ++i)
        bias[i] = 0.1F * static_cast<float>(i);
    transformWeights(weights.data(), in, out, mirrored, transformed.data());
    kernels.winograd(x.data(), y.data(), transformed.data(), bias.data(), from, to, side, scratch.data());

    double difference = 0, size = 0;
    for (int o = 0; o < to; ++o)
        for (int row = 0; row < side; ++row)
            for (int column = 0; column < side; ++column) {
                double truth = double(bias[static_cast<std::size_t>(o)]);
                for (int i = 0; i < from; ++i)
                    for (int k = 0; k < 9; ++k) {
                        const int r = row + k / 3 - 1, c = column + k % 3 - 1;
                        if (r < 0 || c < 0 || r >= side || c >= side)
                            continue;
                        const float w = mirrored ? weights[static_cast<std::size_t>((i * in + o) * 9 + 8 - k)]
                                                 : weights[static_cast<std::size_t>((o * in + i) * 9 + k)];
                        truth += double(w) * double(toFloat(x[place(side, i, r, c)]));
                    }
                difference += std::pow(double(toFloat(y[place(side, o, row, column)])) - truth, 2);
                size += truth * truth;
            }
    return std::sqrt(difference / size);
}

} // namespace

class TestWinograd : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isAConvolution_data();
    void isAConvolution();
    void bfloat16Rounds();
};

void TestWinograd::isAConvolution_data()
{
    QTest::addColumn<int>("in");
    QTest::addColumn<int>("out");
    QTest::addColumn<int>("side");
    QTest::addColumn<bool>("mirrored");
    for (const int side : {8, 16, 32})
        for (const auto& [in, out] : {std::pair(16, 16), std::pair(16, 32), std::pair(32, 16), std::pair(32, 32)})
            for (const bool mirrored : {false, true})
                QTest::addRow("%d to %d, side %d%s", in, out, side, mirrored ? ", back" : "") << in << out << side << mirrored;
}

void TestWinograd::isAConvolution()
{
    QFETCH(int, in);
    QFETCH(int, out);
    QFETCH(int, side);
    QFETCH(bool, mirrored);
    if (!FastEngine::available() || kernelSet().lanes != 16)
        QSKIP("no AVX-512 here");
    const double off = error(kernelSet().f32, in, out, side, mirrored);
    QVERIFY2(off < 3e-7, qPrintable(QString::number(off)));
    if (!FastEngine::bfloat16Available())
        QSKIP("no AVX-512 BF16 here: float alone was checked");
    const double off16 = error(kernelSet().bf16, in, out, side, mirrored);
    QVERIFY2(off16 < 1e-2, qPrintable(QString::number(off16))); // a bfloat16 has 8 bits: 4e-3
}

void TestWinograd::bfloat16Rounds()
{
    QCOMPARE(toBFloat16(1.0F).bits, std::uint16_t(0x3f80));
    QCOMPARE(toBFloat16(1.00390625F).bits, std::uint16_t(0x3f80)); // half way: to even
    QCOMPARE(toBFloat16(1.01171875F).bits, std::uint16_t(0x3f82)); // likewise
    QCOMPARE(toBFloat16(-1.005F).bits, std::uint16_t(0xbf81));
    QVERIFY(std::isnan(toFloat(toBFloat16(std::nanf("")))));
    QVERIFY(std::isinf(toFloat(toBFloat16(3.4e38F))));
}

QTEST_GUILESS_MAIN(TestWinograd)
#include "tst_winograd.moc"
