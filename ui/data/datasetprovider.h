// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"

#include <QObject>
#include <QString>

#include <memory>

namespace normscope {

/// Data sets for the window: from memory at once, else loaded on a thread of its own.
class DatasetProvider : public QObject {
    Q_OBJECT
public:
    explicit DatasetProvider(std::shared_ptr<DatasetCache> cache, QObject* parent = nullptr);
    ~DatasetProvider() override;

    std::shared_ptr<DatasetCache> cache() const;
    /// The data set if it is in memory, else null; then request() and wait for ready() or failed().
    std::shared_ptr<const Dataset> peek(const DataSpec& spec) const;
    void request(const DataSpec& spec);
    bool isBusy() const; ///< a request is not answered yet
    QString lastError(const DataSpec& spec) const; ///< why the last request failed, else empty

Q_SIGNALS:
    void progress(const QString& spec, int percent); ///< `spec` is DataSpec::toString()
    void ready(const QString& spec);
    void failed(const QString& spec, const QString& message);

private:
    void load(const DataSpec& spec);
    void answer(const QString& key, const QString& error);

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace normscope
