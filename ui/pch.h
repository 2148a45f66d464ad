// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for every source of the ui library: large, stable headers only.
#pragma once

#include <QtConcurrent>
#include <QtCore>
#include <QtGui>
#include <QtWidgets>
