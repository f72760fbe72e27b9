// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/training/runspec.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <vector>

class QWidget;

namespace normscope {

class NumberField;

/// The numbers of a RunSpec as fields of a form. Knows how each is typed, checked and shown; the form places them.
class RecipeFields : public QObject {
    Q_OBJECT
public:
    /// The fields become children of `owner`.
    explicit RecipeFields(QWidget* owner);

    /// "epochs", "lr", ...: the names of SpecIssue::field.
    NumberField* field(const QString& name) const;
    int labelWidth() const; ///< of every field, so that they line up

    void show(const RunSpec& spec);
    /// Puts every value that can be read into `spec`; the others are left as they are there.
    void readInto(RunSpec& spec) const;
    /// Says at each field what is wrong: what cannot be read first, then `issues`.
    void showIssues(const std::vector<SpecIssue>& issues);
    QString unreadable(const QString& name) const; ///< why the text is not a number, else empty
    QString firstError() const;                    ///< "Epochs: ...", else empty
    QString firstErrorLabel() const;               ///< "Epochs", else empty
    QStringList fieldsWithErrors() const;

Q_SIGNALS:
    void edited();

private:
    struct Entry {
        QString label;
        NumberField* field = nullptr;
        std::function<QString(const RunSpec&)> show;
        std::function<QString(const QString& text, RunSpec& spec)> read; ///< why not, else empty
    };
    void add(QWidget* owner, const QString& name, const QString& label, const QString& help,
             std::function<QString(const RunSpec&)> show, std::function<QString(const QString&, RunSpec&)> read);
    void addReal(QWidget* owner, const QString& name, const QString& label, const QString& help,
                 double RunSpec::*value);
    template <class T>
    void addWhole(QWidget* owner, const QString& name, const QString& label, const QString& help, T RunSpec::*value);
    void addAll(QWidget* owner);

    std::map<QString, Entry> m_entries;
    QStringList m_order;
    int m_labelWidth = 0;
};

} // namespace normscope
