// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/progress_strip.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "tasks/task_runner.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

double progressFraction(const rustcask::ProgressCounts& counts) {
    const auto share = [](quint64 done, quint64 total) {
        return std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    };
    if (counts.bytesTotal > 0) {
        return share(counts.bytesDone, counts.bytesTotal);
    }
    if (counts.recordsTotal > 0) {
        return share(counts.recordsDone, counts.recordsTotal);
    }
    return counts.filesTotal > 0 ? share(counts.filesDone, counts.filesTotal) : -1;
}

QString progressText(const rustcask::ProgressCounts& counts, qint64 elapsedMs) {
    QStringList parts;
    if (counts.bytesTotal > 0) {
        parts << ProgressStrip::tr("%1 of %2").arg(formatBytes(counts.bytesDone), formatBytes(counts.bytesTotal));
    } else if (counts.recordsTotal > 0) {
        parts << ProgressStrip::tr("%1 of %2").arg(formatCount(counts.recordsDone), formatCount(counts.recordsTotal));
    } else if (counts.bytesDone > 0) {
        parts << formatBytes(counts.bytesDone);
    } else if (counts.recordsDone > 0) {
        parts << formatCount(counts.recordsDone);
    }
    // Rates of the first moments say nothing.
    if (elapsedMs >= 500) {
        const double seconds = static_cast<double>(elapsedMs) / 1000.0;
        if (counts.bytesDone > 0) {
            parts << formatRate(static_cast<double>(counts.bytesDone) / seconds);
        }
        const double fraction = progressFraction(counts);
        if (fraction > 0.01 && fraction < 1) {
            const double left = seconds * (1 - fraction) / fraction;
            parts << ProgressStrip::tr("%1 left").arg(
                formatDuration(static_cast<qint64>(std::max(1.0, std::ceil(left - 0.05)) * 1e9)));
        }
    }
    return parts.join(QStringLiteral(" · "));
}

ProgressStrip::ProgressStrip(QWidget* parent)
    : QWidget(parent),
      m_title(makeText(QString(), this)),
      m_detail(makeMuted(QString(), this)),
      m_bar(new QProgressBar(this)),
      m_pause(makeButton(tr("Pause"), this)),
      m_cancel(makeButton(tr("Cancel"), this)) {
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 0);
    m_bar->setFixedHeight(8);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_title);
    column->addWidget(m_bar);
    column->addWidget(m_detail);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_pause);
    buttons->addWidget(m_cancel);
    buttons->addStretch();
    column->addLayout(buttons);
    connect(m_pause, &QPushButton::clicked, this, [this] {
        if (m_task) {
            m_task->isPaused() ? m_task->resume() : m_task->pause();
        }
    });
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_task) {
            m_task->cancel();
            m_cancel->setEnabled(false);
        }
    });
    hide();
}

Task* ProgressStrip::task() const {
    return m_task;
}

void ProgressStrip::setTitle(const QString& title) {
    m_title->setText(title);
    m_bar->setAccessibleName(title);
}

void ProgressStrip::setTask(Task* task) {
    if (m_task) {
        m_task->disconnect(this);
    }
    m_task = task;
    setVisible(task != nullptr);
    if (task == nullptr) {
        return;
    }
    setTitle(task->title());
    m_bar->setRange(0, 0);
    m_detail->clear();
    m_cancel->setEnabled(true);
    m_cancel->setVisible(task->isCancellable());
    m_pause->setVisible(task->options().pausable);
    m_pause->setText(task->isPaused() ? tr("Resume") : tr("Pause"));
    connect(task, &Task::progressed, this, &ProgressStrip::update);
    connect(task, &Task::pausedChanged, this, [this](bool paused) {
        m_pause->setText(paused ? tr("Resume") : tr("Pause"));
        m_pause->setAccessibleName(m_pause->text());
    });
    connect(task, &Task::finished, this, [this] { setTask(nullptr); });
    update(task->counts());
}

void ProgressStrip::update(const rustcask::ProgressCounts& counts) {
    const double fraction = progressFraction(counts);
    if (fraction < 0) {
        m_bar->setRange(0, 0);
    } else {
        m_bar->setRange(0, 1000);
        m_bar->setValue(static_cast<int>(fraction * 1000));
    }
    QString text = progressText(counts, m_task ? m_task->elapsedMs() : 0);
    if (m_task && m_task->isPaused()) {
        text = text.isEmpty() ? tr("Paused") : tr("Paused at %1").arg(text);
    }
    m_detail->setText(text);
}

} // namespace rustcask::ui
