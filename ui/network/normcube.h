// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QWidget>

namespace normscope {

/// Which values share one mean and one deviation: a block of N images x C channels x H W pixels whose marked cells
/// are averaged together, after figure 2 of Wu and He, Group Normalization (2018). C is 16, as in the network.
class NormCube : public QWidget {
    Q_OBJECT
public:
    explicit NormCube(QWidget* parent = nullptr);

    void setNormalization(Normalization normalization, int groups);
    /// Whether the value of image n and channel c is averaged with that of image 0 and channel 0.
    bool shares(int image, int channel) const;
    static constexpr int images = 6;
    static constexpr int channels = 16;
    static constexpr int pixels = 6; ///< rows shown of the flattened H x W

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Normalization m_normalization = Normalization::Batch;
    int m_groups = 4;
};

} // namespace normscope
