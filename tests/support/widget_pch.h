// SPDX-License-Identifier: Apache-2.0
// Precompiled for the tests of Studio's library: large, stable headers only.
#pragma once

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtConcurrent>
#include <QtCore>
#include <QtGui>
#include <QtWidgets>

#include "support/pch.h"
