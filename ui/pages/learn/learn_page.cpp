// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/learn_page.h"

#include <QAction>
#include <QBuffer>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QSplitter>
#include <QStandardPaths>

#include <algorithm>

#include "actions/action_registry.h"
#include "pages/learn/learn_scenes.h"
#include "pages/learn/lesson_player.h"
#include "pages/learn/picture_export.h"
#include "pages/learn/question_form.h"
#include "pages/learn/stage.h"
#include "settings/settings.h"
#include "tasks/file_saver.h"
#include "theme/icons.h"
#include "widgets/card.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

const Setting<QString> lessonSetting{"learn/lesson", QStringLiteral("record")};
const Setting<QStringList> completedSetting{"learn/completed", {}};
const Setting<double> speedSetting{"learn/speed", 1.0};

constexpr int normalStepMs = 1200;
constexpr qint64 maxScenarioFileBytes = qint64{64} << 20;

Error fileError(const char* operation, const QString& file, const QString& cause) {
    return {
        .code = ErrorCode::ioError, .operation = operation, .file = file.toStdString(), .detail = cause.toStdString()};
}

/// Opens a file dialog that is not waited for.
void openDialog(QWidget* parent, const QString& title, QFileDialog::AcceptMode mode, const QStringList& filters,
                const QString& suggestion, std::function<void(const QString&)> then) {
    auto* dialog = new QFileDialog(parent, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(mode);
    dialog->setFileMode(mode == QFileDialog::AcceptSave ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setNameFilters(filters);
    if (mode == QFileDialog::AcceptSave) {
        dialog->setDefaultSuffix(QFileInfo(suggestion).suffix());
        dialog->selectFile(suggestion);
    }
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String(".svg"))   ? QStringLiteral("svg")
                                 : filter.contains(QLatin1String(".png")) ? QStringLiteral("png")
                                                                          : QStringLiteral("json"));
    });
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, std::move(then));
    dialog->open();
}

} // namespace

LearnPage::LearnPage(PageContext context, QWidget* parent) : Page(context, parent) {
    const QString cache = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
    m_player = new LessonPlayer(loadLessons(), cache + QStringLiteral("/learn"), this);
    m_files = new TaskRunner(1, this);
    makeActions();
    auto* menu = new QMenu(this);
    menu->addActions({m_load, m_save});
    menu->addSeparator();
    menu->addAction(m_export);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(Card::gutter);
    m_panel = new LessonPanel(*m_player, m_stageActions, menu, split);
    m_stage = new Stage(settings(), split);
    split->addWidget(m_panel);
    split->addWidget(m_stage);
    split->setStretchFactor(0, 0);
    split->setStretchFactor(1, 1);
    split->setSizes({330, 960});
    layout->addWidget(split);
    settings().keep(split, QStringLiteral("learn/columns"));

    m_stage->setDirectory(m_player->directory());
    m_panel->setCompleted(settings().get(completedSetting));
    m_panel->setSpeed(settings().get(speedSetting));
    m_player->setPlayInterval(static_cast<int>(normalStepMs / settings().get(speedSetting)));
    connect(m_panel, &LessonPanel::lessonChosen, this, &LearnPage::chooseLesson);
    connect(m_panel, &LessonPanel::speedChosen, this, &LearnPage::chooseSpeed);
    connect(m_panel, &LessonPanel::freePlayRequested, this, &LearnPage::goOnFreely);
    connect(m_player, &LessonPlayer::scenarioChanged, this, [this] {
        if (m_player->state() == nullptr) { // a new start; free play keeps what it has
            m_shownPosition = -1;
        }
    });
    connect(m_player, &LessonPlayer::stateChanged, this, &LearnPage::showState);
    connect(m_player, &LessonPlayer::lessonCompleted, this, &LearnPage::complete);
    connect(m_player, &LessonPlayer::failed, m_panel->banner(), &Banner::showError);
    connect(m_player, &LessonPlayer::playingChanged, this, [this](bool playing) {
        m_stageActions.play->setText(playing ? tr("&Pause") : tr("&Play"));
        m_stageActions.play->setIcon(themedIcon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
        m_stageActions.play->setToolTip(actionToolTip(*m_stageActions.play));
    });
}

LearnPage::~LearnPage() = default;

void LearnPage::makeActions() {
    const QString category = tr("Learn");
    const auto add = [&](const QString& id, const QString& text, const QKeySequence& keys, const QString& icon) {
        QAction* action = actions().add(id, text, keys, category, this);
        action->setIcon(themedIcon(icon));
        return action;
    };
    m_stageActions.first = add(QStringLiteral("learn.first"), tr("To the &Beginning"),
                               QKeySequence(QStringLiteral("Alt+Home")), QStringLiteral("first"));
    m_stageActions.back = add(QStringLiteral("learn.back"), tr("&Back"), QKeySequence(QStringLiteral("Alt+Left")),
                              QStringLiteral("back"));
    m_stageActions.step = add(QStringLiteral("learn.step"), tr("&Step"), QKeySequence(QStringLiteral("Alt+Right")),
                              QStringLiteral("step"));
    m_stageActions.play =
        add(QStringLiteral("learn.play"), tr("&Play"), QKeySequence(QStringLiteral("Alt+P")), QStringLiteral("play"));
    m_save = add(QStringLiteral("learn.save"), tr("&Save Scenario…"), QKeySequence(QStringLiteral("Ctrl+S")),
                 QStringLiteral("save"));
    m_load = add(QStringLiteral("learn.load"), tr("&Load Scenario…"), QKeySequence(QStringLiteral("Ctrl+L")),
                 QStringLiteral("open"));
    m_export = add(QStringLiteral("learn.export"), tr("&Export Picture…"), QKeySequence(QStringLiteral("Ctrl+Alt+E")),
                   QStringLiteral("export"));
    connect(m_stageActions.first, &QAction::triggered, m_player, &LessonPlayer::first);
    connect(m_stageActions.back, &QAction::triggered, m_player, &LessonPlayer::back);
    connect(m_stageActions.step, &QAction::triggered, m_player, [this] {
        m_player->pause();
        m_player->step();
    });
    connect(m_stageActions.play, &QAction::triggered, m_player, [this] {
        if (m_player->isPlaying()) {
            m_player->pause();
        } else {
            m_player->play();
        }
    });
    connect(m_save, &QAction::triggered, this, [this] {
        openDialog(this, tr("Save Scenario"), QFileDialog::AcceptSave, {tr("Scenarios (*.json)")},
                   QStringLiteral("scenario.json"), [this](const QString& file) { saveScenario(file); });
    });
    connect(m_load, &QAction::triggered, this, [this] {
        openDialog(this, tr("Load Scenario"), QFileDialog::AcceptOpen, {tr("Scenarios (*.json)")}, {},
                   [this](const QString& file) { loadScenario(file); });
    });
    connect(m_export, &QAction::triggered, this, [this] {
        openDialog(this, tr("Export Picture"), QFileDialog::AcceptSave, {tr("Pixels (*.png)"), tr("Vectors (*.svg)")},
                   QStringLiteral("bitcask.png"), [this](const QString& file) { exportPicture(file); });
    });
}

void LearnPage::setSession(Session*) {}

void LearnPage::activated() {
    begin();
}

void LearnPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    begin();
}

void LearnPage::begin() {
    if (m_begun) {
        return;
    }
    m_begun = true; // the sandbox is made when somebody looks, not when the program starts
    const QString wanted = settings().get(lessonSetting);
    int index = 0;
    for (int i = 0; i < m_player->lessons().size(); ++i) {
        index = m_player->lessons().at(i).id == wanted ? i : index;
    }
    m_player->selectLesson(index);
}

void LearnPage::chooseLesson(int index) {
    m_panel->banner()->clear();
    m_player->selectLesson(index);
    if (const Lesson* lesson = m_player->lesson()) {
        settings().set(lessonSetting, lesson->id);
    }
}

void LearnPage::goOnFreely() {
    Scenario scenario = m_player->scenario();
    scenario.operations.resize(m_player->position());
    m_player->setFreeScenario(scenario, scenario.operations.size());
}

void LearnPage::chooseSpeed(double factor) {
    settings().set(speedSetting, factor);
    m_player->setPlayInterval(static_cast<int>(normalStepMs / factor));
}

void LearnPage::complete(const QString& lessonId) {
    QStringList completed = settings().get(completedSetting);
    if (!completed.contains(lessonId)) {
        completed.append(lessonId);
        settings().set(completedSetting, completed);
    }
    m_panel->setCompleted(completed);
}

QString LearnPage::durability() const {
    const qsizetype position = m_player->position();
    if (position == 0) {
        return {};
    }
    const auto state = m_player->state();
    if (state == nullptr || state->trace.empty()) {
        return state == nullptr ? QString() : tr("This step made no call: what the keydir knows was enough.");
    }
    if (!state->appended().isValid()) {
        return {};
    }
    return m_player->scenario().options.sync == SyncMode::everyWrite
               ? tr("Sync is “every write”: the record survives a power cut.")
               : tr("No fsync: sync is “none”. A killed process keeps this record, a power cut may not.");
}

RecordRef LearnPage::subjectOf(const SandboxState& state) const {
    if (const RecordRef appended = state.appended(); appended.isValid() || m_player->position() == 0) {
        return appended;
    }
    const Operation& done = m_player->scenario().operations.at(m_player->position() - 1);
    const auto row = std::find_if(state.keydir.begin(), state.keydir.end(),
                                  [&](const KeydirRow& entry) { return entry.key == done.key; });
    return done.kind == OperationKind::get && row != state.keydir.end()
               ? state.find(row->location.generation, row->location.offset)
               : RecordRef();
}

void LearnPage::showState() {
    const auto state = m_player->state();
    const qsizetype position = m_player->position();
    const LessonStep* next = m_player->nextStep();
    Stage::View view;
    view.state = state;
    view.hideKeydir = next != nullptr && next->hideKeydir;
    if (position > 0) {
        view.operation = operationText(m_player->scenario().operations.at(position - 1));
    }
    view.durability = durability();
    if (state != nullptr && position != m_shownPosition) {
        // A record lands when the stage moves on by one step, not when it jumps or is only drawn again.
        view.focus = subjectOf(*state);
        view.lands = position == m_shownPosition + 1 && state->appended().isValid();
        m_shownPosition = position;
        m_stage->show(view);
    } else if (state == nullptr) {
        return; // the stage keeps what it shows until the worker is done
    } else if (view.hideKeydir != m_stage->hidesKeydir()) {
        m_stage->show(view);
    }
}

void LearnPage::write(const QString& file, std::function<QByteArray()> content) {
    m_files->start<bool>(
        tr("Saving"),
        [file, content = std::move(content)](Progress&) -> Result<bool> {
            if (const QString problem = writeFile(file, content()); !problem.isEmpty()) {
                return failure(fileError("save the file", file, problem));
            }
            return true;
        },
        this,
        [this, file](Result<bool> done) {
            if (done) {
                Q_EMIT statusMessage(tr("Saved %1").arg(file));
            } else {
                m_panel->banner()->showError(done.error());
            }
        });
}

void LearnPage::saveScenario(const QString& file) {
    write(file, [scenario = m_player->scenario()] { return scenarioToJson(scenario); });
}

void LearnPage::loadScenario(const QString& file) {
    m_files->start<Scenario>(
        tr("Loading the scenario"),
        [file](Progress&) -> Result<Scenario> {
            QFile source(file);
            if (!source.open(QIODevice::ReadOnly)) {
                return failure(fileError("load the scenario", file, source.errorString()));
            }
            if (source.size() > maxScenarioFileBytes) {
                return failure(fileError("load the scenario", file, tr("the file is larger than any scenario")));
            }
            QString problem;
            auto scenario = scenarioFromJson(source.readAll(), &problem);
            if (!scenario) {
                return failure(fileError("load the scenario", file, problem));
            }
            return *scenario;
        },
        this,
        [this](Result<Scenario> loaded) {
            if (loaded) {
                m_panel->banner()->clear();
                m_player->setFreeScenario(*loaded, 0);
            } else {
                m_panel->banner()->showError(loaded.error());
            }
        });
}

void LearnPage::exportPicture(const QString& file) {
    const auto state = m_player->state();
    if (state == nullptr) {
        return;
    }
    const LessonStep* next = m_player->nextStep();
    const Lesson* lesson = m_player->lesson();
    const QString name = lesson != nullptr ? tr("%1 · %2").arg(lesson->number).arg(lesson->title) : tr("Free play");
    Picture picture{.title = name, .hideKeydir = next != nullptr && next->hideKeydir};
    if (m_player->position() > 0) {
        picture.title =
            tr("%1: after %2").arg(name, operationText(m_player->scenario().operations.at(m_player->position() - 1)));
    }
    const Tokens& tokens = tokensFor(palette());
    // Drawn here, where fonts are at home; encoded and written on the worker.
    if (file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
        write(file, [svg = pictureAsSvg(*state, picture, tokens)] { return svg; });
    } else {
        write(file, [image = pictureAsImage(*state, picture, tokens, 2)] {
            QByteArray bytes;
            QBuffer buffer(&bytes);
            buffer.open(QIODevice::WriteOnly);
            image.save(&buffer, "PNG");
            return bytes;
        });
    }
}

QStringList LearnPage::scenes() const {
    QStringList names;
    for (const LearnScene& scene : learnScenes()) {
        names.append(scene.name);
    }
    return names;
}

void LearnPage::enterScene(const QString& name) {
    const QList<LearnScene> all = learnScenes();
    const auto scene = std::find_if(all.begin(), all.end(), [&](const LearnScene& one) { return one.name == name; });
    if (scene == all.end()) {
        return;
    }
    if (scene->lesson.isEmpty()) {
        m_player->selectLesson(0);
        m_player->setFreeScenario(m_player->lessons().constLast().scenario, scene->position);
        return;
    }
    for (int i = 0; i < m_player->lessons().size(); ++i) {
        if (m_player->lessons().at(i).id == scene->lesson) {
            m_player->selectLesson(i);
        }
    }
    m_player->jump(scene->position);
    if (scene->answers.isEmpty()) {
        return;
    }
    auto* once = new QObject(this); // answers as soon as the question is there
    connect(
        m_player, &LessonPlayer::stateChanged, once,
        [this, once, answers = scene->answers] {
            if (m_panel->form() != nullptr && once->property("done").isNull()) {
                once->setProperty("done", true);
                once->deleteLater();
                m_panel->form()->setAnswers(answers);
                m_panel->checkAndStep();
            }
        },
        Qt::QueuedConnection);
}

} // namespace rustcask::ui
