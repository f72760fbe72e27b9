// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProgressBar>

namespace normscope {

/// Progress of a run with the progress of its epoch inside: a full-height bar and a thin line below it.
class EpochBar : public QProgressBar {
    Q_OBJECT
public:
    explicit EpochBar(QWidget* parent = nullptr);

    /// Fractions from 0 to 1.
    void show(double run, double epoch, const QString& text);
    void clear();
    QString text() const override { return m_text; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_epoch = 0;
    QString m_text;
};

} // namespace normscope
