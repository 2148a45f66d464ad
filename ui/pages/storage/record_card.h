// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QTimer>
#include <QVector>

#include <rustcask/history.h>
#include <rustcask/result.h>

#include "pages/storage/record_source.h"
#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QLabel;
class QStackedWidget;
class QToolButton;
class QTreeView;
QT_END_NAMESPACE

namespace rustcask::ui {

class EmptyState;
class FieldTreeModel;
class HexView;
class Pill;
class Session;
class VersionStrip;

/// One record, file header, hint entry or trailer: its fields and its bytes, each pointing at the other, and the ways
/// from it: to the versions before and after it, between record and hint entry, to the key's entry in the keydir. What
/// has become of the record is kept up to date.
class RecordCard : public Card {
    Q_OBJECT
public:
    explicit RecordCard(QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Reads the record that begins at `offset` on a worker and shows it.
    void showRecord(const QString& fileName, quint64 offset);
    /// The record that holds `byte`; `start` is the offset of a record at or before it.
    void showByte(const QString& fileName, quint64 byte, quint64 start);
    void clear();

    // What is shown; an empty name: nothing.
    [[nodiscard]] QString fileName() const { return m_fileName; }
    [[nodiscard]] quint64 offset() const { return m_detail.row.info.offset; }
    [[nodiscard]] quint64 bytes() const { return m_detail.row.info.bytes; }
    [[nodiscard]] const std::string& key() const { return m_detail.key; }

    void showOlder();
    void showNewer();
    void showPartner(); ///< the hint entry of a record, the record of a hint entry
    void goBack();

    [[nodiscard]] FieldTreeModel* fields() const { return m_model; }
    [[nodiscard]] QTreeView* fieldTree() const { return m_tree; }
    [[nodiscard]] HexView* hex() const { return m_hex; }
    [[nodiscard]] QToolButton* olderButton() const { return m_older; }
    [[nodiscard]] QToolButton* newerButton() const { return m_newer; }
    [[nodiscard]] QToolButton* partnerButton() const { return m_partner; }
    [[nodiscard]] QToolButton* backButton() const { return m_back; }
    [[nodiscard]] VersionStrip* versions() const { return m_versions; }
    [[nodiscard]] QString stateText() const; ///< of the record shown
    [[nodiscard]] QString note() const;

Q_SIGNALS:
    void shown();
    /// The key on the page of keys, its entry in the keydir.
    void keyRequested(const QByteArray& key);
    void keydirRequested(const QByteArray& key);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Spot {
        QString fileName;
        quint64 offset = 0;
    };
    void buildHead();
    void read(const QString& fileName, quint64 byte, quint64 start, bool exact);
    void show(const QString& fileName, RecordDetail detail);
    void showState();
    void refresh();
    void say(const QString& text);
    void updateButtons();
    [[nodiscard]] bool isKeyed() const;
    [[nodiscard]] bool isHint() const { return m_detail.fileKind == rustcask::FileKind::hint; }

    Session* m_session = nullptr;
    std::unique_ptr<QObject> m_context{}; // of the reading under way
    std::unique_ptr<QObject> m_searchContext{};
    QString m_fileName{};
    RecordDetail m_detail{};
    QVector<Spot> m_trail{}; // where one came from
    bool m_goingBack = false;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QTreeView* m_tree;
    FieldTreeModel* m_model;
    HexView* m_hex;
    Pill* m_pill;
    QLabel* m_note;
    VersionStrip* m_versions;
    QToolButton* m_back;
    QToolButton* m_older;
    QToolButton* m_newer;
    QToolButton* m_partner;
    QToolButton* m_keydir;
    QToolButton* m_key;
    QTimer m_refresh{};
    bool m_linking = false; // one selection sets the other, once
};

} // namespace rustcask::ui
