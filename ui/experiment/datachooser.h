// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/dataset.h"
#include "model/data/download.h"

#include <QPointer>
#include <QString>
#include <QWidget>

#include <memory>

class QComboBox;
class QLabel;
class QMimeData;
class QProgressBar;
class QPushButton;

namespace normscope {

class AppSettings;
class DatasetProvider;
class FetchDialog;
class InlineMessage;

/// Which images to learn from, and what is known of them: counts, loading, or what is wrong and what to do.
/// The choice is remembered, and the data set is loaded as soon as it is chosen.
class DataChooser : public QWidget {
    Q_OBJECT
public:
    DataChooser(DatasetProvider& provider, AppSettings& settings, QWidget* parent = nullptr);

    DataSpec spec() const { return m_spec; }
    void setSpec(const DataSpec& spec);
    std::shared_ptr<const Dataset> dataset() const { return m_dataset; } ///< null until it is loaded
    QString whyNot() const;                                              ///< why no run can start on it, else empty
    bool failed() const { return !m_error.isEmpty(); }
    void setArchiveSource(const ArchiveSource& source); ///< where Get CIFAR-10 fetches from; for tests and mirrors
    FetchDialog* fetchDialog() const;                   ///< null while it is not open

    static QString droppedFolder(const QMimeData* mime); ///< the one folder that is dragged, else empty

public Q_SLOTS:
    void openFetchDialog();
    void chooseFolder(const QString& folder); ///< guesses what it holds
    void retry();

Q_SIGNALS:
    void specChanged();
    void dataChanged(); ///< loaded, failed or some way further

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildLayout();
    void connectProvider();
    void fillCombo();
    int ensureItem(const DataSpec& spec);
    void activate(int index);
    void askForFolder(const QString& title);
    void load();
    void refresh();
    bool mine(const QString& spec) const;

    DatasetProvider& m_provider;
    AppSettings& m_settings;
    DataSpec m_spec;
    ArchiveSource m_source;
    QPointer<FetchDialog> m_fetch;
    std::shared_ptr<const Dataset> m_dataset; ///< held, so that the cache does not drop what the form relies on
    int m_percent = -1;                       ///< -1: not told yet
    QString m_error;
    QComboBox* m_combo;
    QLabel* m_facts;
    QProgressBar* m_progress;
    InlineMessage* m_message;
    QPushButton* m_retry;
    QPushButton* m_get;
};

} // namespace normscope
