// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/tape_view.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <QVariantAnimation>

#include "pages/learn/field_text.h"
#include "pages/learn/tape_painter.h"
#include "pages/learn/text.h"

namespace rustcask::ui {

namespace {

constexpr int margin = 14;    // px around the tapes
constexpr int motionMs = 160; // of a record landing

} // namespace

TapeView::TapeView(QWidget* parent) : QWidget(parent), m_motion(new QVariantAnimation(this)) {
    installTapeAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(false);
    setAccessibleName(tr("Files on disk"));
    setAccessibleDescription(tr("One tape of records per file. Arrow keys move from record to record."));
    m_motion->setStartValue(0.0);
    m_motion->setEndValue(1.0);
    m_motion->setEasingCurve(QEasingCurve::OutCubic);
    connect(m_motion, &QVariantAnimation::valueChanged, this, qOverload<>(&QWidget::update));
}

void TapeView::setState(std::shared_ptr<const SandboxState> state, const RecordRef& landing) {
    m_state = std::move(state);
    m_landing = landing;
    if (m_state == nullptr || m_state->record(m_selected) == nullptr) {
        m_selected = {};
    }
    m_motion->stop();
    const bool wantsMotion = style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0;
    if (landing.isValid() && wantsMotion && isVisible()) {
        m_motion->setDuration(motionMs);
        m_motion->start();
    }
    relayout();
}

void TapeView::setHideStates(bool hide) {
    m_hideStates = hide;
    update();
}

void TapeView::setSelected(const RecordRef& ref) {
    if (m_selected == ref) {
        return;
    }
    m_selected = ref;
    update();
    if (hasFocus()) {
        announce();
    }
}

void TapeView::choose(const RecordRef& ref) {
    if (m_state == nullptr || m_state->record(ref) == nullptr) {
        return;
    }
    setSelected(ref);
    Q_EMIT recordSelected(ref);
}

int TapeView::blockCount() const {
    int count = 0;
    for (const TapeLayout::File& file : m_layout.files) {
        count += static_cast<int>(file.blocks.size());
    }
    return count;
}

RecordRef TapeView::blockNumber(int index) const {
    for (std::size_t f = 0; f < m_layout.files.size(); ++f) {
        const int blocks = static_cast<int>(m_layout.files[f].blocks.size());
        if (index < blocks) {
            return index < 0 ? RecordRef{} : RecordRef{static_cast<qsizetype>(f), index};
        }
        index -= blocks;
    }
    return {};
}

int TapeView::numberOf(const RecordRef& ref) const {
    if (m_layout.rect(ref).isNull()) {
        return -1;
    }
    int number = static_cast<int>(ref.record);
    for (qsizetype f = 0; f < ref.file; ++f) {
        number += static_cast<int>(m_layout.files[static_cast<std::size_t>(f)].blocks.size());
    }
    return number;
}

QString TapeView::describe(const RecordRef& ref) const {
    const SandboxRecord* record = m_state != nullptr ? m_state->record(ref) : nullptr;
    if (record == nullptr) {
        return {};
    }
    const SandboxFile& file = m_state->files[static_cast<std::size_t>(ref.file)];
    if (m_hideStates && record->state == BlockState::dead) {
        SandboxRecord shown = *record;
        shown.state = BlockState::live;
        return recordDescription(file, shown);
    }
    return recordDescription(file, *record);
}

void TapeView::announce() {
    const int number = numberOf(m_selected);
    if (number >= 0) {
        QAccessibleEvent event(this, QAccessible::Focus);
        event.setChild(number);
        QAccessible::updateAccessibility(&event);
    }
}

TapeLayout TapeView::layoutFor(int width) const {
    TapeMetrics metrics;
    metrics.width = std::max(width - 2 * margin, 1);
    const QFontMetricsF first(font());
    const QFontMetricsF second(smallFont(font()));
    metrics.blockHeight = std::max(40.0, first.height() + second.height() + 8);
    metrics.captionHeight = second.height() + 6;
    TapeLayout layout = layoutTapes(m_state != nullptr ? tapeInput(*m_state) : std::vector<TapeInput>{}, metrics);
    for (TapeLayout::File& file : layout.files) {
        file.caption.translate(margin, margin);
        file.head.translate(margin, margin);
        for (QRectF& block : file.blocks) {
            block.translate(margin, margin);
        }
    }
    return layout;
}

void TapeView::relayout() {
    m_layout = layoutFor(width());
    setMinimumHeight(heightForWidth(width()));
    updateGeometry();
    update();
}

QSize TapeView::sizeHint() const {
    return {480, heightForWidth(480)};
}

int TapeView::heightForWidth(int width) const {
    return qCeil(layoutFor(width).size.height()) + 2 * margin;
}

void TapeView::paintEvent(QPaintEvent*) {
    if (m_state == nullptr) {
        return;
    }
    QPainter painter(this);
    const Tokens& tokens = tokensFor(palette());
    TapeStyle look{.font = font(), .selected = m_selected, .focused = hasFocus(), .hideStates = m_hideStates};
    if (m_motion->state() == QAbstractAnimation::Running) {
        look.landing = m_landing;
        look.landed = m_motion->currentValue().toReal();
    }
    paintTapes(painter, *m_state, m_layout, tokens, look);
}

void TapeView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    relayout();
}

void TapeView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        relayout();
    }
}

void TapeView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        choose(m_layout.blockAt(event->position()));
    }
}

void TapeView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    if (!m_selected.isValid()) {
        choose(neighbour(m_layout, {}, 1, 0));
    }
    announce();
    update();
}

void TapeView::keyPressEvent(QKeyEvent* event) {
    const auto move = [&](int dx, int dy) { choose(neighbour(m_layout, m_selected, dx, dy)); };
    switch (event->key()) {
    case Qt::Key_Left:
        return move(-1, 0);
    case Qt::Key_Right:
        return move(1, 0);
    case Qt::Key_Up:
        return move(0, -1);
    case Qt::Key_Down:
        return move(0, 1);
    case Qt::Key_Home:
        return move(-blockCount(), 0);
    case Qt::Key_End:
        return move(blockCount(), 0);
    default:
        QWidget::keyPressEvent(event);
    }
}

bool TapeView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const RecordRef ref = m_layout.blockAt(help->pos());
        // Keys may hold what looks like markup: the tooltip is told that it is plain.
        const QString text = describe(ref);
        QToolTip::showText(help->globalPos(), Qt::convertFromPlainText(text), this, m_layout.rect(ref).toRect());
        return true;
    }
    return QWidget::event(event);
}

} // namespace rustcask::ui
