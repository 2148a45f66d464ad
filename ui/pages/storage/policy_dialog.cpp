// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/policy_dialog.h"

#include <cmath>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "session/session.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

QSpinBox* percentBox(const QString& name) {
    auto* box = new QSpinBox;
    box->setRange(0, 100);
    box->setSuffix(PolicyDialog::tr(" %"));
    box->setAccessibleName(name);
    return box;
}

QSpinBox* mebibyteBox(const QString& name, const QString& suffix, const QString& zero = {}) {
    auto* box = new QSpinBox;
    box->setRange(0, 1 << 20);
    box->setGroupSeparatorShown(true);
    box->setSuffix(suffix);
    if (!zero.isEmpty()) {
        box->setSpecialValueText(zero);
    }
    box->setAccessibleName(name);
    return box;
}

QSpinBox* hourBox(int low, int high, const QString& name) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setSuffix(QStringLiteral(":00"));
    box->setAccessibleName(name);
    return box;
}

QWidget* pair(QWidget* first, const QString& between, QWidget* second) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins({});
    layout->setSpacing(8);
    layout->addWidget(first);
    layout->addWidget(makeMuted(between));
    layout->addWidget(second);
    layout->addStretch();
    return row;
}

int toMebibytes(std::uint64_t bytes) {
    return static_cast<int>(bytes / mebibyte);
}

int toPercent(double fraction) {
    return static_cast<int>(std::lround(fraction * 100));
}

// What a box says, or the exact value behind it while nobody touched it.
std::uint64_t bytesOf(const QSpinBox* box, std::uint64_t given) {
    return box->value() == toMebibytes(given) ? given : static_cast<std::uint64_t>(box->value()) * mebibyte;
}

double fractionOf(const QSpinBox* box, double given) {
    return box->value() == toPercent(given) ? given : box->value() / 100.0;
}

} // namespace

PolicyDialog::PolicyDialog(Session& session, const rustcask::MergePolicy& policy, QWidget* parent)
    : QDialog(parent),
      m_session(session),
      m_error(new Banner),
      m_mode(new QComboBox),
      m_modeText(makeText({})),
      m_fractionTrigger(percentBox(tr("Dead share that starts a merge"))),
      m_bytesTrigger(mebibyteBox(tr("Dead bytes that start a merge"), tr(" MiB"))),
      m_fractionThreshold(percentBox(tr("Dead share from which a file joins"))),
      m_bytesThreshold(mebibyteBox(tr("Dead bytes from which a file joins"), tr(" MiB"))),
      m_smallFile(mebibyteBox(tr("Size below which a file joins"), tr(" MiB"))),
      m_windowBegin(hourBox(0, 23, tr("First hour of automatic merges"))),
      m_windowEnd(hourBox(1, 24, tr("Hour at which automatic merges end"))),
      m_rate(mebibyteBox(tr("Highest rate of a merge"), tr(" MiB/s"), tr("unlimited"))),
      m_apply(makePrimaryButton(tr("&Apply"))) {
    setWindowTitle(tr("Merge policy"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);

    m_mode->setAccessibleName(tr("Who starts merges"));
    m_mode->addItem(tr("By hand only"), static_cast<int>(rustcask::MergeMode::manual));
    m_mode->addItem(tr("Automatically, when a trigger is met"), static_cast<int>(rustcask::MergeMode::automatic));
    m_mode->addItem(tr("At every rotation, all sealed files"), static_cast<int>(rustcask::MergeMode::everyRotation));
    connect(m_mode, &QComboBox::currentIndexChanged, this, &PolicyDialog::explainMode);

    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("&Merges start"), m_mode);
    form->addRow(QString(), m_modeText);
    form->addRow(tr("A file &triggers one at"), pair(m_fractionTrigger, tr("dead keys, or"), m_bytesTrigger));
    form->addRow(tr("A file &joins at"), pair(m_fractionThreshold, tr("dead keys, or"), m_bytesThreshold));
    form->addRow(tr("&Small files join below"), m_smallFile);
    form->addRow(tr("Automatic merges &run from"), pair(m_windowBegin, tr("to before"), m_windowEnd));
    form->addRow(tr("Read and write at &most"), m_rate);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel | QDialogButtonBox::RestoreDefaults);
    buttons->addButton(m_apply, QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this, [this] { setPolicy({}); });
    connect(m_apply, &QPushButton::clicked, this, &PolicyDialog::apply);
    connect(&m_session, &QObject::destroyed, this, &QDialog::reject);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(m_error);
    layout->addLayout(form);
    layout->addWidget(
        makeMuted(tr("Remembered for this database. The merges that run are listed in the tab “Merges”.")));
    layout->addStretch();
    layout->addWidget(buttons);
    m_apply->setDefault(true); // only now does the button know whose default it is
    setPolicy(policy);
    explainMode();
}

void PolicyDialog::explainMode() {
    switch (static_cast<rustcask::MergeMode>(m_mode->currentData().toInt())) {
    case rustcask::MergeMode::manual:
        m_modeText->setText(tr("Triggers are only told, thresholds serve “Merge… by policy”."));
        break;
    case rustcask::MergeMode::automatic:
        m_modeText->setText(tr("As soon as one sealed file meets a trigger, all that meet a threshold are merged."));
        break;
    case rustcask::MergeMode::everyRotation:
        m_modeText->setText(tr("For comparison: it copies live records again and again. Thresholds are disregarded."));
        break;
    }
}

void PolicyDialog::setPolicy(const rustcask::MergePolicy& policy) {
    m_given = policy;
    m_mode->setCurrentIndex(m_mode->findData(static_cast<int>(policy.mode)));
    m_fractionTrigger->setValue(toPercent(policy.deadFractionTrigger));
    m_bytesTrigger->setValue(toMebibytes(policy.deadBytesTrigger));
    m_fractionThreshold->setValue(toPercent(policy.deadFractionThreshold));
    m_bytesThreshold->setValue(toMebibytes(policy.deadBytesThreshold));
    m_smallFile->setValue(toMebibytes(policy.smallFileThreshold));
    m_windowBegin->setValue(policy.windowBeginHour);
    m_windowEnd->setValue(policy.windowEndHour);
    m_rate->setValue(toMebibytes(policy.maxBytesPerSecond));
}

rustcask::MergePolicy PolicyDialog::policy() const {
    rustcask::MergePolicy policy;
    policy.mode = static_cast<rustcask::MergeMode>(m_mode->currentData().toInt());
    policy.deadFractionTrigger = fractionOf(m_fractionTrigger, m_given.deadFractionTrigger);
    policy.deadBytesTrigger = bytesOf(m_bytesTrigger, m_given.deadBytesTrigger);
    policy.deadFractionThreshold = fractionOf(m_fractionThreshold, m_given.deadFractionThreshold);
    policy.deadBytesThreshold = bytesOf(m_bytesThreshold, m_given.deadBytesThreshold);
    policy.smallFileThreshold = bytesOf(m_smallFile, m_given.smallFileThreshold);
    policy.windowBeginHour = m_windowBegin->value();
    policy.windowEndHour = m_windowEnd->value();
    policy.maxBytesPerSecond = bytesOf(m_rate, m_given.maxBytesPerSecond);
    return policy;
}

void PolicyDialog::apply() {
    const auto database = m_session.database();
    if (!database) {
        reject();
        return;
    }
    const auto wanted = policy();
    m_apply->setEnabled(false);
    TaskOptions quiet;
    quiet.visible = false;
    m_session.tasks().start<void>(
        tr("Setting the merge policy"),
        [database, wanted](rustcask::Progress&) { return database->setMergePolicy(wanted); }, this,
        [this, wanted](Result<void> done) {
            m_apply->setEnabled(true);
            if (!done) {
                m_error->showError(done.error());
                return;
            }
            Q_EMIT applied(wanted);
            accept();
        },
        quiet);
}

} // namespace rustcask::ui
