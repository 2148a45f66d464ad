// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_image_view.h"

#include <QBuffer>
#include <QCheckBox>
#include <QCoreApplication>
#include <QImageReader>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "pages/keys/value_text_view.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

/// Paints the picture over a chequered ground, so that what is transparent shows as such.
class Picture : public QWidget {
public:
    void setImage(const QImage& image) {
        m_image = image;
        update();
    }
    [[nodiscard]] const QImage& image() const { return m_image; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), tokensFor(palette()).inset);
        if (m_image.isNull()) {
            return;
        }
        const QSizeF shown = QSizeF(m_image.size()).scaled(size(), Qt::KeepAspectRatio);
        const QSizeF drawn = shown.width() > m_image.width() ? QSizeF(m_image.size()) : shown;
        const QRectF target(QPointF((width() - drawn.width()) / 2, (height() - drawn.height()) / 2), drawn);
        if (m_image.hasAlphaChannel()) {
            painter.fillRect(target, tokensFor(palette()).card);
            painter.fillRect(target, QBrush(tokensFor(palette()).line, Qt::Dense6Pattern));
        }
        painter.setRenderHint(QPainter::SmoothPixmapTransform, drawn.width() < m_image.width());
        painter.drawImage(target, m_image);
    }

private:
    QImage m_image;
};

} // namespace

DecodedImage decodeImage(const QByteArray& bytes, ImageFormat format) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("ValueImageView", text); };
    DecodedImage decoded;
    const QByteArray id = imageFormatId(format);
    if (!QImageReader::supportedImageFormats().contains(id)) {
        decoded.problem =
            tr("It is a %1 image, which this installation of Qt cannot read.").arg(imageFormatName(format));
        return decoded;
    }
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, id);
    reader.setAutoTransform(true);
    decoded.size = reader.size();
    decoded.animated = reader.supportsAnimation() && reader.imageCount() > 1;
    const qint64 pixels = qint64{decoded.size.width()} * decoded.size.height();
    if (decoded.size.isValid() && pixels > maxImagePixels) {
        decoded.problem = tr("It is to be %1 × %2 pixels large. Images above %3 pixels are not decoded.")
                              .arg(formatCount(static_cast<quint64>(decoded.size.width())),
                                   formatCount(static_cast<quint64>(decoded.size.height())),
                                   formatCount(static_cast<quint64>(maxImagePixels)));
        return decoded;
    }
    if (!reader.read(&decoded.image)) {
        decoded.image = {};
        decoded.problem = tr("The image cannot be read: %1.").arg(reader.errorString());
    } else if (!decoded.size.isValid()) {
        decoded.size = decoded.image.size();
    }
    return decoded;
}

ValueImageView::ValueImageView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_facts = makeMuted(QString());
    m_fit = new QCheckBox(tr("Fit"));
    m_fit->setToolTip(tr("Make a large picture fit into the panel"));
    m_fit->setChecked(true);
    layout->addWidget(makeViewRow({m_facts}, {m_fit}));
    layout->addWidget(makeHairline());
    m_stack = new QStackedWidget;
    m_scroll = new QScrollArea;
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setAccessibleName(tr("Value as an image"));
    m_scroll->setWidgetResizable(true);
    m_picture = new Picture;
    m_scroll->setWidget(m_picture);
    m_stack->addWidget(m_scroll);
    m_none = new EmptyState(QStringLiteral("info"), QString());
    m_stack->addWidget(m_none);
    layout->addWidget(m_stack, 1);
    connect(m_fit, &QCheckBox::toggled, this, &ValueImageView::place);
}

void ValueImageView::showMessage(const QString& sentence) {
    m_facts->clear();
    m_none->setTexts(sentence, QString());
    m_stack->setCurrentWidget(m_none);
}

void ValueImageView::showImage(const DecodedImage& image, ImageFormat format) {
    static_cast<Picture*>(m_picture)->setImage(image.image);
    if (image.image.isNull()) {
        showMessage(image.problem);
        return;
    }
    m_size = image.image.size();
    QString facts = tr("%1 · %2 × %3 pixels")
                        .arg(imageFormatName(format), formatCount(static_cast<quint64>(image.size.width())),
                             formatCount(static_cast<quint64>(image.size.height())));
    if (image.animated) {
        facts += tr(" · first picture of an animation");
    }
    m_facts->setText(facts);
    m_stack->setCurrentWidget(m_scroll);
    place();
}

void ValueImageView::place() {
    m_picture->setMinimumSize(m_fit->isChecked() ? QSize(0, 0) : m_size);
}

void ValueImageView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
}

} // namespace rustcask::ui
