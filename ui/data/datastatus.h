// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace normscope {

class InlineMessage;

/// What stands in a page's place while its data set is being read, or cannot be.
class DataStatus : public QWidget {
    Q_OBJECT
public:
    explicit DataStatus(QWidget* parent = nullptr);

    void showLoading(const QString& title, int percent); ///< -1: not known
    void showError(const QString& message);

Q_SIGNALS:
    void retryClicked();

private:
    QLabel* m_loading;
    QProgressBar* m_progress;
    InlineMessage* m_error;
    QPushButton* m_retry;
};

} // namespace normscope
