// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/key_dialog.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <rustcask/types.h>

#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

enum Form { textForm, hexForm };

QButtonGroup* makeForms(QHBoxLayout* row, const QString& subject, QObject* parent) {
    auto* group = new QButtonGroup(parent);
    QPushButton* text = makeChip(KeyDialog::tr("text"));
    text->setToolTip(KeyDialog::tr("Text, with \\xNN for bytes that are none, \\\\ for a backslash"));
    text->setAccessibleName(KeyDialog::tr("%1 as text").arg(subject));
    QPushButton* hex = makeChip(KeyDialog::tr("hex"));
    hex->setToolTip(KeyDialog::tr("Hexadecimal digits, two a byte"));
    hex->setAccessibleName(KeyDialog::tr("%1 as hexadecimal digits").arg(subject));
    group->addButton(text, textForm);
    group->addButton(hex, hexForm);
    text->setChecked(true);
    row->addWidget(text);
    row->addWidget(hex);
    return group;
}

} // namespace

KeyDialog::KeyDialog(Purpose purpose, const QByteArray& key, QWidget* parent)
    : QDialog(parent), m_purpose(purpose), m_original(key) {
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    const bool creates = purpose == Purpose::create;
    setWindowTitle(creates ? tr("New key") : (purpose == Purpose::rename ? tr("Rename key") : tr("Duplicate key")));
    resize(560, creates ? 420 : 200);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(8);
    if (!creates) {
        auto* from = new ElidedLabel(tr("From %1").arg(displayKey(key)));
        layout->addWidget(from);
    }
    auto* keyHead = new QHBoxLayout;
    auto* keyLabel = makeTitle(creates ? tr("Key") : tr("New name"));
    keyHead->addWidget(keyLabel, 1);
    m_keyForm = makeForms(keyHead, tr("Key"), this);
    layout->addLayout(keyHead);
    m_key = new QLineEdit;
    m_key->setFont(monospaceFont());
    m_key->setAccessibleName(tr("Key"));
    m_key->setMaxLength(1'000'000);
    m_key->setText(toEscapedText(key));
    m_key->selectAll();
    keyLabel->setBuddy(m_key);
    layout->addWidget(m_key);
    m_keyNote = makeMuted(QString());
    m_keyNote->setWordWrap(true);
    layout->addWidget(m_keyNote);
    if (creates) {
        buildValue(layout);
    } else {
        layout->addStretch(1);
    }
    m_banner = new Banner;
    layout->addWidget(m_banner);

    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    auto* cancel = makeButton(tr("Cancel"));
    m_accept =
        makePrimaryButton(creates ? tr("Create") : (purpose == Purpose::rename ? tr("Rename") : tr("Duplicate")));
    buttons->addWidget(cancel);
    buttons->addWidget(m_accept);
    layout->addLayout(buttons);
    m_accept->setDefault(true); // only now does the button know whose default it is

    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_accept, &QPushButton::clicked, this, &KeyDialog::submit);
    connect(m_key, &QLineEdit::textChanged, this, &KeyDialog::check);
    connect(m_keyForm, &QButtonGroup::idClicked, this, [this](int form) {
        // Translate what is there, when it means something.
        const QString typed = m_key->text();
        const auto bytes = form == hexForm ? fromEscapedText(typed) : fromHexText(typed);
        if (bytes) {
            m_key->setText(form == hexForm ? toHexText(*bytes).replace(QLatin1Char('\n'), QLatin1Char(' '))
                                           : toEscapedText(*bytes));
        }
        check();
    });
    check();
    m_key->setFocus();
}

void KeyDialog::buildValue(QVBoxLayout* layout) {
    auto* head = new QHBoxLayout;
    auto* label = makeTitle(tr("Value"));
    head->addWidget(label, 1);
    m_valueForm = makeForms(head, tr("Value"), this);
    m_valueForm->button(textForm)->setToolTip(tr("Exactly the text below, in UTF-8"));
    m_file = makeButton(tr("From a file…"));
    head->addWidget(m_file);
    layout->addLayout(head);
    m_value = new QPlainTextEdit;
    m_value->setFont(monospaceFont());
    m_value->setAccessibleName(tr("Value"));
    m_value->setTabChangesFocus(true);
    label->setBuddy(m_value);
    layout->addWidget(m_value, 1);
    m_valueNote = makeMuted(QString());
    m_valueNote->setWordWrap(true);
    layout->addWidget(m_valueNote);
    connect(m_value, &QPlainTextEdit::textChanged, this, [this] {
        m_fileBytes.reset();
        check();
    });
    connect(m_valueForm, &QButtonGroup::idClicked, this, &KeyDialog::check);
    connect(m_file, &QPushButton::clicked, this, &KeyDialog::fileWanted);
}

void KeyDialog::setKeyText(const QString& text) {
    m_key->setText(text);
}

void KeyDialog::setValueBytes(const QByteArray& bytes, const QString& origin) {
    if (m_value == nullptr) {
        return;
    }
    m_value->clear();
    m_value->setPlaceholderText(tr("%1 from %2").arg(formatBytesExactly(static_cast<quint64>(bytes.size())), origin));
    m_fileBytes = bytes;
    check();
}

tl::expected<QByteArray, QString> KeyDialog::keyBytes() const {
    const QString typed = m_key->text();
    const auto bytes = m_keyForm->checkedId() == hexForm ? fromHexText(typed) : fromEscapedText(typed);
    if (!bytes) {
        return tl::unexpected(bytes.error().problem);
    }
    if (bytes->isEmpty()) {
        return tl::unexpected(tr("A key has at least one byte."));
    }
    if (static_cast<std::size_t>(bytes->size()) > rustcask::maxKeyBytes) {
        return tl::unexpected(
            tr("A key has at most %1 bytes; this one has %2.")
                .arg(formatCount(rustcask::maxKeyBytes), formatCount(static_cast<quint64>(bytes->size()))));
    }
    return *bytes;
}

tl::expected<QByteArray, QString> KeyDialog::valueBytes() const {
    if (m_value == nullptr) {
        return QByteArray();
    }
    if (m_fileBytes) {
        return *m_fileBytes;
    }
    QString typed = m_value->document()->toRawText();
    typed.replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    typed.replace(QChar::LineSeparator, QLatin1Char('\n'));
    if (m_valueForm->checkedId() == hexForm) {
        const auto bytes = fromHexText(typed);
        return bytes
                   ? tl::expected<QByteArray, QString>(*bytes)
                   : tl::unexpected(tr("%1 (character %2)").arg(bytes.error().problem).arg(bytes.error().position + 1));
    }
    return typed.toUtf8();
}

void KeyDialog::check() {
    m_overwrite = false;
    m_banner->clear();
    const auto key = keyBytes();
    const auto value = valueBytes();
    const bool untouched = key && m_purpose != Purpose::create && *key == m_original;
    QString note = key ? tr("%1, stored as they are").arg(formatBytesExactly(static_cast<quint64>(key->size())))
                       : (m_key->text().isEmpty() ? tr("Text, or bytes as \\xNN") : key.error());
    if (untouched) {
        note = tr("This is the key's name already.");
    }
    m_keyNote->setText(note);
    if (m_valueNote != nullptr) {
        m_valueNote->setText(value ? formatBytesExactly(static_cast<quint64>(value->size())) : value.error());
    }
    m_accept->setEnabled(key && value && !untouched && !m_busy);
}

void KeyDialog::setBusy(bool busy) {
    m_busy = busy;
    m_accept->setEnabled(!busy);
}

void KeyDialog::submit() {
    const auto key = keyBytes();
    const auto value = valueBytes();
    if (!key || !value || m_busy || !m_accept->isEnabled()) {
        return;
    }
    setBusy(true);
    Q_EMIT submitted(*key, *value, m_overwrite);
}

void KeyDialog::showExists(const QString& what) {
    setBusy(false);
    m_overwrite = false;
    m_banner->show(Banner::Kind::warning,
                   tr("This key is there already, with %1. Its value would be replaced.").arg(what));
    QPushButton* overwrite = m_banner->addButton(tr("Replace it"));
    connect(overwrite, &QPushButton::clicked, this, [this] {
        m_overwrite = true;
        submit();
    });
    adjustSize();
    resize(std::max(width(), 560), std::max(height(), m_purpose == Purpose::create ? 420 : 240));
}

void KeyDialog::showError(const rustcask::Error& error) {
    setBusy(false);
    m_banner->showError(error);
}

} // namespace rustcask::ui
