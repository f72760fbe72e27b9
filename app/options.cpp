// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/options.h"

#include "model/training/trainer.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <cstdlib>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("normscope::Main", text);
}

QString helpText()
{
    return tr("Usage: normscope [options]\n"
              "Learn by experiment what normalization does to a network.\n\n"
              "  --store DIR          keep runs in DIR instead of the user's data folder\n"
              "  --theme THEME        light, dark or system\n"
              "  --screenshots DIR    write a picture of every page, made from the store's finished runs, and quit\n"
              "  --size WxH           of those pictures, 1280x800 unless given\n"
              "  --first-paint        open the window, say when it has been painted, and quit: to time the start\n"
              "  -v, --version        show the version and quit\n"
              "  -h, --help           show this and quit\n\n"
              "Without a display, use normscope-cli.");
}

std::optional<QSize> parseSize(const QString& text)
{
    const QStringList parts = text.toLower().split(u'x');
    bool okWidth = false;
    bool okHeight = false;
    const QSize size(parts.value(0).toInt(&okWidth), parts.value(1).toInt(&okHeight));
    const bool sane = parts.size() == 2 && okWidth && okHeight && size.width() >= 640 && size.height() >= 480
        && size.width() <= 7680 && size.height() <= 4320;
    return sane ? std::optional(size) : std::nullopt;
}

} // namespace

void say(std::FILE* stream, const QString& text)
{
    std::fputs((text + u'\n').toLocal8Bit().constData(), stream);
}

QString versionText()
{
    const SystemInfo info = systemInfo();
    return u"Normscope %1 (LibTorch %2, Qt %3)"_s.arg(QString::fromStdString(info.version),
                                                      QString::fromStdString(info.torchVersion), QString::fromLatin1(qVersion()));
}

std::optional<int> readOptions(const QStringList& arguments, Options& options)
{
    QCommandLineParser parser;
    parser.addOptions({{u"store"_s, {}, u"DIR"_s}, {u"theme"_s, {}, u"THEME"_s}, {u"screenshots"_s, {}, u"DIR"_s},
                       {u"size"_s, {}, u"WxH"_s}, {u"first-paint"_s, {}}, {{u"v"_s, u"version"_s}, {}}, {{u"h"_s, u"help"_s}, {}},
                       {u"platform"_s, {}, u"NAME"_s}, {u"style"_s, {}, u"NAME"_s}}); // the last two are Qt's own
    QString wrong = parser.parse(arguments) ? QString() : parser.errorText();
    if (parser.isSet(u"help"_s)) {
        say(stdout, helpText());
        return EXIT_SUCCESS;
    }
    if (parser.isSet(u"version"_s)) {
        say(stdout, versionText());
        return EXIT_SUCCESS;
    }
    if (wrong.isEmpty() && !parser.positionalArguments().isEmpty())
        wrong = tr("Unexpected argument \"%1\".").arg(parser.positionalArguments().constFirst());
    options.store = parser.value(u"store"_s);
    options.screenshots = parser.value(u"screenshots"_s);
    options.firstPaint = parser.isSet(u"first-paint"_s);
    for (const QString& name : {u"store"_s, u"screenshots"_s})
        if (wrong.isEmpty() && parser.isSet(name) && parser.value(name).isEmpty())
            wrong = tr("--%1 needs a folder.").arg(name);
    if (parser.isSet(u"theme"_s)) {
        options.theme = parseThemeChoice(parser.value(u"theme"_s));
        if (wrong.isEmpty() && !options.theme)
            wrong = tr("Unknown theme \"%1\": choose light, dark or system.").arg(parser.value(u"theme"_s));
    }
    if (parser.isSet(u"size"_s)) {
        const auto size = parseSize(parser.value(u"size"_s));
        if (wrong.isEmpty() && !size)
            wrong = tr("\"%1\" is no size: give width and height from 640x480 to 7680x4320, for example 1280x800.")
                        .arg(parser.value(u"size"_s));
        options.size = size.value_or(options.size);
    }
    if (wrong.isEmpty())
        return std::nullopt;
    say(stderr, tr("normscope: %1\nTry: normscope --help").arg(wrong));
    return exitBadUsage;
}

} // namespace normscope
