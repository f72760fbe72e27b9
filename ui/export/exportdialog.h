// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export/imageexport.h"

#include <QDialog>

class QDoubleSpinBox;
class QLabel;
class QLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTimer;

namespace normscope {

/// Asks for size, scale and file of a PNG, shows a preview, writes it and says in place where it is, or why not.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `settings` must outlive the dialog.
    ExportDialog(ExportItem item, AppSettings& settings, QWidget* parent = nullptr);

    QSize chosenSize() const;
    double chosenScale() const;
    QString filePath() const;
    void setFilePath(const QString& path);
    QString message() const; ///< what the dialog says below the form

public Q_SLOTS:
    bool save();

private:
    QLayout* buildForm();
    QLayout* buildFileRow();
    QLayout* buildButtons();
    void loadChoices();
    void browse();
    void updateState();
    void updatePreview();
    void say(const QString& text, bool isError);

    ExportItem m_item;
    AppSettings& m_settings;
    QSpinBox* m_width = nullptr;
    QSpinBox* m_height = nullptr;
    QDoubleSpinBox* m_scale = nullptr;
    QLineEdit* m_file = nullptr;
    QLabel* m_preview = nullptr;
    QLabel* m_pixels = nullptr;
    QLabel* m_messageIcon = nullptr;
    QLabel* m_message = nullptr;
    QPushButton* m_save = nullptr;
    QTimer* m_previewTimer = nullptr;
};

} // namespace normscope
