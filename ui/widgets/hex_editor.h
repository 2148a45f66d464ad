// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/hex_view.h"

namespace rustcask::ui {

/// A hex view in which bytes can be typed: over others, or between them. Holds the bytes; for a view of what is not
/// held use the source of `HexView`, which is never edited.
///
/// Keyboard beside that of the view: hexadecimal digits, or characters in the text column; Insert changes the mode,
/// Ctrl+Space the column; Delete and Backspace remove in insert mode; Ctrl+Z, Ctrl+Shift+Z, Ctrl+V.
class HexEditor : public HexView {
    Q_OBJECT
public:
    enum class Mode { overwrite, insert };

    explicit HexEditor(QWidget* parent = nullptr);

    /// Shows bytes; forgets what could be undone. `edited` is not emitted.
    void setBytes(const QByteArray& bytes);
    /// What is shown by `setBytes` and typed since; of a `setSource` view nothing.
    [[nodiscard]] const QByteArray& bytes() const { return m_bytes; }
    void setEditable(bool editable);
    [[nodiscard]] bool isEditable() const { return m_editable; }
    [[nodiscard]] Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    void undo();
    void redo();
    void paste();

Q_SIGNALS:
    void edited();
    void modeChanged(rustcask::ui::HexEditor::Mode mode);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    [[nodiscard]] QMenu* makeContextMenu() override;

private:
    struct Edit {
        quint64 at = 0;
        QByteArray removed{};
        QByteArray inserted{};
    };
    bool typeDigit(int digit);
    void typeBytes(const QByteArray& typed);
    void removeAround(bool backward);
    /// The bytes selected, or none when just the cursor stands somewhere.
    [[nodiscard]] std::optional<Edit> selectedRange() const;
    void apply(Edit edit, quint64 cursorAfter, bool joins = false);
    void change(const Edit& edit);
    void place(quint64 cursor);

    QByteArray m_bytes;
    bool m_editable = false;
    Mode m_mode = Mode::overwrite;
    bool m_lowDigit = false; // the second digit of the byte at the cursor is typed next
    std::vector<Edit> m_undo;
    std::vector<Edit> m_redo;
};

} // namespace rustcask::ui
