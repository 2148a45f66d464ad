// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QDialog>

#include <rustcask/result.h>

#include "pages/keys/value_text.h"

QT_BEGIN_NAMESPACE
class QButtonGroup;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;

/// Asks for a key, as text with escapes or as hexadecimal bytes, and for a new one also for its value. Writes nothing:
/// `submitted` hands out bytes; the one who asked answers with `accept`, `showExists` or `showError`.
class KeyDialog : public QDialog {
    Q_OBJECT
public:
    enum class Purpose { create, duplicate, rename };

    /// `key` is where duplicate and rename begin from.
    KeyDialog(Purpose purpose, const QByteArray& key, QWidget* parent);

    /// The key is taken: asks whether to overwrite it.
    void showExists(const QString& what);
    void showError(const rustcask::Error& error);
    void setKeyText(const QString& text);
    void setValueBytes(const QByteArray& bytes, const QString& origin); ///< of a file
    [[nodiscard]] tl::expected<QByteArray, QString> keyBytes() const;
    [[nodiscard]] tl::expected<QByteArray, QString> valueBytes() const;

public Q_SLOTS:
    void submit();

Q_SIGNALS:
    void submitted(const QByteArray& key, const QByteArray& value, bool overwrite);
    void fileWanted();

private:
    void buildValue(QVBoxLayout* layout);
    void check();
    void setBusy(bool busy);

    Purpose m_purpose;
    QByteArray m_original;
    bool m_overwrite = false;
    bool m_busy = false;
    std::optional<QByteArray> m_fileBytes;
    QLineEdit* m_key = nullptr;
    QButtonGroup* m_keyForm = nullptr;
    QLabel* m_keyNote = nullptr;
    QPlainTextEdit* m_value = nullptr;
    QButtonGroup* m_valueForm = nullptr;
    QLabel* m_valueNote = nullptr;
    QPushButton* m_file = nullptr;
    Banner* m_banner = nullptr;
    QPushButton* m_accept = nullptr;
};

} // namespace rustcask::ui
