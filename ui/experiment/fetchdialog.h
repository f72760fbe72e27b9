// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/data/download.h"
#include "ui/experiment/transferrate.h"

#include <QDialog>
#include <QElapsedTimer>
#include <QString>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace normscope {

class FetchJob;
class InlineMessage;

/// Get CIFAR-10: downloads, checks and unpacks the archive beside whatever else goes on. Closing it cancels; what
/// has arrived stays on disk and the next try continues there.
class FetchDialog : public QDialog {
    Q_OBJECT
public:
    explicit FetchDialog(const ArchiveSource& source = cifar10Archive(), QWidget* parent = nullptr);

    QString folder() const;
    void setFolder(const QString& folder);
    static QString defaultFolder(); ///< under the user's data folder
    bool isBusy() const;
    QString errorText() const; ///< of the last try, empty if it went well

public Q_SLOTS:
    void startOrContinue();
    void useArchive(const QString& archive); ///< one that the user has already
    void cancel();

Q_SIGNALS:
    void fetched(const QString& folder); ///< the data set's folder, ready to load
    void stopped();                      ///< failed or cancelled; errorText() says why

protected:
    void reject() override;

private:
    enum class Outcome { None, Cancelled, Failed };
    void buildLayout();
    void connectJob();
    void askForFolder();
    void askForArchive();
    void begin();
    void end(Outcome outcome, const QString& message);
    void showProgress(const DownloadProgress& progress);
    void refresh();
    QString partFile() const;
    QString extractedFolder() const;

    ArchiveSource m_source;
    FetchJob* m_job;
    TransferRate m_rate;
    QElapsedTimer m_clock;
    Outcome m_outcome = Outcome::None;
    QString m_error;
    bool m_cancelling = false;
    QLineEdit* m_folder;
    QPushButton* m_browse;
    QLabel* m_intro;
    QLabel* m_state;
    QProgressBar* m_bar;
    InlineMessage* m_message;
    QPushButton* m_start;
    QPushButton* m_archive;
    QPushButton* m_cancel;
};

} // namespace normscope
