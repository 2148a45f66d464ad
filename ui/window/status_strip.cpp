// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/status_strip.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "session/session.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/color_swatch.h"
#include "widgets/labels.h"
#include "widgets/progress_strip.h"

namespace rustcask::ui {

namespace {

constexpr int taskDelayMs = 300; // what is over sooner only flickers
constexpr int messageMs = 6'000;

} // namespace

double deadShare(const rustcask::Stats& stats) {
    return stats.dataBytes == 0
               ? 0.0
               : static_cast<double>(stats.deadBytes + stats.tombstoneBytes) / static_cast<double>(stats.dataBytes);
}

TaskIndicator::TaskIndicator(Task* task, QWidget* parent)
    : QWidget(parent), m_task(task), m_text(makeMuted(QString(), this)), m_bar(new QProgressBar(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(72, 6);
    m_bar->setAccessibleName(task->title());
    row->addWidget(m_text);
    row->addWidget(m_bar);
    if (task->isCancellable()) {
        QToolButton* cancel = makeIconButton(QStringLiteral("close"), tr("Cancel: %1").arg(task->title()), this);
        cancel->setIconSize(QSize(12, 12));
        cancel->setFixedSize(20, 20);
        connect(cancel, &QToolButton::clicked, task, [task, cancel] {
            task->cancel();
            cancel->setEnabled(false);
        });
        row->addWidget(cancel);
    }
    connect(task, &Task::progressed, this, &TaskIndicator::update);
    connect(task, &Task::finished, this, &QObject::deleteLater);
    update();
}

void TaskIndicator::update() {
    if (!m_task) {
        return;
    }
    const rustcask::ProgressCounts counts = m_task->counts();
    const double fraction = progressFraction(counts);
    m_bar->setRange(0, fraction < 0 ? 0 : 1000);
    m_bar->setValue(static_cast<int>(fraction * 1000));
    QString text = m_task->title();
    if (m_task->isPaused()) {
        text = tr("%1, paused").arg(text);
    }
    m_text->setText(fraction < 0 ? text : QStringLiteral("%1 %2").arg(text, formatPercent(fraction)));
    setToolTip(progressText(counts, m_task->elapsedMs()).toHtmlEscaped());
}

StatusStrip::StatusStrip(QWidget* parent)
    : QFrame(parent),
      m_directory(new ElidedLabel(QString(), Qt::ElideMiddle, this)),
      m_format(makeMuted({}, this)),
      m_access(makeMuted({}, this)),
      m_keys(makeMuted({}, this)),
      m_bytes(makeMuted({}, this)),
      m_deadPart(new QWidget(this)),
      m_dead(makeMuted({}, this)),
      m_message(new ElidedLabel(QString(), Qt::ElideRight, this)),
      m_tasks(new QHBoxLayout) {
    setProperty("role", QStringLiteral("bar"));
    setFixedHeight(28);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(16);
    m_directory->setFont(smallFont(monospaceFont()));
    m_directory->setProperty("role", QStringLiteral("muted"));
    m_message->setProperty("role", QStringLiteral("muted"));
    m_message->setAlignment(Qt::AlignRight);
    auto* deadRow = new QHBoxLayout(m_deadPart);
    deadRow->setContentsMargins(0, 0, 0, 0);
    deadRow->setSpacing(5);
    deadRow->addWidget(new ColorSwatch(Meaning::dead, m_deadPart), 0, Qt::AlignVCenter);
    deadRow->addWidget(m_dead);
    const QFont small = smallFont(font());
    for (QLabel* label : {m_format, m_access, m_keys, m_bytes, m_dead, static_cast<QLabel*>(m_message)}) {
        label->setFont(small);
    }
    row->addWidget(m_directory, 3);
    for (QWidget* part : {static_cast<QWidget*>(m_format), static_cast<QWidget*>(m_access),
                          static_cast<QWidget*>(m_keys), static_cast<QWidget*>(m_bytes), m_deadPart}) {
        row->addWidget(part);
    }
    row->addWidget(m_message, 2);
    m_tasks->setSpacing(14);
    row->addLayout(m_tasks);
    m_messageTimer.setSingleShot(true);
    m_messageTimer.setInterval(messageMs);
    connect(&m_messageTimer, &QTimer::timeout, this, [this] { m_message->setText({}); });
    setSession(nullptr);
}

void StatusStrip::showMessage(const QString& text) {
    m_message->setText(text);
    m_messageTimer.start();
}

void StatusStrip::setSession(Session* session) {
    if (m_session) {
        m_session->disconnect(this);
        m_session->tasks().disconnect(this);
    }
    m_session = session;
    for (QWidget* part : {static_cast<QWidget*>(m_format), static_cast<QWidget*>(m_access),
                          static_cast<QWidget*>(m_keys), static_cast<QWidget*>(m_bytes), m_deadPart}) {
        part->setVisible(session != nullptr);
    }
    if (session == nullptr) {
        m_directory->setText(tr("No database is open"));
        return;
    }
    QString directory = session->directory();
    if (const QString home = QDir::homePath(); directory.startsWith(home + QLatin1Char('/'))) {
        directory.replace(0, home.size(), QStringLiteral("~"));
    }
    m_directory->setText(directory);
    m_format->setText(session->formatName());
    m_access->setText(session->isReadOnly() ? tr("read-only") : tr("read-write"));
    showStats(session->stats());
    connect(session, &Session::statsSampled, this, &StatusStrip::showStats);
    connect(session, &Session::faulted, this, [this] { m_access->setText(tr("read-only")); });
    connect(&session->tasks(), &TaskRunner::taskStarted, this, &StatusStrip::taskStarted);
}

void StatusStrip::showStats(const rustcask::Stats& stats) {
    m_keys->setText(formatKeys(stats.liveKeys));
    m_bytes->setText(formatBytes(stats.dataBytes + stats.hintBytes));
    m_bytes->setToolTip(tr("Data files %1, hint files %2")
                            .arg(formatBytesExactly(stats.dataBytes), formatBytesExactly(stats.hintBytes)));
    m_dead->setText(tr("%1 dead").arg(formatPercent(deadShare(stats))));
    m_dead->setToolTip(
        tr("Superseded records and tombstones: %1").arg(formatBytesExactly(stats.deadBytes + stats.tombstoneBytes)));
}

void StatusStrip::taskStarted(Task* task) {
    if (!task->options().visible) {
        return;
    }
    QTimer::singleShot(taskDelayMs, task, [this, task] {
        if (!task->isFinished()) {
            m_tasks->addWidget(new TaskIndicator(task, this));
        }
    });
}

} // namespace rustcask::ui
