// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "pages/learn/lesson_panel.h"
#include "pages/page.h"

namespace rustcask::ui {

class LessonPlayer;
class Stage;
class TaskRunner;

/// Lessons that run the real engine in a sandbox of their own. Needs no open database and touches none.
class LearnPage : public Page {
    Q_OBJECT
public:
    explicit LearnPage(PageContext context, QWidget* parent = nullptr);
    ~LearnPage() override;

    [[nodiscard]] QString id() const override { return QStringLiteral("learn"); }
    [[nodiscard]] QString title() const override { return tr("Learn"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("learn"); }
    void setSession(Session* session) override; ///< ignored: lessons never touch a user's database
    void activated() override;
    [[nodiscard]] QStringList scenes() const override;
    void enterScene(const QString& scene) override;

    [[nodiscard]] LessonPlayer& player() const { return *m_player; }
    [[nodiscard]] LessonPanel& panel() const { return *m_panel; }
    [[nodiscard]] Stage& stage() const { return *m_stage; }

    /// Writes a scenario or a picture, on a worker. The kind of picture follows the name: ".svg" or ".png".
    void saveScenario(const QString& file);
    void loadScenario(const QString& file);
    void exportPicture(const QString& file);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void makeActions();
    void begin();
    void showState();
    void chooseLesson(int index);
    void goOnFreely();
    void chooseSpeed(double factor);
    void complete(const QString& lessonId);
    void write(const QString& file, std::function<QByteArray()> content);
    [[nodiscard]] QString durability() const;
    /// The record that the last operation wrote or read.
    [[nodiscard]] RecordRef subjectOf(const SandboxState& state) const;

    StageActions m_stageActions;
    LessonPlayer* m_player;
    TaskRunner* m_files = nullptr;
    LessonPanel* m_panel = nullptr;
    Stage* m_stage = nullptr;
    QAction* m_save = nullptr;
    QAction* m_load = nullptr;
    QAction* m_export = nullptr;
    qsizetype m_shownPosition = -1;
    bool m_begun = false;
};

} // namespace rustcask::ui
