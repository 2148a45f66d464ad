// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/question_form.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpressionValidator>
#include <QVBoxLayout>

#include "pages/learn/field_text.h"
#include "pages/learn/text.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

/// A radio button whose text may take several lines, which Qt's own cannot.
class ChoiceRow : public QWidget {
public:
    ChoiceRow(const QString& text, QWidget* parent) : QWidget(parent), m_button(new QRadioButton(this)) {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(6);
        m_button->setAccessibleName(text);
        m_button->setToolTip(text); // to whoever points at the circle alone
        row->addWidget(m_button, 0, Qt::AlignTop);
        row->addWidget(makeText(text, this), 1);
    }
    [[nodiscard]] QRadioButton* button() const { return m_button; }

protected:
    void mouseReleaseEvent(QMouseEvent* event) override {
        if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint())) {
            m_button->setFocus();
            m_button->click();
        }
    }

private:
    QRadioButton* m_button;
};

/// Types hex in pairs: a blank after every second digit, upper case, and never more bytes than the field has.
class HexCells : public QLineEdit {
public:
    HexCells(qsizetype bytes, QWidget* parent) : QLineEdit(parent), m_bytes(bytes) {
        setFont(monospaceFont());
        setPlaceholderText(QStringLiteral("__ ").repeated(static_cast<int>(bytes)).trimmed());
        connect(this, &QLineEdit::textEdited, this, [this](const QString& text) { arrange(text); });
    }

private:
    void arrange(const QString& text) {
        QString digits;
        qsizetype before = 0; // digits left of the cursor, which stays behind them
        for (qsizetype i = 0; i < text.size(); ++i) {
            const QChar digit = text.at(i).toUpper();
            if (digit.isDigit() || (digit >= QLatin1Char('A') && digit <= QLatin1Char('F'))) {
                before += i < cursorPosition() ? 1 : 0;
                digits += digit;
            }
        }
        digits.truncate(m_bytes * 2);
        before = std::min(before, digits.size());
        QString paired;
        for (qsizetype i = 0; i < digits.size(); ++i) {
            if (i > 0 && i % 2 == 0) {
                paired += QLatin1Char(' ');
            }
            paired += digits.at(i);
        }
        if (paired != text) {
            setText(paired);
            setCursorPosition(static_cast<int>(before + std::max<qsizetype>(0, (before - 1) / 2)));
        }
    }

    qsizetype m_bytes;
};

/// "file 1 @ 32: apple = red" of every record in the data files, by `recordId`.
QList<std::pair<QString, QString>> recordChoices(const SandboxState& state) {
    QList<std::pair<QString, QString>> choices;
    for (const SandboxFile& file : state.files) {
        for (const SandboxRecord& record : file.records) {
            if (file.kind == FileKind::data &&
                (record.info.kind == RecordKind::put || record.info.kind == RecordKind::tombstone)) {
                choices.append({recordId(file, record), LearnText::tr("file %1 @ %2: %3")
                                                            .arg(file.generation.value)
                                                            .arg(record.info.offset)
                                                            .arg(recordLabel(file, record))});
            }
        }
    }
    return choices;
}

} // namespace

QuestionForm::QuestionForm(const LessonStep& step, const SandboxState& before, const Operation& operation,
                           Timestamp time, const Answers& given, QWidget* parent)
    : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    for (const Question& question : step.questions) {
        addQuestion(question, before, operation, time);
    }
    m_isAnswered = [this, step, before, operation] {
        const Answers now = answers();
        return std::all_of(step.questions.begin(), step.questions.end(), [&](const Question& question) {
            return rustcask::ui::isAnswered(question, now.value(question.id), before, operation);
        });
    };
    setAnswers(given);
}

void QuestionForm::addQuestion(const Question& question, const SandboxState& before, const Operation& operation,
                               Timestamp time) {
    auto* column = new QVBoxLayout;
    column->setSpacing(6);
    column->addWidget(makeText(question.prompt, this));
    switch (question.kind) {
    case QuestionKind::number:
        addNumber(question, column);
        break;
    case QuestionKind::choice:
        addChoices(question, column);
        break;
    case QuestionKind::records:
        addRecords(question, before, column);
        break;
    case QuestionKind::hex:
        addHex(question, before, operation, time, column);
        break;
    }
    addHint(question.hint, column);
    static_cast<QVBoxLayout*>(layout())->addLayout(column);
}

void QuestionForm::addNumber(const Question& question, QVBoxLayout* column) {
    auto* row = new QHBoxLayout;
    auto* edit = new QLineEdit(this);
    edit->setFont(monospaceFont());
    edit->setAccessibleName(question.prompt);
    edit->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("-?[0-9][0-9,. ]{0,18}")), edit));
    edit->setMaximumWidth(120);
    row->addWidget(edit);
    row->addWidget(makeMuted(question.unit, this));
    row->addStretch(1);
    column->addLayout(row);
    connect(edit, &QLineEdit::textChanged, this, &QuestionForm::answersChanged);
    connect(edit, &QLineEdit::returnPressed, this, &QuestionForm::submitted);
    m_inputs.append({question.id,
                     {},
                     [edit] { return edit->text().isEmpty() ? std::nullopt : std::optional(edit->text()); },
                     [edit](const QString& text) { edit->setText(text); }});
}

void QuestionForm::addChoices(const Question& question, QVBoxLayout* column) {
    auto* group = new QButtonGroup(this);
    QList<QRadioButton*> buttons;
    QStringList ids;
    for (const Choice& choice : question.choices) {
        auto* row = new ChoiceRow(choice.text, this);
        row->button()->setAccessibleDescription(question.prompt);
        group->addButton(row->button(), static_cast<int>(buttons.size()));
        buttons.append(row->button());
        ids.append(choice.is);
        column->addWidget(row);
    }
    connect(group, &QButtonGroup::idToggled, this, &QuestionForm::answersChanged);
    m_inputs.append({question.id,
                     {},
                     [group, ids] {
                         const int id = group->checkedId();
                         return id < 0 ? std::nullopt : std::optional(ids.at(id));
                     },
                     [buttons, ids](const QString& text) {
                         if (const qsizetype index = ids.indexOf(text); index >= 0) {
                             buttons.at(index)->setChecked(true);
                         }
                     }});
}

void QuestionForm::addRecords(const Question& question, const SandboxState& before, QVBoxLayout* column) {
    const auto choices = recordChoices(before);
    const QMap<QString, QString> keys = newestRecords(before);
    for (auto it = keys.begin(); it != keys.end(); ++it) {
        const QString key = bytesText(QByteArray::fromHex(it.key().toLatin1()), 20);
        auto* row = new QHBoxLayout;
        auto* name = makeMono(LearnText::tr("%1 →").arg(key), this);
        name->setMinimumWidth(72);
        name->setTextInteractionFlags(Qt::NoTextInteraction);
        auto* box = new QComboBox(this);
        box->setFont(monospaceFont());
        box->setAccessibleName(tr("Record that %1 points at").arg(key));
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
        box->addItem(tr("choose a record"));
        for (const auto& [id, text] : choices) {
            box->addItem(text, id);
        }
        box->addItem(tr("no record"), QStringLiteral("none"));
        row->addWidget(name);
        row->addWidget(box, 1);
        column->addLayout(row);
        connect(box, &QComboBox::currentIndexChanged, this, &QuestionForm::answersChanged);
        m_inputs.append({question.id, it.key(),
                         [box] {
                             const QString id = box->currentData().toString();
                             return id.isEmpty() ? std::nullopt : std::optional(id);
                         },
                         [box](const QString& id) { box->setCurrentIndex(std::max(0, box->findData(id))); }});
    }
}

void QuestionForm::addHex(const Question& question, const SandboxState& before, const Operation& operation,
                          Timestamp time, QVBoxLayout* column) {
    const QList<HexPart> parts = hexParts(before, operation, time);
    QLineEdit* checksum = nullptr;
    for (const HexPart& part : parts) {
        auto* heading = new QHBoxLayout;
        auto* title = makeTitle(fieldText(part.field), this);
        QPalette coloured = title->palette();
        coloured.setColor(QPalette::WindowText, tokensFor(palette()).field(part.field));
        title->setPalette(coloured);
        heading->addWidget(title);
        heading->addWidget(makeMuted(tr("%1 bytes").arg(part.bytes), this));
        heading->addStretch(1);
        column->addLayout(heading);
        auto* cells = new HexCells(part.bytes, this);
        cells->setAccessibleName(tr("Bytes of %1").arg(fieldText(part.field)));
        cells->setAccessibleDescription(part.task);
        auto* row = new QHBoxLayout;
        row->addWidget(cells, 1);
        if (part.field == Field::checksum) {
            checksum = cells;
            auto* compute = makeButton(tr("Compute"), this);
            compute->setToolTip(tr("CRC-32C of the bytes you have written into all other fields"));
            row->addWidget(compute);
            auto* note = makeMuted(QString(), this);
            note->setWordWrap(true);
            note->hide();
            connect(compute, &QPushButton::clicked, this, [this, parts, note, cells, id = question.id] {
                const auto crc = typedChecksum(parts, answers().value(id));
                note->setText(crc ? tr("CRC-32C over the bytes of your other fields, in order. Change one of them, and "
                                       "this number changes.")
                                  : tr("Fill in all other fields first: the checksum covers every byte of them."));
                note->show();
                if (crc) {
                    cells->setText(hexText(*crc));
                }
            });
            column->addLayout(row);
            column->addWidget(note);
        } else {
            column->addLayout(row);
        }
        auto* task = makeMuted(part.task, this);
        task->setWordWrap(true);
        column->addWidget(task);
        connect(cells, &QLineEdit::textChanged, this, &QuestionForm::answersChanged);
        connect(cells, &QLineEdit::returnPressed, this, &QuestionForm::submitted);
        m_inputs.append({question.id, part.name,
                         [cells] { return cells->text().isEmpty() ? std::nullopt : std::optional(cells->text()); },
                         [cells](const QString& text) { cells->setText(text); }});
    }
    if (checksum == nullptr) {
        column->addWidget(makeMuted(tr("Step back and let the first record be written: it is the model."), this));
    }
}

void QuestionForm::addHint(const QString& hint, QVBoxLayout* column) {
    if (hint.isEmpty()) {
        return;
    }
    auto* toggle = new QPushButton(tr("Show a hint"), this);
    toggle->setFlat(true);
    toggle->setCheckable(true);
    toggle->setCursor(Qt::PointingHandCursor);
    toggle->setProperty("role", QStringLiteral("link"));
    auto* text = makeText(hint, this);
    text->hide();
    column->addWidget(toggle, 0, Qt::AlignLeft);
    column->addWidget(text);
    connect(toggle, &QPushButton::toggled, this, [toggle, text](bool on) {
        text->setVisible(on);
        toggle->setText(on ? tr("Hide the hint") : tr("Show a hint"));
    });
}

Answers QuestionForm::answers() const {
    Answers all;
    for (const Input& input : m_inputs) {
        if (const auto text = input.read()) {
            all[input.question].insert(input.part, *text);
        }
    }
    return all;
}

void QuestionForm::setAnswers(const Answers& answers) {
    for (const Input& input : m_inputs) {
        const Answer answer = answers.value(input.question);
        if (answer.contains(input.part)) {
            input.write(answer.value(input.part));
        }
    }
}

} // namespace rustcask::ui
