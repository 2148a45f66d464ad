// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QByteArray>
#include <QWidget>

#include <rustcask/keydir_info.h>
#include <rustcask/result.h>

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class KeyValueList;
class Session;

/// What the keydir holds: the entry of one key with the way to its record, and how full the whole is.
class KeydirPanel : public QWidget {
    Q_OBJECT
public:
    explicit KeydirPanel(QWidget* parent = nullptr);
    ~KeydirPanel() override;

    void setSession(Session* session);
    /// Shows the entry of `key`, which may hold any bytes.
    void lookUp(const QByteArray& key);
    [[nodiscard]] QLineEdit* keyEdit() const { return m_edit; }
    [[nodiscard]] QPushButton* recordButton() const { return m_record; }
    [[nodiscard]] const std::optional<rustcask::KeydirEntry>& entry() const { return m_entry; }
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void shown();
    /// The record that the entry points at.
    void bytesRequested(const QString& fileName, quint64 offset);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Look {
        std::optional<rustcask::KeydirEntry> entry{};
        rustcask::KeydirStats stats{};
    };
    void show(Result<Look> look);
    void refresh();
    void showStats(const rustcask::KeydirStats& stats);

    Session* m_session = nullptr;
    std::unique_ptr<QObject> m_context{};
    QByteArray m_key{};
    std::optional<rustcask::KeydirEntry> m_entry{};
    QLineEdit* m_edit;
    QPushButton* m_lookUp;
    QLabel* m_sentence;
    KeyValueList* m_fields;
    QPushButton* m_record;
    KeyValueList* m_whole;
};

} // namespace rustcask::ui
