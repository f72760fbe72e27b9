// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include <cstddef>
#include <vector>

namespace normscope {

/// Number of images of each class as horizontal bars, training and test, with the counts as text.
class ClassBars : public QWidget {
    Q_OBJECT
public:
    explicit ClassBars(QWidget* parent = nullptr);

    void setCounts(const QStringList& names, const std::vector<std::size_t>& train,
                   const std::vector<std::size_t>& test);
    int rows() const { return int(m_names.size()); }
    QString rowText(int row) const; ///< "ship: 5,000 training, 1,000 test"

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    int rowHeight() const;
    int legendHeight() const;
    void paintLegend(QPainter& painter) const;
    void paintRow(QPainter& painter, int row, int nameWidth, int countWidth) const;
    QColor barColour(bool test) const;

    QStringList m_names;
    std::vector<std::size_t> m_train;
    std::vector<std::size_t> m_test;
    std::size_t m_largest = 1;
};

} // namespace normscope
