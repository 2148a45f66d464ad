// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

#include <rustcask/result.h>

#include "values/content.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QLabel;
class QScrollArea;
class QStackedWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class EmptyState;

/// The most pixels that are decoded: 25 million, which take 96 MiB.
inline constexpr qint64 maxImagePixels = qint64{24} << 20;

struct DecodedImage {
    QImage image{};
    QSize size{};          ///< as the file says, also when it was not decoded
    QString problem{};     ///< a sentence; not empty when there is no image
    bool animated = false; ///< of which the first picture is shown
};
/// The picture in `bytes`. Its size is looked at before anything is decoded, and too large a one is refused; of an
/// animation only the first picture is read. On any thread.
[[nodiscard]] DecodedImage decodeImage(const QByteArray& bytes, ImageFormat format);

/// A picture, fitted to the room there is or at its size.
class ValueImageView : public QWidget {
    Q_OBJECT
public:
    explicit ValueImageView(QWidget* parent = nullptr);
    void showImage(const DecodedImage& image, ImageFormat format);
    void showMessage(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void place();

    QLabel* m_facts;
    QCheckBox* m_fit;
    QStackedWidget* m_stack;
    QScrollArea* m_scroll;
    QWidget* m_picture;
    EmptyState* m_none;
    QSize m_size;
};

} // namespace rustcask::ui
