// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/appsettings.h"

#include <QCryptographicHash>

#include <string_view>
#include <type_traits>

namespace normscope {

using namespace Qt::StringLiterals;

namespace {

// A path holds slashes, which QSettings takes for groups.
QString checkedKey(const QString& storeFolder)
{
    return u"runs/checked-"_s
        + QString::fromLatin1(QCryptographicHash::hash(storeFolder.toUtf8(), QCryptographicHash::Sha1).toHex().left(16));
}

/// The recipe's plain numbers, each with its key.
template <class Spec, class Visit>
void visitNumbers(Spec& spec, Visit visit)
{
    visit("groups", spec.groups);
    visit("epochs", spec.epochs);
    visit("batch-size", spec.batchSize);
    visit("lr", spec.learningRate);
    visit("momentum", spec.momentum);
    visit("step-size", spec.stepSize);
    visit("gamma", spec.gamma);
    visit("dropout", spec.dropout);
    visit("augment", spec.augment);
    visit("threads", spec.threads);
}

} // namespace

AppSettings::AppSettings() : m_settings(QSettings::IniFormat, QSettings::UserScope, u"normscope"_s, u"normscope"_s) {}

AppSettings::AppSettings(const QString& iniFile) : m_settings(iniFile, QSettings::IniFormat) {}

QByteArray AppSettings::windowGeometry() const
{
    return m_settings.value(u"window/geometry"_s).toByteArray();
}

void AppSettings::setWindowGeometry(const QByteArray& geometry)
{
    m_settings.setValue(u"window/geometry"_s, geometry);
}

QByteArray AppSettings::splitterState() const
{
    return m_settings.value(u"window/splitter"_s).toByteArray();
}

void AppSettings::setSplitterState(const QByteArray& state)
{
    m_settings.setValue(u"window/splitter"_s, state);
}

int AppSettings::page() const
{
    return m_settings.value(u"window/page"_s, 0).toInt();
}

void AppSettings::setPage(int page)
{
    m_settings.setValue(u"window/page"_s, page);
}

QString AppSettings::dataSpec() const
{
    return m_settings.value(u"experiment/data"_s).toString();
}

void AppSettings::setDataSpec(const QString& spec)
{
    m_settings.setValue(u"experiment/data"_s, spec);
}

std::optional<RunSpec> AppSettings::recipe() const
{
    if (!m_settings.contains(u"experiment/recipe/normalization"_s))
        return std::nullopt;
    RunSpec spec;
    const auto read = [this](const char* key) { return m_settings.value(u"experiment/recipe/"_s + QLatin1String(key)); };
    const auto number = [&](const char* key, auto& value) {
        bool ok = false;
        const double stored = read(key).toDouble(&ok);
        if (ok && stored >= 0 && stored <= double(1ULL << 53))
            value = static_cast<std::remove_reference_t<decltype(value)>>(stored);
    };
    const auto choice = [&](const char* key, auto& value, auto parse) {
        if (const auto parsed = parse(read(key).toString().toStdString()))
            value = *parsed;
    };
    choice("normalization", spec.normalization, parseNormalization);
    choice("device", spec.device, parseDevice);
    choice("engine", spec.engine, parseEngine);
    choice("precision", spec.precision, parsePrecision);
    spec.quickLook = read("quick-look").toBool();
    bool ok = false;
    if (const qulonglong seed = read("seed").toULongLong(&ok); ok) // larger than a double holds exactly
        spec.seed = seed;
    number("limit-train", spec.limitTrain);
    number("limit-test", spec.limitTest);
    visitNumbers(spec, number);
    return spec;
}

void AppSettings::setRecipe(const RunSpec& spec)
{
    const auto write = [this](const char* key, const QVariant& value) { m_settings.setValue(u"experiment/recipe/"_s + QLatin1String(key), value); };
    const auto text = [](std::string_view name) { return QString::fromLatin1(name.data(), qsizetype(name.size())); };
    write("normalization", text(toString(spec.normalization)));
    write("device", text(toString(spec.device)));
    write("engine", text(toString(spec.engine)));
    write("precision", text(toString(spec.precision)));
    write("quick-look", spec.quickLook);
    write("seed", QString::number(spec.seed));
    write("limit-train", QString::number(spec.limitTrain));
    write("limit-test", QString::number(spec.limitTest));
    visitNumbers(spec, [&](const char* key, auto value) { write(key, QString::number(double(value), 'g', 17)); });
}

QString AppSettings::exportFolder() const
{
    return m_settings.value(u"export/folder"_s).toString();
}

void AppSettings::setExportFolder(const QString& folder)
{
    m_settings.setValue(u"export/folder"_s, folder);
}

QSize AppSettings::exportSize() const
{
    return m_settings.value(u"export/size"_s, QSize()).toSize();
}

void AppSettings::setExportSize(const QSize& size)
{
    m_settings.setValue(u"export/size"_s, size);
}

double AppSettings::exportScale() const
{
    return m_settings.value(u"export/scale"_s, 2.0).toDouble();
}

void AppSettings::setExportScale(double scale)
{
    m_settings.setValue(u"export/scale"_s, scale);
}

QString AppSettings::theme() const
{
    return m_settings.value(u"window/theme"_s, u"system"_s).toString();
}

void AppSettings::setTheme(const QString& theme)
{
    m_settings.setValue(u"window/theme"_s, theme);
}

bool AppSettings::runsAtOnce() const
{
    return m_settings.value(u"training/at-once"_s, true).toBool();
}

void AppSettings::setRunsAtOnce(bool atOnce)
{
    m_settings.setValue(u"training/at-once"_s, atOnce);
}

QStringList AppSettings::checkedRuns(const QString& storeFolder) const
{
    return m_settings.value(checkedKey(storeFolder)).toStringList();
}

void AppSettings::setCheckedRuns(const QString& storeFolder, const QStringList& ids)
{
    m_settings.setValue(checkedKey(storeFolder), ids);
}

bool AppSettings::hasCheckedRuns(const QString& storeFolder) const
{
    return m_settings.contains(checkedKey(storeFolder));
}

} // namespace normscope
