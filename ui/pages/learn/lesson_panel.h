// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "pages/learn/lesson_check.h"

QT_BEGIN_NAMESPACE
class QAction;
class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QScrollArea;
class QTableView;
class QToolButton;
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class FreePlayForm;
class LessonPlayer;
class QuestionForm;
class RowModel;

/// What drives the stage, as actions of the page.
struct StageActions {
    QAction* first = nullptr;
    QAction* back = nullptr;
    QAction* step = nullptr;
    QAction* play = nullptr;
};

/// The left side of the page: which lesson, what it says, what it asks, what it answered, and the steps.
class LessonPanel : public QWidget {
    Q_OBJECT
public:
    LessonPanel(LessonPlayer& player, const StageActions& actions, QMenu* menu, QWidget* parent = nullptr);

    /// Lessons whose name gets a check mark.
    void setCompleted(const QStringList& lessonIds);
    void setSpeed(double factor); ///< without emitting
    [[nodiscard]] Banner* banner() const { return m_banner; }
    [[nodiscard]] QuestionForm* form() const { return m_form; } ///< nullptr when nothing is asked
    [[nodiscard]] QPushButton* checkButton() const { return m_check; }
    [[nodiscard]] QTableView* stepTable() const { return m_steps; }

public Q_SLOTS:
    /// Checks what is filled in, or steps where nothing is asked.
    void checkAndStep();

Q_SIGNALS:
    void lessonChosen(int index); ///< `LessonPlayer::freePlay` for free play
    void speedChosen(double factor);
    void freePlayRequested(); ///< continue the lesson's scenario freely

private:
    void rebuild();
    void rebuildSteps();
    void fillLessons();
    void addIntro(QVBoxLayout* column);
    void addFeedback(QVBoxLayout* column);
    void addNext(QVBoxLayout* column);
    void addClosing(QVBoxLayout* column);
    void addFreePlay(QVBoxLayout* column);
    void updateEnabled();
    [[nodiscard]] QString contentKey() const;

    LessonPlayer& m_player;
    StageActions m_actions;
    QStringList m_completed;
    QComboBox* m_lessons;
    QComboBox* m_speed;
    QLabel* m_score;
    Banner* m_banner;
    QScrollArea* m_scroll;
    QWidget* m_content = nullptr; // rebuilt when what it says changes
    QString m_contentKey;
    QuestionForm* m_form = nullptr;
    QPushButton* m_check = nullptr;
    QPushButton* m_stepButton;
    QTableView* m_steps;
    RowModel* m_stepModel;
};

} // namespace rustcask::ui
