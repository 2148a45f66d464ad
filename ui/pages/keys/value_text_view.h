// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "pages/keys/value_document.h"
#include "pages/keys/value_pages.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// A value as text: an editor that gives back exactly the bytes it was given, or pages of a value that is too large.
class ValueTextView : public QWidget {
    Q_OBJECT
public:
    explicit ValueTextView(QWidget* parent = nullptr);

    /// One text, to be edited unless `setEditable(false)`.
    void showText(const EditableText& text);
    /// Text in a form, as somebody has typed it, valid or not.
    void showTyped(const QString& text, const TextForm& form);
    /// Pages of `size` bytes that `reader` reads, for reading.
    void showPages(quint64 size, const ByteReader& reader, TextEncoding encoding);
    void setTasks(TaskRunner* tasks) { m_pages.setTasks(tasks); }
    void setEditable(bool editable);
    void setEncoding(TextEncoding encoding, bool chosen); ///< what the chooser shows
    void setWrapped(bool wrapped);
    /// Offers to take the whole as one text all the same.
    void setOneTextOffered(bool offered);
    void focusEditor();
    [[nodiscard]] bool isPaged() const { return m_paged; }
    [[nodiscard]] const TextForm& form() const { return m_form; }
    [[nodiscard]] QString typed() const;
    [[nodiscard]] QPlainTextEdit* editor() const { return m_text; }

Q_SIGNALS:
    /// What was typed, as bytes.
    void edited(const QByteArray& bytes);
    /// What was typed stands for no bytes.
    void invalid(const QString& problem);
    /// nullopt: to be found by looking at the value.
    void encodingChosen(std::optional<rustcask::ui::TextEncoding> encoding);
    void wrapChosen(bool wrapped);
    void oneTextWanted();
    void failed(const rustcask::Error& error);

private:
    void take();
    void showPage(quint64 page);
    void updateReadOnly();

    QPlainTextEdit* m_text;
    QComboBox* m_encoding;
    QLabel* m_formLabel;
    QCheckBox* m_wrap;
    QPushButton* m_oneText;
    QWidget* m_pager;
    QLabel* m_pagerText;
    QPushButton* m_first;
    QPushButton* m_previous;
    QPushButton* m_next;
    QPushButton* m_last;
    ValuePages m_pages;
    TextForm m_form;
    TextEncoding m_pageEncoding = TextEncoding::utf8;
    quint64 m_page = 0;
    bool m_paged = false;
    bool m_editable = false;
    bool m_filling = false;
};

/// A bare, monospaced editor for a card.
[[nodiscard]] QPlainTextEdit* makeValueEditor(const QString& name);
/// The text as it stands in a document: `toPlainText` would turn no-break spaces into spaces.
[[nodiscard]] QString rawTextOf(const QPlainTextEdit* editor);
/// The row of controls above a view.
[[nodiscard]] QWidget* makeViewRow(const QList<QWidget*>& left, const QList<QWidget*>& right);

} // namespace rustcask::ui
