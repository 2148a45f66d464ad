// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "pages/keys/value_document.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class EmptyState;
class JsonHighlighter;

/// A value as JSON: laid out for reading, or as it is stored in an editor that tells at once where it is no JSON.
class ValueJsonView : public QWidget {
    Q_OBJECT
public:
    explicit ValueJsonView(QWidget* parent = nullptr);

    void showValue(const PreparedValue& value);
    void setEditable(bool editable);
    /// Into the editor, when there is one text to edit.
    void beginEdit();
    [[nodiscard]] bool isEditing() const { return m_editing; }
    [[nodiscard]] const QString& problem() const { return m_problem; } ///< of what is typed; empty: it is JSON
    [[nodiscard]] QString typed() const;
    [[nodiscard]] const TextForm& form() const { return m_text.form; }

Q_SIGNALS:
    void edited(const QByteArray& bytes);
    void invalid(const QString& problem);
    void parseWanted();
    void textWanted(); ///< to go on as text, whatever it is

protected:
    void changeEvent(QEvent* event) override;

private:
    void take();
    void check();
    void showErrorAt(qsizetype position);
    void updateRow();

    QStackedWidget* m_stack = nullptr;
    QPlainTextEdit* m_laidOut = nullptr;
    QPlainTextEdit* m_editor = nullptr;
    EmptyState* m_none;
    QPushButton* m_parse;
    QPushButton* m_edit;
    QPushButton* m_asText;
    QLabel* m_verdict;
    JsonHighlighter* m_laidOutColours = nullptr;
    JsonHighlighter* m_editorColours = nullptr;
    QTimer m_check; // a moment after the last key
    EditableText m_text;
    bool m_hasText = false;
    bool m_editable = false;
    bool m_editing = false;
    bool m_filling = false;
    QString m_problem;
};

} // namespace rustcask::ui
