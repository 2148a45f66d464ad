// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/learn/lesson.h"

namespace rustcask::ui {

/// A state of the page worth a picture: a lesson, a step, and answers to check there.
struct LearnScene {
    QString name{};
    QString lesson{}; ///< its id; empty: free play
    qsizetype position = 0;
    Answers answers{}; ///< empty: the question is shown and not answered
};

[[nodiscard]] QList<LearnScene> learnScenes();

} // namespace rustcask::ui
