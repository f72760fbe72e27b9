// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include <vector>

namespace normscope {

/// A picture over a caption of two lines. "cat | dog" over "0.87" where every pair of names fits the picture's
/// width; else "cat |" over "dog 0.87". Names that are longer still are elided; the tool tip has them whole.
class ThumbnailDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit ThumbnailDelegate(QObject* parent = nullptr);

    /// Settles the size of every item for these names and this picture size; items share `rowWidth` evenly.
    void setLayout(const QStringList& classNames, int pictureSide, const QFont& font, int rowWidth = 0);
    int leastItemWidth() const { return m_least; }
    QSize itemSize() const { return m_item; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    struct Caption {
        QString first;
        QString second;
    };
    /// The two lines for an item of this width, elided where needed.
    static Caption caption(const QString& target, const QString& predicted, double probability, const QFont& font, double width,
                           bool pairFits);
    /// Whether every "target | predicted" of these names fits in the width.
    static bool pairsFit(const QStringList& classNames, const QFont& font, double width);
    /// The width that the names ask for, at least the picture's and within bounds.
    static int captionWidth(const QStringList& classNames, int pictureSide, const QFont& font);
    static QFont captionFont(const QFont& font);

private:
    QSize m_item{72, 100};
    int m_least = 72;
    int m_side = 64;
    bool m_pairFits = false;
};

} // namespace normscope
