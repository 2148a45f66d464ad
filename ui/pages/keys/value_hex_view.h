// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include "pages/keys/value_pages.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLineEdit;
class QPushButton;
class QSplitter;
class QTableView;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ElidedLabel;
class HexEditor;
class InspectorModel;

/// A value as bytes: hex editor or, for a large value, pages; find, go to, and what the bytes at the cursor read as.
class ValueHexView : public QWidget {
    Q_OBJECT
public:
    explicit ValueHexView(QWidget* parent = nullptr);
    ~ValueHexView() override;

    void setTasks(TaskRunner* tasks);
    /// Bytes held in memory, to be edited unless `setEditable(false)`. The same bytes again change nothing.
    void showBytes(const QByteArray& bytes);
    void showPages(quint64 size, const ByteReader& reader);
    void setEditable(bool editable);
    void setInspectorShown(bool shown);
    void select(quint64 offset, quint64 bytes);
    void focusEditor();
    void focusFind();
    [[nodiscard]] HexEditor* editor() const { return m_hex; }

Q_SIGNALS:
    void edited(const QByteArray& bytes);
    void inspectorChosen(bool shown);
    void failed(const rustcask::Error& error);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void find(bool backward);
    void goTo();
    void updateCursor();
    void tell(const QString& text, bool bad = false);
    void colourPlace();
    [[nodiscard]] std::optional<QByteArray> pattern() const;
    void stopFinding();

    HexEditor* m_hex;
    QLineEdit* m_find;
    QComboBox* m_findKind;
    QToolButton* m_findPrevious;
    QToolButton* m_findNext;
    QLineEdit* m_goTo;
    ElidedLabel* m_place = nullptr;
    QPushButton* m_mode;
    QPushButton* m_inspect;
    QSplitter* m_splitter;
    QTableView* m_inspector;
    InspectorModel* m_inspectorModel;
    ValuePages m_pages;
    QPointer<TaskRunner> m_tasks;
    QPointer<Task> m_finding;
    bool m_placeIsBad = false;
    bool m_paged = false;
    bool m_editable = false;
};

} // namespace rustcask::ui
