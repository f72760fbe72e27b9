// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/datafaults.h"
#include "tests/badinput/places.h"
#include "tests/model/data/datafixtures.h"

#include <QFile>

namespace normscope::testing {

namespace {

struct Picture {
    QByteArray name; ///< below the folder
    QByteArray bytes;
};

/// 40 good pictures and these.
std::function<void(const QString&)> with(const QList<Picture>& pictures)
{
    return [pictures](const QString& folder) {
        writePictures(folder, 10);
        for (const auto& one : pictures)
            writeBytes(QFile::encodeName(folder) + '/' + one.name, one.bytes);
    };
}

void addBroken(std::vector<DataFault>& all)
{
    const auto broken = [&](const char* row, const QByteArray& bytes, const char* reason) {
        all.push_back({row, DataKind::Folder, with({{"train/ant/05x.png", bytes}}), ErrorCode::BadInput,
                       QStringLiteral("1 of 41 images cannot be read: train/ant/05x.png (%1). They were skipped.").arg(QString::fromUtf8(reason)),
                       false});
    };
    QByteArray huge = png(3);
    huge.replace(16, 8, bigEndian(100'000) + bigEndian(100'000));
    broken("zero-byte or broken image: zero bytes", {}, "empty file");
    broken("zero-byte or broken image: text", "hello", "damaged or of an unknown format");
    broken("zero-byte or broken image: half a PNG", png(3).first(40), "cannot be decoded");
    broken("grey, CMYK, RGBA, 16-bit, animated, huge image: 100,000 x 100,000", huge, "100,000x100,000 pixels, more than 64 million");
    broken("grey, CMYK, RGBA, 16-bit, animated, huge image: an animated WebP", animatedWebp, "an animated WebP");
    all.push_back({"zero-byte or broken image: above 5 %", DataKind::Folder,
                   with({{"test/bee/a.jpg", {}}, {"test/bee/b.jpg", "x"}, {"train/bee/c.jpg", "y"}}), ErrorCode::BadInput,
                   QStringLiteral("%DIR%: 3 of 43 images cannot be read: train/bee/c.jpg (damaged or of an unknown format), test/bee/a.jpg (empty "
                                  "file) and test/bee/b.jpg (damaged or of an unknown format). Up to 5 % would be skipped; mend or remove them.")});
}

void addConverted(std::vector<DataFault>& all)
{
    const QString row = QStringLiteral("grey, CMYK, RGBA, 16-bit, animated, huge image: ");
    const auto converted = [&](const char* what, const QList<Picture>& pictures, const char* said) {
        all.push_back({(row + QLatin1String(what)).toUtf8(), DataKind::Folder, with(pictures), ErrorCode::BadInput, QString::fromUtf8(said), false});
    };
    converted("grey", {{"train/ant/x.png", png(1)}, {"test/ant/x.png", png(1)}}, "2 images converted: grey; three equal channels.");
    converted("CMYK", {{"train/ant/x.jpg", cmykJpeg}}, "1 image converted: CMYK; turned into RGB.");
    converted("RGBA", {{"train/ant/x.png", png(4)}}, "1 image converted: with transparency; blended on black.");
    converted("16 bits", {{"train/ant/x.png", png(3, 16)}}, "1 image converted: 16 bits a channel; turned into 8.");
    converted("not 32x32", {{"train/ant/x.png", png(3, 8, 600)}}, "1 image converted: not 32x32; the centred square was resized.");
    converted("of a format that is not read", {{"train/ant/x.gif", "GIF89a"}}, "1 file skipped, of a format that is not read: train/ant/x.gif.");
}

void addNames(std::vector<DataFault>& all)
{
    const auto odd = [](const QByteArray& name) {
        return [name](const QString& folder) {
            writePictures(folder, 1, {"caf\xE9", "two\nlines"});
            writeBytes(QFile::encodeName(folder) + "/train/" + name, {});
        };
    };
    all.push_back({"names that are not UTF-8, spaces, newlines: shown escaped", DataKind::Folder, odd("caf\xE9/with space \xFF\n.png"),
                   ErrorCode::BadInput,
                   QStringLiteral("%DIR%: 1 of 5 images cannot be read: train/caf\\xE9/with space \\xFF\\n.png (empty file). Up to 5 % would be "
                                  "skipped; mend or remove them.")});
    all.push_back({"names that are not UTF-8, spaces, newlines: a class", DataKind::Folder,
                   [](const QString& folder) {
                       writePictures(folder, 1, {"a\xFF", "b \xE2\x80\xAE turned"});
                       makeFolders(QFile::encodeName(folder) + "/train/c\nd");
                   },
                   ErrorCode::BadInput,
                   QStringLiteral("The classes differ: %DIR%/test has no c\\nd; both must hold the same class folders.")});
    all.push_back({"names that are not UTF-8, spaces, newlines: work", DataKind::Folder,
                   [](const QString& folder) {
                       writePictures(folder, 30, {"a\xFF \\", "b\nc"});
                       writeBytes(QFile::encodeName(folder) + "/test/a\xFF \\/\x80 \t.bmp", "x");
                   },
                   ErrorCode::BadInput,
                   QStringLiteral("1 of 121 images cannot be read: test/a\\xFF \\\\/\\x80 \\t.bmp (damaged or of an unknown format). They were "
                                  "skipped."),
                   false});
}

} // namespace

std::vector<DataFault> pictureFaults()
{
    std::vector<DataFault> all;
    addBroken(all);
    addConverted(all);
    addNames(all);
    return all;
}

} // namespace normscope::testing
