// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

QT_BEGIN_NAMESPACE
class QLabel;
class QPushButton;
class QStackedWidget;
class QTabBar;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class ChartPanel;
class PrefixPanel;
class ProgressStrip;
class RankingPanel;
class Session;
class Settings;
class Task;

/// What takes the space in a database: size by prefix, the largest values, the keys that are overwritten most, and when
/// the live records were written. Everything is counted in the background, can be cancelled and is labelled partial
/// when it was. It does not block its window.
class AnalysisDialog : public QDialog {
    Q_OBJECT
public:
    enum Tab { prefixes, largest, overwritten, ages };

    AnalysisDialog(Session& session, Settings& settings, QWidget* parent = nullptr);

    void showTab(Tab tab);
    /// Counts what the current tab shows anew.
    void refresh();
    [[nodiscard]] PrefixPanel* prefixPanel() const { return m_prefixes; }
    [[nodiscard]] RankingPanel* largestPanel() const { return m_largest; }
    [[nodiscard]] RankingPanel* overwrittenPanel() const { return m_overwritten; }
    [[nodiscard]] ChartPanel* agePanel() const { return m_ages; }
    [[nodiscard]] Banner& banner() const { return *m_banner; }
    [[nodiscard]] bool isBusy() const { return m_busy > 0; }

    enum class Format { png, svg, csv };
    /// What the current tab shows, in a format; empty when the tab has no picture.
    [[nodiscard]] QByteArray exported(Format format) const;
    /// Writes it to a file on a worker and says so.
    void save(Format format, const QString& path);

Q_SIGNALS:
    void prefixRequested(const QByteArray& prefix); ///< show the keys that begin with it
    void keyRequested(const QByteArray& key);
    void counted();
    void saved(const QString& path);

private:
    void follow(Task* task);
    void countLargest();
    void scanLog();
    void showKeys();
    void askAndSave(Format format);
    void updateButtons();
    [[nodiscard]] Tab tab() const;

    Session& m_session;
    QTabBar* m_tabs;
    QStackedWidget* m_stack;
    PrefixPanel* m_prefixes;
    RankingPanel* m_largest;
    RankingPanel* m_overwritten;
    ChartPanel* m_ages;
    QWidget* m_agePage;
    QLabel* m_ageSentence;
    Banner* m_banner;
    ProgressStrip* m_progress;
    QPushButton* m_show;
    QPushButton* m_export;
    int m_busy = 0;
    bool m_largestCounted = false;
    bool m_logScanned = false;
};

} // namespace rustcask::ui
