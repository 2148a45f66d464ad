// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/free_play_form.h"

#include <QComboBox>
#include <QFormLayout>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

QComboBox* makeBox(const QString& name, QWidget* parent) {
    auto* box = new QComboBox(parent);
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    return box;
}

} // namespace

FreePlayForm::FreePlayForm(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    column->addWidget(
        makeText(tr("Your own sandbox. Type an operation, predict what it will do to the files, and run it. "
                    "Going back and running another operation starts from there."),
                 this));

    auto* frame = new QFrame(this);
    frame->setProperty("role", QStringLiteral("banner"));
    auto* form = new QFormLayout(frame);
    form->setContentsMargins(12, 10, 12, 12);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_kind = makeBox(tr("Operation"), frame);
    m_kind->addItem(tr("put"), static_cast<int>(OperationKind::put));
    m_kind->addItem(tr("get"), static_cast<int>(OperationKind::get));
    m_kind->addItem(tr("delete"), static_cast<int>(OperationKind::remove));
    m_kind->addItem(tr("rotate"), static_cast<int>(OperationKind::rotate));
    m_kind->addItem(tr("sync"), static_cast<int>(OperationKind::sync));
    m_kind->addItem(tr("close and reopen"), static_cast<int>(OperationKind::reopen));
    m_key = new QLineEdit(frame);
    m_key->setAccessibleName(tr("Key"));
    m_key->setFont(monospaceFont());
    m_value = new QLineEdit(frame);
    m_value->setAccessibleName(tr("Value"));
    m_value->setFont(monospaceFont());
    m_value->setPlaceholderText(tr("empty"));
    m_keyLabel = makeText(tr("Key"), frame);
    m_valueLabel = makeText(tr("Value"), frame);
    form->addRow(makeText(tr("Operation"), frame), m_kind);
    form->addRow(m_keyLabel, m_key);
    form->addRow(m_valueLabel, m_value);
    m_problem = makeText(QString(), frame);
    m_problem->hide();
    form->addRow(m_problem);
    m_run = makePrimaryButton(tr("Run it"), frame);
    form->addRow(QString(), m_run);
    column->addWidget(frame);

    auto* options = new QFormLayout;
    options->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_fileSize = makeBox(tr("Largest data file"), this);
    for (const quint64 bytes : {quint64{128}, quint64{256}, quint64{1024}, quint64{64} << 10, quint64{1} << 20}) {
        m_fileSize->addItem(formatBytes(bytes), bytes);
    }
    m_sync = makeBox(tr("Sync"), this);
    m_sync->addItem(tr("none"), static_cast<int>(SyncMode::none));
    m_sync->addItem(tr("every write"), static_cast<int>(SyncMode::everyWrite));
    m_read = makeBox(tr("Reading"), this);
    m_read->addItem(tr("files stay open"), static_cast<int>(ReadStrategy::keepOpen));
    m_read->addItem(tr("open per read"), static_cast<int>(ReadStrategy::openPerRead));
    m_read->addItem(tr("mapped"), static_cast<int>(ReadStrategy::mapped));
    options->addRow(makeMuted(tr("Files up to"), this), m_fileSize);
    options->addRow(makeMuted(tr("Sync"), this), m_sync);
    options->addRow(makeMuted(tr("Reading"), this), m_read);
    column->addLayout(options);
    auto* note = makeMuted(tr("Another option runs all your operations again, from an empty directory."), this);
    note->setWordWrap(true);
    column->addWidget(note);

    connect(m_kind, &QComboBox::currentIndexChanged, this, &FreePlayForm::adapt);
    connect(m_run, &QPushButton::clicked, this, &FreePlayForm::enter);
    connect(m_key, &QLineEdit::returnPressed, this, &FreePlayForm::enter);
    connect(m_value, &QLineEdit::returnPressed, this, &FreePlayForm::enter);
    for (QComboBox* box : {m_fileSize, m_sync, m_read}) {
        connect(box, &QComboBox::activated, this, &FreePlayForm::chooseOptions);
    }
    setOptions({});
    adapt();
}

void FreePlayForm::setOptions(const ScenarioOptions& options) {
    m_options = options;
    // A scenario may bring a size that is not in the list: it joins it.
    const auto bytes = QVariant::fromValue(static_cast<quint64>(options.maxFileBytes));
    int index = m_fileSize->findData(bytes);
    if (index < 0) {
        m_fileSize->addItem(formatBytes(options.maxFileBytes), bytes);
        index = m_fileSize->count() - 1;
    }
    m_fileSize->setCurrentIndex(index);
    m_sync->setCurrentIndex(m_sync->findData(static_cast<int>(options.sync)));
    m_read->setCurrentIndex(m_read->findData(static_cast<int>(options.readStrategy)));
}

Operation FreePlayForm::operation() const {
    Operation operation;
    operation.kind = static_cast<OperationKind>(m_kind->currentData().toInt());
    if (m_key->isEnabled()) {
        operation.key = m_key->text().toUtf8();
    }
    if (m_value->isEnabled()) {
        operation.value = m_value->text().toUtf8();
    }
    operation.readStrategy = static_cast<ReadStrategy>(m_read->currentData().toInt());
    return operation;
}

void FreePlayForm::setOperation(const Operation& operation) {
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(operation.kind)));
    m_key->setText(QString::fromUtf8(operation.key));
    m_value->setText(QString::fromUtf8(operation.value));
}

void FreePlayForm::adapt() {
    const auto kind = static_cast<OperationKind>(m_kind->currentData().toInt());
    const bool takesKey = kind == OperationKind::put || kind == OperationKind::get || kind == OperationKind::remove;
    m_key->setEnabled(takesKey);
    m_keyLabel->setEnabled(takesKey);
    m_value->setEnabled(kind == OperationKind::put);
    m_valueLabel->setEnabled(kind == OperationKind::put);
    m_problem->hide();
}

void FreePlayForm::enter() {
    Operation entered = operation();
    if (entered.kind != OperationKind::reopen) {
        entered.readStrategy = ReadStrategy::keepOpen; // unused: equal operations compare equal
    }
    const QString problem = operationProblem(entered);
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    if (problem.isEmpty()) {
        Q_EMIT operationEntered(entered);
    } else {
        m_key->setFocus();
    }
}

void FreePlayForm::chooseOptions() {
    m_options.maxFileBytes = m_fileSize->currentData().toULongLong();
    m_options.sync = static_cast<SyncMode>(m_sync->currentData().toInt());
    m_options.readStrategy = static_cast<ReadStrategy>(m_read->currentData().toInt());
    Q_EMIT optionsChosen(m_options);
}

} // namespace rustcask::ui
