// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include <vector>

namespace normscope::bench {

/// What all measurements of the window are told.
struct Options {
    QString data;     ///< as on the command line: `folder:DIR`, `cifar10:DIR`, `fashion-mnist`
    QString program;  ///< the normscope binary whose start is timed
    int seconds = 60; ///< of training under the eyes of the window
    int repeats = 7;
    int threads = 0; ///< of the training; 0: all
    int limit = 0;   ///< training images of an epoch; 0: all
};

double median(std::vector<double> values);
/// The value that `share` (0 to 1) of the values do not exceed.
double quantile(std::vector<double> values, double share);
double rounded(double value); ///< to two decimals
/// Median, smallest and largest, in milliseconds.
QJsonObject summary(const std::vector<double>& milliseconds);

/// A line of /proc/self/status in MB, such as VmRSS or VmHWM; 0 where there is none.
double memoryMb(const QString& name);

// The measurements; each returns its part of the report.
QJsonObject measureStart(const Options& options);
QJsonObject measurePages(const Options& options);
QJsonObject measureCharts(const Options& options);
QJsonObject measureGaps(const Options& options);

} // namespace normscope::bench
