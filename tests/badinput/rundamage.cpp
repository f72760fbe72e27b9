// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/badinput/rundamage.h"

#include "tests/model/data/datafixtures.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace normscope::testing {

namespace {

QByteArray readAll(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

class Damages {
public:
    void add(const QByteArray& name, const QByteArray& file, const std::function<void(const QString& path)>& make)
    {
        all.push_back({file + ": " + name, file, [=](const QString& folder) { make(folder + QLatin1Char('/') + QString::fromUtf8(file)); }});
    }
    void content(const QByteArray& name, const QByteArray& file, const QByteArray& bytes)
    {
        add(name, file, [bytes](const QString& path) { writeFile(path, bytes); });
    }
    std::vector<RunDamage> all;
};

/// Something else in place of a file.
void addReplaced(Damages& damages, const QByteArray& file)
{
    const auto instead = [&](const char* name, const std::function<void(const QByteArray& path)>& make) {
        damages.add(name, file, [make](const QString& path) {
            QFile::remove(path);
            make(QFile::encodeName(path));
        });
    };
    instead("gone", [](const QByteArray&) {});
    instead("a folder", [](const QByteArray& path) { ::mkdir(path.constData(), 0755); });
    instead("a FIFO", [](const QByteArray& path) { ::mkfifo(path.constData(), 0644); });
    instead("a link to itself", [](const QByteArray& path) { static_cast<void>(::symlink(path.constData(), path.constData())); });
    instead("a link to nowhere", [](const QByteArray& path) { static_cast<void>(::symlink("/nowhere/at/all", path.constData())); });
    instead("a device without an end", [](const QByteArray& path) { static_cast<void>(::symlink("/dev/zero", path.constData())); });
    instead("a device without anything", [](const QByteArray& path) { static_cast<void>(::symlink("/dev/null", path.constData())); });
    instead("a hole of a terabyte", [](const QByteArray& path) { writeSparse(QFile::decodeName(path), qint64(1) << 40); });
}

/// The same for any file of text.
void addContents(Damages& damages, const QByteArray& file)
{
    QByteArray garbage;
    for (int i = 0; i < 5000; ++i)
        garbage.append(char(i * i * 31 + i / 7));
    damages.content("empty", file, {});
    damages.content("zeros", file, QByteArray(4096, '\0'));
    damages.content("garbage", file, garbage);
    damages.content("not UTF-8", file, "\xFF\xFE\x80 caf\xE9");
    damages.content("a web page", file, "<!DOCTYPE html>\n<html></html>\n");
    damages.content("line ends alone", file, "\n\n\n");
    damages.content("a long line", file, QByteArray(2'000'000, 'x'));
}

void addJsonTexts(Damages& damages)
{
    const QByteArray file = "run.json";
    for (const int percent : {1, 5, 20, 35, 50, 65, 80, 90, 95, 98})
        damages.add("the first " + QByteArray::number(percent) + " %", file, [percent](const QString& path) {
            const QByteArray text = readAll(path);
            writeFile(path, text.left(text.size() * percent / 100));
        });
    for (const char* text : {"[]", "{}", "null", "true", "17", "\"a text\"", "[1, 2", "{\"schema\": NaN}", "{'schema': 1}"})
        damages.content(QByteArray("the text ") + text, file, text);
    damages.content("a hundred thousand brackets", file, QByteArray(100'000, '['));
    damages.add("something after its end", file, [](const QString& path) { writeFile(path, readAll(path) + "}"); });
    damages.add("a byte of it flipped", file, [](const QString& path) {
        QByteArray text = readAll(path);
        text[text.indexOf("\"spec\"")] = '\x01';
        writeFile(path, text);
    });
}

/// The value of "a" or of "a.b" in run.json.
void setJson(const QString& path, const QString& key, const QJsonValue& value)
{
    QJsonObject whole = QJsonDocument::fromJson(readAll(path)).object();
    const QString outer = key.section(QLatin1Char('.'), 0, 0);
    const QString inner = key.section(QLatin1Char('.'), 1);
    if (!whole.contains(outer))
        qFatal("no %s", qPrintable(key));
    QJsonObject object = whole.value(outer).toObject();
    if (!inner.isEmpty() && !object.contains(inner))
        qFatal("no %s", qPrintable(key));
    object.insert(inner, value);
    whole.insert(outer, inner.isEmpty() ? value : QJsonValue(object));
    writeFile(path, QJsonDocument(whole).toJson());
}

void addJsonTypes(Damages& damages)
{
    const auto set = [&](const char* key, const QJsonValue& value) {
        const QByteArray shown = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
        damages.add(QByteArray(key) + " is " + shown, "run.json", [key = QString::fromLatin1(key), value](const QString& path) { setJson(path, key, value); });
    };
    const QJsonValue text(QStringLiteral("x"));
    const QJsonValue list(QJsonArray{1});
    for (const char* key : {"spec.epochs", "spec.batchSize", "spec.learningRate", "spec.momentum", "spec.stepSize", "spec.gamma", "spec.dropout",
                            "spec.augment", "spec.seed", "spec.threads", "spec.groups", "spec.limitTrain", "spec.quickLook", "schema"})
        set(key, text);
    for (const char* key : {"spec.normalization", "spec.data", "spec.device", "spec.engine", "spec.precision", "name", "state", "spec", "summary"})
        set(key, list);
    for (const char* key : {"spec.normalization", "spec.data", "spec.device", "spec.engine", "spec.precision", "state"})
        set(key, text);
    set("schema", 0);
    set("schema", -3);
    set("spec.epochs", 1.5);
    set("spec.epochs", 1e15);
    set("spec.seed", -1);
    set("summary.classNames", 3);
    set("summary.classNames", QJsonArray{QStringLiteral("a"), 3});
}

void addTables(Damages& damages)
{
    const QByteArray file = "metrics.csv";
    const QByteArray head = "Epoch,Train Acc,Test Acc,Train Loss,Test Loss,Learning Rate,Seconds\n";
    const QByteArray row = "1,10,10,2,2,0.01,5\n";
    damages.content("other columns", file, "Epoch,Loss\n1,2\n");
    damages.content("no columns", file, row);
    damages.content("no rows", file, head);
    damages.content("an epoch before the first", file, head + "0,10,10,2,2,0.01,5\n");
    // After a good row, so that it is this one and not the missing epochs that is told.
    const auto table = [&](const char* name, const QByteArray& rows) { damages.content(name, file, head + row + rows); };
    table("a word", "2,10,10,none,2,0.01,5\n");
    table("an empty cell", "2,,10,2,2,0.01,5\n");
    table("a short row", "2,10,10\n3,10,10,2,2,0.01,5\n");
    table("decimal commas", "2,10,5,10,5,2,5,2,5,0,01,5\n");
    table("semicolons", "2;10;10;2;2;0.01;5\n");
    table("an epoch twice", row);
    table("a negative epoch", "-1,10,10,2,2,0.01,5\n");
    table("an epoch and a half", "2.5,10,10,2,2,0.01,5\n");
    table("an epoch beyond counting", "99999999999999999999,10,10,2,2,0.01,5\n");
    table("a quoted row", "\"2,10,10,2,2,0.01,5\"\n");
    table("a NUL in a row", QByteArray("2,10,1\0,2,2,0.01,5\n", 19));
}

} // namespace

std::vector<RunDamage> runDamages()
{
    Damages damages;
    damages.all.push_back({"an empty folder", {}, [](const QString& folder) {
                               QDir(folder).removeRecursively();
                               QDir().mkpath(folder);
                           }});
    for (const char* file : {"run.json", "metrics.csv"}) {
        addReplaced(damages, file);
        addContents(damages, file);
    }
    addJsonTexts(damages);
    addJsonTypes(damages);
    addTables(damages);
    return damages.all;
}

} // namespace normscope::testing
