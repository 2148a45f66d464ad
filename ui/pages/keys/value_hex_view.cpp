// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_hex_view.h"

#include <QAbstractTableModel>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>

#include "pages/keys/value_document.h"
#include "pages/keys/value_text.h"
#include "pages/keys/value_text_view.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "values/byte_search.h"
#include "values/data_inspector.h"
#include "widgets/card.h"
#include "widgets/hex_editor.h"
#include "widgets/labels.h"

namespace rustcask::ui {

/// What the bytes at the cursor read as.
class InspectorModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;
    void setBytes(const QByteArray& bytes) {
        const QVector<Interpretation> read = interpretations(bytes);
        if (read.size() == m_rows.size()) { // always the same rows: the place in the table stays
            m_rows = read;
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        } else {
            beginResetModel();
            m_rows = read;
            endResetModel();
        }
    }
    [[nodiscard]] const Interpretation& row(int row) const { return m_rows[row]; }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 3; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override {
        const Interpretation& row = m_rows[index.row()];
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
            const QString text = index.column() == 0 ? row.name : index.column() == 1 ? row.little : row.big;
            return role == Qt::DisplayRole && text.isEmpty() ? QStringLiteral("–") : text;
        }
        return role == Qt::FontRole && index.column() > 0 ? QVariant(monospaceFont()) : QVariant();
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
            return {};
        }
        return section == 0   ? ValueHexView::tr("At the cursor")
               : section == 1 ? ValueHexView::tr("Little-endian")
                              : ValueHexView::tr("Big-endian");
    }

private:
    QVector<Interpretation> m_rows;
};

ValueHexView::ValueHexView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);

    m_find = new QLineEdit;
    m_find->setPlaceholderText(tr("Find in the value"));
    m_find->setAccessibleName(tr("Text or bytes to find in the value"));
    m_find->setClearButtonEnabled(true);
    m_findKind = new QComboBox;
    m_findKind->setAccessibleName(tr("What is looked for"));
    m_findKind->addItem(tr("Text"));
    m_findKind->addItem(tr("Bytes"));
    m_findKind->setToolTip(tr("Text in UTF-8, or hexadecimal digits"));
    m_findPrevious = makeIconButton(QStringLiteral("chevron-up"), tr("Find the previous place"));
    m_findNext = makeIconButton(QStringLiteral("chevron-down"), tr("Find the next place"));
    m_goTo = new QLineEdit;
    m_goTo->setPlaceholderText(tr("Go to byte"));
    m_goTo->setAccessibleName(tr("Offset to go to"));
    m_goTo->setToolTip(tr("An offset: 1200, 0x4B0, or 50 %"));
    m_goTo->setMaximumWidth(110);
    QWidget* row = makeViewRow({}, {m_goTo});
    auto* rowLayout = static_cast<QHBoxLayout*>(row->layout());
    rowLayout->insertWidget(0, m_find, 10);
    rowLayout->insertWidget(1, m_findKind);
    rowLayout->insertWidget(2, m_findPrevious);
    rowLayout->insertWidget(3, m_findNext);
    layout->addWidget(row);
    layout->addWidget(makeHairline());

    m_hex = new HexEditor;
    m_hex->setAccessibleName(tr("Value as bytes"));
    m_inspectorModel = new InspectorModel(this);
    m_inspector = new QTableView;
    m_inspector->setModel(m_inspectorModel);
    styleTable(m_inspector, tr("What the bytes at the cursor read as"));
    m_inspector->setSelectionMode(QAbstractItemView::SingleSelection);
    m_inspector->verticalHeader()->setDefaultSectionSize(tableRowHeight - 2);
    m_inspector->horizontalHeader()->setStretchLastSection(true);
    m_inspector->setColumnWidth(0, 116);
    m_inspector->setColumnWidth(1, 150);
    m_splitter = new QSplitter(Qt::Vertical);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    m_splitter->addWidget(m_hex);
    m_splitter->addWidget(m_inspector);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({300, 120});
    m_hex->setMinimumHeight(70);
    m_inspector->setMinimumHeight(60);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(makeHairline());

    m_place = new ElidedLabel(QString(), Qt::ElideRight);
    m_place->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_mode = makeChip(tr("Insert"));
    m_mode->setToolTip(tr("Type between the bytes instead of over them (Insert)"));
    m_inspect = makeChip(tr("Inspector"));
    m_inspect->setToolTip(tr("Show what the bytes at the cursor read as"));
    QWidget* status = makeViewRow({}, {m_mode, m_inspect});
    auto* statusRow = static_cast<QHBoxLayout*>(status->layout());
    statusRow->insertWidget(0, m_place, 1);
    statusRow->setStretch(1, 0); // the air in between is for the text
    layout->addWidget(status);

    connect(m_hex, &HexEditor::edited, this, [this] {
        updateCursor();
        Q_EMIT edited(m_hex->bytes());
    });
    connect(m_hex, &HexView::selectionChanged, this, &ValueHexView::updateCursor);
    connect(m_hex, &HexEditor::modeChanged, this,
            [this](HexEditor::Mode mode) { m_mode->setChecked(mode == HexEditor::Mode::insert); });
    connect(m_mode, &QPushButton::toggled, this,
            [this](bool insert) { m_hex->setMode(insert ? HexEditor::Mode::insert : HexEditor::Mode::overwrite); });
    connect(m_inspect, &QPushButton::toggled, this, [this](bool shown) {
        m_inspector->setVisible(shown);
        updateCursor();
        Q_EMIT inspectorChosen(shown);
    });
    connect(m_find, &QLineEdit::returnPressed, this, [this] { find(false); });
    connect(m_findNext, &QToolButton::clicked, this, [this] { find(false); });
    connect(m_findPrevious, &QToolButton::clicked, this, [this] { find(true); });
    connect(m_goTo, &QLineEdit::returnPressed, this, &ValueHexView::goTo);
    connect(m_inspector, &QTableView::activated, this, [this](const QModelIndex& index) {
        m_hex->select(m_hex->selectionOffset(), static_cast<quint64>(m_inspectorModel->row(index.row()).bytes));
    });
    connect(&m_pages, &ValuePages::arrived, this, [this] {
        m_hex->dataChanged();
        updateCursor();
    });
    connect(&m_pages, &ValuePages::failed, this, &ValueHexView::failed);
    setInspectorShown(false);
    setEditable(false);
}

ValueHexView::~ValueHexView() {
    stopFinding();
}

void ValueHexView::setTasks(TaskRunner* tasks) {
    stopFinding();
    m_tasks = tasks;
    m_pages.setTasks(tasks);
}

void ValueHexView::showBytes(const QByteArray& bytes) {
    stopFinding();
    if (m_paged || m_hex->bytes() != bytes || m_hex->size() != static_cast<quint64>(bytes.size())) {
        m_paged = false;
        m_pages.setSource(static_cast<quint64>(bytes.size()), readerOf(bytes));
        m_hex->setBytes(bytes);
    }
    setEditable(m_editable);
    tell({});
    updateCursor();
}

void ValueHexView::showPages(quint64 size, const ByteReader& reader) {
    stopFinding();
    m_paged = true;
    m_hex->setEditable(false);
    m_hex->setBytes({});
    m_pages.setSource(size, reader);
    m_hex->setSource(size, [this](quint64 offset, qint64 length) { return m_pages.bytes(offset, length); });
    setEditable(m_editable);
    tell({});
    updateCursor();
}

void ValueHexView::setEditable(bool editable) {
    m_editable = editable;
    m_hex->setEditable(editable && !m_paged);
    m_mode->setVisible(editable && !m_paged);
}

void ValueHexView::setInspectorShown(bool shown) {
    m_inspect->setChecked(shown);
    m_inspector->setVisible(shown);
}

void ValueHexView::select(quint64 offset, quint64 bytes) {
    m_hex->select(offset, bytes);
    m_hex->setFocus();
}

void ValueHexView::focusEditor() {
    if (!m_hex->cursor()) {
        m_hex->select(0, 0);
    }
    m_hex->setFocus();
}

void ValueHexView::focusFind() {
    m_find->setFocus();
    m_find->selectAll();
}

void ValueHexView::updateCursor() {
    if (!m_finding) {
        const quint64 at = m_hex->selectionOffset();
        const quint64 selected = m_hex->selectionLength();
        if (!m_hex->cursor()) {
            tell(formatBytesExactly(m_hex->size()));
        } else if (selected > 1) {
            tell(tr("Byte %1 (0x%2) · %3 selected")
                     .arg(formatOffset(at), QString::number(at, 16).toUpper(), formatBytesExactly(selected)));
        } else {
            tell(tr("Byte %1 (0x%2) of %3")
                     .arg(formatOffset(at), QString::number(at, 16).toUpper(), formatBytesExactly(m_hex->size())));
        }
    }
    if (m_inspector->isVisibleTo(this)) {
        const quint64 at = m_hex->selectionOffset();
        m_inspectorModel->setBytes(m_paged ? m_pages.bytes(at, 8) : m_hex->bytes().mid(static_cast<qsizetype>(at), 8));
    }
}

void ValueHexView::tell(const QString& text, bool bad) {
    m_place->setText(text);
    m_placeIsBad = bad;
    colourPlace();
}

void ValueHexView::colourPlace() {
    QPalette colours = palette();
    const Tokens& tokens = tokensFor(colours);
    colours.setColor(QPalette::WindowText, m_placeIsBad ? tokens.damaged : tokens.muted);
    m_place->setPalette(colours);
}

void ValueHexView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_place != nullptr) {
        colourPlace();
    }
}

std::optional<QByteArray> ValueHexView::pattern() const {
    if (m_findKind->currentIndex() == 0) {
        return m_find->text().toUtf8();
    }
    const auto bytes = fromHexText(m_find->text());
    return bytes ? std::optional(*bytes) : std::nullopt;
}

void ValueHexView::stopFinding() {
    if (m_finding) {
        m_finding->cancel();
        m_finding.clear();
    }
}

void ValueHexView::find(bool backward) {
    stopFinding();
    const auto wanted = pattern();
    if (!wanted) {
        tell(tr("Bytes are two hexadecimal digits each."), true);
        return;
    }
    if (wanted->isEmpty() || !m_tasks) {
        return;
    }
    const quint64 size = m_hex->size();
    const bool any = m_hex->cursor().has_value();
    const quint64 at = m_hex->selectionOffset();
    const bool atFound = any && m_hex->selectionLength() == static_cast<quint64>(wanted->size());
    const bool nothingBefore = backward && any && at == 0;
    const quint64 from = backward ? (any && at > 0 ? at - 1 : size) : (atFound ? at + 1 : at);
    if (nothingBefore) {
        tell(tr("There is no earlier place."));
        return;
    }
    const ByteReader reader = m_paged ? m_pages.reader() : readerOf(m_hex->bytes());
    using Found = std::optional<quint64>;
    tell(tr("Looking…"));
    m_finding = m_tasks->start<Found>(
        tr("Find in a value"),
        [reader, size, wanted = *wanted, from, backward](rustcask::Progress& progress) {
            return findBytes(reader, size, wanted, from, backward, progress);
        },
        this,
        [this, length = static_cast<quint64>(wanted->size()), backward](rustcask::Result<Found> found) {
            m_finding.clear();
            if (!found) {
                if (found.error().code != rustcask::ErrorCode::cancelled) {
                    Q_EMIT failed(found.error());
                }
                return;
            }
            if (*found) {
                m_hex->select(**found, length);
                updateCursor();
            } else {
                tell(backward ? tr("There is no earlier place.") : tr("There is no later place."));
            }
        });
}

void ValueHexView::goTo() {
    QString text = m_goTo->text().trimmed();
    text.remove(QLatin1Char(','));
    bool ok = false;
    quint64 offset = 0;
    if (text.endsWith(QLatin1Char('%'))) {
        const double percent = text.chopped(1).trimmed().toDouble(&ok);
        ok = ok && percent >= 0 && percent <= 100;
        offset = ok ? static_cast<quint64>(static_cast<double>(m_hex->size()) * percent / 100) : 0;
        offset = std::min(offset, m_hex->size() > 0 ? m_hex->size() - 1 : 0);
    } else if (text.startsWith(QLatin1String("0x"), Qt::CaseInsensitive)) {
        offset = text.mid(2).toULongLong(&ok, 16);
    } else {
        offset = text.toULongLong(&ok);
    }
    if (!ok || offset >= std::max<quint64>(1, m_hex->size())) {
        tell(tr("There is no such byte: the value has %1.").arg(formatBytesExactly(m_hex->size())), true);
        return;
    }
    select(offset, 1);
}

void ValueHexView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    constexpr int wide = 980; // sixteen bytes a row and the inspector beside them
    const Qt::Orientation wanted = width() >= wide ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() != wanted) {
        m_splitter->setOrientation(wanted);
        m_splitter->setSizes(wanted == Qt::Horizontal ? QList<int>{600, 380} : QList<int>{300, 120});
    }
}

} // namespace rustcask::ui
