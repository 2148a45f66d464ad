// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask {
struct Error;
}

namespace rustcask::ui {

/// What a page or card shows when there is nothing to show: an icon, a sentence that says what is so, another that says
/// what can be done, and optionally the button that does it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const QString& icon, const QString& sentence, const QString& advice = {}, QWidget* parent = nullptr);
    void setTexts(const QString& sentence, const QString& advice);
    void setIcon(const QString& icon);
    /// The button is not created until it is asked for.
    QPushButton* addButton(const QString& text, bool primary = true);

protected:
    void changeEvent(QEvent* event) override;

private:
    void drawIcon();
    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_sentence;
    QLabel* m_advice;
    QHBoxLayout* m_buttons;
};

/// A message inside a page, above what it concerns, that stays until dismissed or replaced. Hidden while it has none.
class Banner : public QFrame {
    Q_OBJECT
public:
    enum class Kind { info, success, warning, error };

    explicit Banner(QWidget* parent = nullptr);
    void show(Kind kind, const QString& text);
    void showError(const rustcask::Error& error);
    void clear();
    [[nodiscard]] QString text() const;
    /// A button beside the text ("Open read-only"), until the next message.
    QPushButton* addButton(const QString& text);

Q_SIGNALS:
    void dismissed();

private:
    QLabel* m_icon;
    QLabel* m_text;
    QHBoxLayout* m_buttons;
    QToolButton* m_close;
};

/// Names and values in two aligned columns with hairlines: "Will be freed   3.62 GiB".
class KeyValueList : public QWidget {
    Q_OBJECT
public:
    explicit KeyValueList(QWidget* parent = nullptr);
    /// Appends a row; the label returned takes the values to come.
    QLabel* addRow(const QString& name, const QString& value = {});
    void setValue(const QString& name, const QString& value); ///< appends the row when there is none of that name
    void clear();

private:
    struct Row {
        QString name;
        QLabel* value = nullptr;
        QWidget* widget = nullptr;
    };
    QList<Row> m_rows;
};

} // namespace rustcask::ui
