// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/errors/thumbnailmodel.h"

#include <QWidget>

#include <string>
#include <vector>

class QComboBox;
class QSlider;
class QToolButton;

namespace normscope {

/// Which errors the page shows, in which order and how large.
class ErrorsFilterBar : public QWidget {
    Q_OBJECT
public:
    explicit ErrorsFilterBar(QWidget* parent = nullptr);

    /// The classes to choose from; the filter stays where these classes have it.
    void setClassNames(const std::vector<std::string>& names);
    const std::vector<std::string>& classNames() const { return m_names; }
    void setFilter(const ErrorFilter& filter);
    ErrorFilter filter() const;
    ErrorOrder order() const;
    int thumbnailSize() const;
    QToolButton* chip() const { return m_chip; } ///< clears the filter; shown while there is one
    QString chipText() const; ///< empty while nothing is filtered

Q_SIGNALS:
    void filterChanged();
    void orderChanged();
    void thumbnailSizeChanged(int side);

private:
    QComboBox* buildClassBox(const QString& name, const QString& tip);
    void buildOrder();
    void buildSlider();
    void buildChip();
    void updateChip();

    std::vector<std::string> m_names;
    QComboBox* m_true;
    QComboBox* m_predicted;
    QComboBox* m_order = nullptr;
    QSlider* m_size = nullptr;
    QToolButton* m_chip = nullptr;
};

} // namespace normscope
