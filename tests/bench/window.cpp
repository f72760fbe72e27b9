// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the real window and prints one JSON object. Each part runs in a process of its own.
#include "model/training/trainer.h"
#include "tests/bench/windowfigures.h"
#include "tests/bench/windowsession.h"
#include "ui/theme/theme.h"

#include <QCommandLineParser>
#include <QDir>
#include <QJsonDocument>
#include <QProcess>

#include <clocale>
#include <cstdio>
#include <map>

using namespace normscope;
using namespace normscope::bench;
using namespace Qt::StringLiterals;

namespace {

const std::map<QString, QJsonObject (*)(const Options&)> parts{
    {u"start"_s, measureStart}, {u"pages"_s, measurePages}, {u"charts"_s, measureCharts}, {u"gaps"_s, measureGaps}};

QJsonObject inProcessOfItsOwn(const QString& part)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QCoreApplication::applicationFilePath(), QCoreApplication::arguments().mid(1) + QStringList{u"--part"_s, part});
    process.waitForFinished(-1);
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        qFatal("the part \"%s\" failed", qPrintable(part));
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

QJsonObject measureAll(const QStringList& wanted)
{
    const SystemInfo info = systemInfo();
    QJsonObject report{{u"platform"_s, QGuiApplication::platformName()},
                       {u"cores"_s, info.cores},
                       {u"qt"_s, QString::fromLatin1(qVersion())},
                       {u"libtorch"_s, QString::fromStdString(info.torchVersion)}};
    for (const auto& [name, measure] : parts)
        if (wanted.isEmpty() || wanted.contains(name))
            report.insert(name, inProcessOfItsOwn(name));
    return report;
}

} // namespace

int main(int argc, char* argv[])
{
    const BusyApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Measures the window. On X: xvfb-run -s '-screen 0 1600x1000x24' bench_window ...; "
                                     "without a display: QT_QPA_PLATFORM=offscreen bench_window ..."_s);
    parser.addHelpOption();
    parser.addOptions({{u"data"_s, u"Images to train on, as for normscope-cli (default fashion-mnist)."_s, u"SPEC"_s, u"fashion-mnist"_s},
                       {u"program"_s, u"The normscope binary whose start is timed."_s, u"PATH"_s,
                        QDir(QCoreApplication::applicationDirPath()).filePath(u"../../app/normscope"_s)},
                       {u"seconds"_s, u"Of training (default 60)."_s, u"N"_s, u"60"_s},
                       {u"repeats"_s, u"Of starts and page visits (default 7)."_s, u"N"_s, u"7"_s},
                       {u"threads"_s, u"Of the training (default 0: all)."_s, u"N"_s, u"0"_s},
                       {u"limit"_s, u"Training images of an epoch (default 0: all); fewer to see ends of epochs on a slow machine."_s, u"N"_s, u"0"_s},
                       {u"part"_s, u"Only this one, in this process: start, pages, charts or gaps."_s, u"NAME"_s}});
    parser.addPositionalArgument(u"parts"_s, u"Only these: start, pages, charts, gaps."_s, u"[PART...]"_s);
    parser.process(application);
    const Options options{parser.value(u"data"_s), parser.value(u"program"_s), parser.value(u"seconds"_s).toInt(),
                          parser.value(u"repeats"_s).toInt(), parser.value(u"threads"_s).toInt(), parser.value(u"limit"_s).toInt()};
    const auto part = parts.find(parser.value(u"part"_s));
    if (parser.isSet(u"part"_s) && part == parts.end())
        qFatal("there is no part \"%s\"", qPrintable(parser.value(u"part"_s)));
    applyTheme(*qApp, ThemeChoice::Light);
    QJsonObject report = part == parts.end() ? measureAll(parser.positionalArguments()) : part->second(options);
    report.insert(u"data"_s, options.data);
    report.insert(u"training_images_of_an_epoch"_s, options.limit == 0 ? u"all"_s : QString::number(options.limit));
    std::fputs(QJsonDocument(report).toJson().constData(), stdout);
    return EXIT_SUCCESS;
}
