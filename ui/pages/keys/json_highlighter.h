// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSyntaxHighlighter>

namespace rustcask::ui {

/// Colours names, strings, numbers and words of JSON laid out by `formatJson`, where no token spans lines. The colours
/// follow the palette given.
class JsonHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    explicit JsonHighlighter(QTextDocument* document) : QSyntaxHighlighter(document) {}
    void setPalette(const QPalette& palette);

protected:
    void highlightBlock(const QString& text) override;

private:
    QColor m_name;
    QColor m_string;
    QColor m_literal;
};

} // namespace rustcask::ui
