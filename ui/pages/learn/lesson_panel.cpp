// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/lesson_panel.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStyle>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "pages/learn/feedback_view.h"
#include "pages/learn/field_text.h"
#include "pages/learn/free_play_form.h"
#include "pages/learn/lesson_player.h"
#include "pages/learn/question_form.h"
#include "pages/learn/row_model.h"
#include "theme/icons.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int visibleSteps = 5; // rows of the list of steps before it scrolls

void setPrimary(QPushButton* button, bool primary) {
    button->setProperty("role", primary ? QVariant(QStringLiteral("primary")) : QVariant());
    button->style()->unpolish(button);
    button->style()->polish(button);
}

QToolButton* makeActionButton(QAction* action, const QString& icon, QWidget* parent) {
    QToolButton* button = makeIconButton(icon, plainActionText(action->text()), parent);
    button->setDefaultAction(action);
    button->setToolTip(actionToolTip(*action));
    return button;
}

} // namespace

LessonPanel::LessonPanel(LessonPlayer& player, const StageActions& actions, QMenu* menu, QWidget* parent)
    : QWidget(parent), m_player(player), m_actions(actions) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* card = new Card(this);
    outer->addWidget(card);

    auto* top = new QWidget(card);
    auto* topRow = new QHBoxLayout(top);
    topRow->setContentsMargins(Card::gutter, 8, Card::gutter, 8);
    m_lessons = new QComboBox(top);
    m_lessons->setAccessibleName(tr("Lesson"));
    m_lessons->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_lessons->setMinimumContentsLength(12);
    QFont bold = m_lessons->font();
    bold.setWeight(QFont::DemiBold);
    m_lessons->setFont(bold);
    topRow->addWidget(m_lessons, 1);
    auto* more = makeIconButton(QStringLiteral("more"), tr("Scenario and pictures"), top);
    more->setPopupMode(QToolButton::InstantPopup);
    more->setMenu(menu);
    topRow->addWidget(more);
    card->addToolRow(top);

    m_banner = new Banner(card);
    card->addBody(m_banner, 0);
    m_scroll = new QScrollArea(card);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setMinimumWidth(280);
    card->addBody(m_scroll, 1);

    card->addBody(makeHairline(Qt::Horizontal, card), 0);
    m_stepModel = new RowModel({{QString(), false, false}, {tr("operation")}, {tr("result")}}, this);
    m_steps = new QTableView(card);
    styleTable(m_steps, tr("Steps"));
    m_steps->setModel(m_stepModel);
    m_steps->setSelectionMode(QAbstractItemView::SingleSelection);
    m_steps->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_steps->horizontalHeader()->hide();
    m_steps->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Fixed);
    m_steps->horizontalHeader()->setMinimumSectionSize(24);
    m_steps->setColumnWidth(0, 30);
    m_steps->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_steps->horizontalHeader()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_steps->setAccessibleDescription(tr("Enter or a click goes to the state after that step."));
    card->addBody(m_steps, 0);

    m_score = makeMuted(QString(), card);
    QHBoxLayout* controls = card->footer();
    controls->setSpacing(6);
    controls->addWidget(makeActionButton(actions.first, QStringLiteral("first"), card));
    controls->addWidget(makeActionButton(actions.back, QStringLiteral("back"), card));
    m_stepButton = makePrimaryButton(actions.step, card);
    controls->addWidget(m_stepButton);
    auto* playButton = makeActionButton(actions.play, QStringLiteral("play"), card);
    controls->addWidget(playButton);
    m_speed = new QComboBox(card);
    m_speed->setAccessibleName(tr("Speed of playing"));
    m_speed->setToolTip(tr("Speed of playing"));
    for (const double factor : {0.5, 1.0, 2.0, 4.0}) {
        m_speed->addItem(tr("%1×").arg(factor), factor);
    }
    m_speed->setCurrentIndex(1);
    controls->addWidget(m_speed);
    controls->addStretch(1);
    controls->addWidget(m_score);

    fillLessons();
    connect(m_lessons, &QComboBox::activated, this,
            [this](int index) { Q_EMIT lessonChosen(m_lessons->itemData(index).toInt()); });
    connect(m_speed, &QComboBox::activated, this,
            [this](int index) { Q_EMIT speedChosen(m_speed->itemData(index).toDouble()); });
    const auto jump = [this](const QModelIndex& index) { m_player.jump(index.row() + 1); };
    connect(m_steps, &QTableView::activated, this, jump);
    connect(m_steps, &QTableView::clicked, this, jump);
    connect(&m_player, &LessonPlayer::scenarioChanged, this, [this] {
        m_contentKey.clear();
        fillLessons();
    });
    connect(&m_player, &LessonPlayer::stateChanged, this, &LessonPanel::rebuild);
    connect(&m_player, &LessonPlayer::busyChanged, this, &LessonPanel::updateEnabled);
    rebuild();
}

void LessonPanel::setCompleted(const QStringList& lessonIds) {
    m_completed = lessonIds;
    fillLessons();
}

void LessonPanel::setSpeed(double factor) {
    m_speed->setCurrentIndex(std::max(0, m_speed->findData(factor)));
}

void LessonPanel::fillLessons() {
    QStringList titles;
    for (const Lesson& lesson : m_player.lessons()) {
        const QString title = tr("%1 · %2").arg(lesson.number).arg(lesson.title);
        titles.append(m_completed.contains(lesson.id) ? tr("%1 ✓").arg(title) : title);
    }
    if (m_lessons->count() == 0) {
        for (int i = 0; i < titles.size(); ++i) {
            m_lessons->addItem(QString(), i);
        }
        m_lessons->addItem(tr("Free play"), LessonPlayer::freePlay);
    }
    for (int i = 0; i < titles.size(); ++i) {
        m_lessons->setItemText(i, titles.at(i));
    }
    m_lessons->setCurrentIndex(m_lessons->findData(m_player.lessonIndex()));
}

QString LessonPanel::contentKey() const {
    const auto before = m_player.state();
    // The next step's form needs the state it starts from; until that has arrived the rest is shown.
    return QStringLiteral("%1/%2/%3/%4")
        .arg(m_player.lessonIndex())
        .arg(m_player.position())
        .arg(before != nullptr)
        .arg(m_player.feedback(m_player.position() - 1).size());
}

void LessonPanel::rebuild() {
    rebuildSteps();
    const Lesson* lesson = m_player.lesson();
    m_score->setText(lesson != nullptr ? tr("%1 of %2 right").arg(m_player.rightCount()).arg(m_player.questionCount())
                                       : QString());
    const QString key = contentKey();
    if (key != m_contentKey) {
        m_contentKey = key;
        m_form = nullptr;
        m_check = nullptr;
        auto* content = new QWidget(m_scroll);
        content->setProperty("role", QStringLiteral("page"));
        auto* column = new QVBoxLayout(content);
        column->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
        column->setSpacing(10);
        if (lesson == nullptr) {
            addFreePlay(column);
        } else {
            if (m_player.position() == 0) {
                addIntro(column);
            }
            addFeedback(column);
            if (m_player.atEnd()) {
                addClosing(column);
            } else {
                addNext(column);
            }
        }
        column->addStretch(1);
        m_content = content;
        m_scroll->setWidget(content); // deletes the one before
        m_scroll->viewport()->setAutoFillBackground(false);
        content->setAutoFillBackground(false);
        m_scroll->verticalScrollBar()->setValue(0);
    }
    updateEnabled();
}

void LessonPanel::addIntro(QVBoxLayout* column) {
    for (const QString& paragraph : m_player.lesson()->intro) {
        column->addWidget(makeText(paragraph, this));
    }
}

void LessonPanel::addFeedback(QVBoxLayout* column) {
    const qsizetype done = m_player.position() - 1;
    const QList<Feedback> feedback = m_player.feedback(done);
    if (done < 0 || feedback.isEmpty()) {
        return;
    }
    auto* view = new FeedbackView(m_player.lesson()->steps.at(done), feedback,
                                  operationText(m_player.scenario().operations.at(done)), this);
    connect(view, &FeedbackView::retryRequested, &m_player, &LessonPlayer::back, Qt::QueuedConnection);
    column->addWidget(view);
}

void LessonPanel::addNext(QVBoxLayout* column) {
    const LessonStep& step = *m_player.nextStep();
    const qsizetype index = m_player.position();
    const Operation& operation = m_player.scenario().operations.at(index);
    auto* next = new QHBoxLayout;
    next->addWidget(makeMuted(tr("Next"), this));
    auto* text = makeMono(operationText(operation), this);
    QFont font = text->font();
    font.setBold(true);
    text->setFont(font);
    next->addWidget(text, 1);
    column->addLayout(next);
    column->addWidget(makeText(step.text, this));
    const auto before = m_player.state();
    if (step.questions.isEmpty() || before == nullptr) {
        return;
    }
    auto* frame = new QFrame(this);
    frame->setProperty("role", QStringLiteral("banner"));
    auto* inner = new QVBoxLayout(frame);
    inner->setContentsMargins(12, 10, 12, 12);
    inner->setSpacing(8);
    inner->addWidget(makeTitle(tr("Before you step: predict"), frame));
    m_form =
        new QuestionForm(step, *before, operation, m_player.scenario().timeOf(index), m_player.answers(index), frame);
    inner->addWidget(m_form);
    m_check = makePrimaryButton(tr("Check and step"), frame);
    inner->addWidget(m_check, 0, Qt::AlignLeft);
    column->addWidget(frame);
    connect(m_form, &QuestionForm::answersChanged, this, &LessonPanel::updateEnabled);
    connect(m_form, &QuestionForm::submitted, this, &LessonPanel::checkAndStep, Qt::QueuedConnection);
    connect(m_check, &QPushButton::clicked, this, &LessonPanel::checkAndStep, Qt::QueuedConnection);
}

void LessonPanel::addClosing(QVBoxLayout* column) {
    const Lesson& lesson = *m_player.lesson();
    const int missing = m_player.questionCount() - m_player.rightCount();
    column->addWidget(makeTitle(missing == 0 ? tr("Lesson complete") : tr("End of the lesson"), this));
    column->addWidget(makeText(lesson.closing, this));
    auto* frame = new QFrame(this);
    frame->setProperty("role", QStringLiteral("well"));
    auto* inner = new QVBoxLayout(frame);
    inner->setContentsMargins(12, 10, 12, 12);
    inner->addWidget(makeMuted(tr("Many believe"), frame));
    inner->addWidget(makeText(lesson.belief, frame));
    inner->addSpacing(4);
    inner->addWidget(makeMuted(tr("What you have seen"), frame));
    inner->addWidget(makeText(lesson.correction, frame));
    column->addWidget(frame);
    if (missing > 0) {
        column->addWidget(makeText(tr("Questions still without a right answer: %1. Go to a step in the list below, and "
                                      "back from it, to be asked again.")
                                       .arg(missing),
                                   this));
    }
    auto* row = new QHBoxLayout;
    const int index = m_player.lessonIndex();
    if (index + 1 < m_player.lessons().size()) {
        auto* next = missing == 0 ? makePrimaryButton(tr("Next lesson"), this) : makeButton(tr("Next lesson"), this);
        connect(
            next, &QPushButton::clicked, this, [this, index] { Q_EMIT lessonChosen(index + 1); }, Qt::QueuedConnection);
        row->addWidget(next);
    }
    auto* free = makeButton(tr("Go on freely"), this);
    free->setToolTip(tr("Keep these files, and run operations of your own"));
    connect(free, &QPushButton::clicked, this, &LessonPanel::freePlayRequested, Qt::QueuedConnection);
    row->addWidget(free);
    row->addStretch(1);
    column->addLayout(row);
}

void LessonPanel::addFreePlay(QVBoxLayout* column) {
    auto* form = new FreePlayForm(this);
    form->setOptions(m_player.scenario().options);
    if (const auto state = m_player.state(); state != nullptr && m_player.position() > 0) {
        const Operation& last = m_player.scenario().operations.at(m_player.position() - 1);
        form->setOperation(last);
        if (state->outcome.kind == OperationOutcome::Kind::failed) {
            column->addWidget(makeText(state->outcome.problem, this));
        }
    }
    column->addWidget(form);
    connect(form, &FreePlayForm::operationEntered, &m_player, &LessonPlayer::append, Qt::QueuedConnection);
    connect(
        form, &FreePlayForm::optionsChosen, this,
        [this](const ScenarioOptions& options) {
            Scenario scenario = m_player.scenario();
            scenario.options = options;
            m_player.setFreeScenario(scenario, m_player.position());
        },
        Qt::QueuedConnection);
}

void LessonPanel::rebuildSteps() {
    std::vector<RowModel::Row> rows;
    const qsizetype position = m_player.position();
    for (qsizetype i = 0; i < m_player.scenario().operations.size(); ++i) {
        const auto after = m_player.stateAfter(i + 1);
        const bool done = i < position;
        const QString mark = i == position - 1 ? QStringLiteral("▶") : done ? QStringLiteral("✓") : QString();
        rows.push_back({.cells = {mark, operationText(m_player.scenario().operations.at(i)),
                                  done && after != nullptr ? outcomeText(*after) : QString()}});
    }
    const auto same = [](const RowModel::Row& a, const RowModel::Row& b) { return a.cells == b.cells; };
    if (!std::equal(rows.begin(), rows.end(), m_stepModel->rows().begin(), m_stepModel->rows().end(), same)) {
        m_stepModel->setRows(std::move(rows));
    }
    const int shown = std::min(visibleSteps, m_stepModel->rowCount());
    m_steps->setFixedHeight(shown * tableRowHeight + 2);
    m_steps->setVisible(shown > 0);
    if (position > 0) {
        m_steps->selectRow(static_cast<int>(position) - 1);
        m_steps->scrollTo(
            m_stepModel->index(static_cast<int>(std::min<qsizetype>(position, m_stepModel->rowCount() - 1)), 0));
    } else {
        m_steps->clearSelection();
        m_steps->scrollToTop();
    }
}

void LessonPanel::updateEnabled() {
    const bool ready = m_player.state() != nullptr;
    m_actions.first->setEnabled(m_player.position() > 0);
    m_actions.back->setEnabled(m_player.position() > 0);
    m_actions.step->setEnabled(ready && !m_player.atEnd());
    m_actions.play->setEnabled(ready && !m_player.scenario().operations.isEmpty());
    if (m_check != nullptr) {
        m_check->setEnabled(m_form->isAnswered());
        m_check->setToolTip(m_form->isAnswered() ? QString()
                                                 : tr("Answer first. Step, below, goes on without an answer."));
    }
    setPrimary(m_stepButton, m_check == nullptr && !m_player.atEnd() && m_player.lesson() != nullptr);
}

void LessonPanel::checkAndStep() {
    if (m_form == nullptr) {
        m_player.step();
    } else if (m_form->isAnswered()) {
        m_player.checkAndStep(m_form->answers());
    }
}

} // namespace rustcask::ui
