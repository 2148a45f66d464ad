// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QWidget>

#include "pages/keys/value_document.h"

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTabBar;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class ElidedLabel;
class EmptyState;
class HexView;
class JsonHighlighter;
class Pill;

/// The value of one key: text, JSON and hex views, and the editor of text and hex. Shows bytes faithfully and hands out
/// exactly those that were typed; reads and writes nothing itself.
class ValuePanel : public QWidget {
    Q_OBJECT
public:
    enum Tab { textTab, jsonTab, hexTab };

    struct Actions {
        QAction* save = nullptr;
        QAction* discard = nullptr;
        QAction* loadFile = nullptr;
        QAction* saveFile = nullptr;
    };
    explicit ValuePanel(const Actions& actions, QWidget* parent = nullptr);

    void showNothing(const QString& sentence, const QString& advice);
    void showLoading(const QByteArray& key);
    void showError(const QByteArray& key, const rustcask::Error& error);
    /// Shows a value as it is stored.
    void showDocument(const ValueDocument& document);
    /// Lays a draft over what is shown.
    void showDraft(const Draft& draft);
    /// Shows a former version, which is never edited; `note` says which one.
    void showVersion(const ValueDocument& document, const QString& note);
    void setReadOnly(bool readOnly);

    [[nodiscard]] const QByteArray& key() const { return m_document.key; }
    [[nodiscard]] const ValueDocument& document() const { return m_document; }
    [[nodiscard]] bool showsVersion() const { return m_isVersion; }
    [[nodiscard]] bool hasValue() const { return m_hasValue; }
    /// Whether the editor holds other bytes than are stored, or hex that is none.
    [[nodiscard]] bool isDirty() const;
    [[nodiscard]] Draft draft() const;
    /// What is to be stored; the problem's text when the hex editor holds no bytes.
    [[nodiscard]] tl::expected<QByteArray, QString> editedBytes() const;
    /// As if typed: from a file.
    void setEditedBytes(const QByteArray& bytes);
    void discard();
    void edit(); ///< puts the cursor into the editor that fits
    void setTab(Tab tab);
    [[nodiscard]] Banner& banner() { return *m_banner; }

Q_SIGNALS:
    void edited();          ///< something was typed, or taken back
    void liveValueWanted(); ///< the user has seen enough of a former version

protected:
    void changeEvent(QEvent* event) override;

private:
    void build(const Actions& actions);
    void buildPages();
    void fill(bool keepTab);
    void fillText();
    void fillJson();
    void fillHex();
    void updateState();
    void updateHeader();
    void switchTab(int tab);
    void takeText();
    void takeHex();
    void beginHexEdit();
    void showPage(qint64 page);
    [[nodiscard]] bool mayEdit() const { return m_hasValue && !m_readOnly && !m_isVersion; }

    Actions m_actions;
    ValueDocument m_document;
    bool m_hasValue = false;
    bool m_isVersion = false;
    bool m_readOnly = false;
    bool m_filling = false;
    QByteArray m_bytes;   // as edited
    QString m_whyNotText; // of m_bytes
    QString m_hexProblem; // what is wrong in the hex editor
    bool m_hexEditing = false;
    bool m_textFilled = false; // the views follow m_bytes only when they are shown
    bool m_jsonFilled = false;
    bool m_hexFilled = false;
    std::array<Tab, 4> m_choice{textTab, jsonTab, textTab, hexTab}; ///< the user's last tab for each ValueKind
    qint64 m_page = 0;

    Card* m_card = nullptr;
    ElidedLabel* m_key = nullptr;
    Pill* m_size = nullptr;
    Pill* m_kind = nullptr;
    Pill* m_where = nullptr;
    Pill* m_state = nullptr;
    Banner* m_banner = nullptr;
    QTabBar* m_tabs = nullptr;
    QStackedWidget* m_stack = nullptr; // empty, or pages
    EmptyState* m_empty = nullptr;
    QStackedWidget* m_pages = nullptr;
    QPlainTextEdit* m_text = nullptr;
    QWidget* m_pager = nullptr;
    QLabel* m_pagerText = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    QStackedWidget* m_jsonStack = nullptr;
    QPlainTextEdit* m_json = nullptr;
    EmptyState* m_noJson = nullptr;
    JsonHighlighter* m_highlighter = nullptr;
    QStackedWidget* m_hexStack = nullptr;
    HexView* m_hex = nullptr;
    QPlainTextEdit* m_hexEditor = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_editBytes = nullptr;
    QPushButton* m_back = nullptr;
};

} // namespace rustcask::ui
