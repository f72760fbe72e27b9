// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QByteArray>
#include <QSettings>
#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

namespace normscope {

/// The window's remembered choices, typed; injected where needed.
class AppSettings {
public:
    AppSettings();                                  ///< the user's settings
    explicit AppSettings(const QString& iniFile);   ///< a file of its own, for tests

    QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray& geometry);
    QByteArray splitterState() const;
    void setSplitterState(const QByteArray& state);
    int page() const;
    void setPage(int page);
    QString dataSpec() const; ///< DataSpec::toString() of the last choice; empty: Fashion-MNIST
    void setDataSpec(const QString& spec);
    /// The form's last settings but for the data; none at first. What cannot be read is as in RunSpec.
    std::optional<RunSpec> recipe() const;
    void setRecipe(const RunSpec& spec);
    QString exportFolder() const;
    void setExportFolder(const QString& folder);
    QSize exportSize() const; ///< invalid until one was chosen
    void setExportSize(const QSize& size);
    double exportScale() const; ///< 2 at first
    void setExportScale(double scale);
    QString theme() const; ///< as on the command line; "system" at first
    void setTheme(const QString& theme);
    bool runsAtOnce() const; ///< queued runs train at once where it pays; true at first
    void setRunsAtOnce(bool atOnce);
    /// The checked runs of the store last time; each store has its own.
    QStringList checkedRuns(const QString& storeFolder) const;
    void setCheckedRuns(const QString& storeFolder, const QStringList& ids);
    QString fileName() const { return m_settings.fileName(); }
    bool hasCheckedRuns(const QString& storeFolder) const; ///< false for a store not seen before

private:
    mutable QSettings m_settings;
};

} // namespace normscope
