// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "models/key_filter.h"

QT_BEGIN_NAMESPACE
class QButtonGroup;
class QHBoxLayout;
class QLineEdit;
class QMenu;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class Settings;

/// A filter as one line of the kept history, and back. Pure; nullopt: not such a line.
[[nodiscard]] QString filterToText(const KeyFilter& filter);
[[nodiscard]] std::optional<KeyFilter> filterFromText(const QString& text);

/// The field that says which keys are to be seen: text, way of matching, case, values too, and the searches made
/// before.
class KeyFindBar : public QWidget {
    Q_OBJECT
public:
    static constexpr int maxSearches = 20;

    explicit KeyFindBar(Settings& settings, QWidget* parent = nullptr);
    [[nodiscard]] KeyFilter filter() const;
    void setFilter(const KeyFilter& filter); ///< told at once
    void clear();
    void focus();
    /// Opens the menu of searches made before.
    void showSearches();
    /// The searches made before, the newest first.
    [[nodiscard]] QList<KeyFilter> searches() const;
    /// A row above the options, for what else the list offers beside the field.
    [[nodiscard]] QHBoxLayout* fieldRow() const { return m_fieldRow; }

Q_SIGNALS:
    void filterChanged(const rustcask::ui::KeyFilter& filter);
    void leaving(); ///< the user goes on into the list

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildOptions();
    void fillSearches();
    void remember();
    void apply();

    Settings& m_settings;
    QTimer m_delay;
    QHBoxLayout* m_fieldRow = nullptr;
    QLineEdit* m_field = nullptr;
    QButtonGroup* m_modes = nullptr;
    QPushButton* m_case = nullptr;
    QPushButton* m_values = nullptr;
    QPushButton* m_searches = nullptr;
    QMenu* m_searchMenu = nullptr;
};

} // namespace rustcask::ui
