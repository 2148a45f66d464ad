// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/version_diff_dialog.h"

#include <QAbstractTableModel>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/diff_view.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

/// Differences of structure as a table: what, where, before, after.
class TreeDiffModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;
    void setDiff(const TreeDiff& diff) {
        beginResetModel();
        m_changes = diff.changes;
        endResetModel();
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_changes.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 4; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override {
        const TreeChange& change = m_changes[static_cast<std::size_t>(index.row())];
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
            QString text;
            switch (index.column()) {
            case 0:
                text = change.kind == TreeChange::Kind::added     ? VersionDiffDialog::tr("+ added")
                       : change.kind == TreeChange::Kind::removed ? VersionDiffDialog::tr("− removed")
                                                                  : VersionDiffDialog::tr("~ changed");
                break;
            case 1:
                text = change.path;
                break;
            case 2:
                text = change.before;
                break;
            default:
                text = change.after;
            }
            return role == Qt::ToolTipRole ? text.toHtmlEscaped() : text;
        }
        return role == Qt::FontRole && index.column() > 0 ? QVariant(monospaceFont()) : QVariant();
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
            return {};
        }
        const QStringList titles{VersionDiffDialog::tr("Change"), VersionDiffDialog::tr("Where"),
                                 VersionDiffDialog::tr("Before"), VersionDiffDialog::tr("After")};
        return titles.value(section);
    }

private:
    std::vector<TreeChange> m_changes;
};

VersionDiffDialog::VersionDiffDialog(TaskRunner* tasks, const QString& directory, const QByteArray& key,
                                     std::vector<rustcask::Version> versions, int older, int newer, QWidget* parent)
    : QDialog(parent), m_tasks(tasks), m_directory(directory), m_keyBytes(key), m_versions(std::move(versions)) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Compare versions"));
    build(key);
    m_left->setCurrentIndex(older);
    m_right->setCurrentIndex(newer);
    connect(m_left, &QComboBox::currentIndexChanged, this, &VersionDiffDialog::compare);
    connect(m_right, &QComboBox::currentIndexChanged, this, &VersionDiffDialog::compare);
    resize(980, 620);
    compare();
}

VersionDiffDialog::~VersionDiffDialog() {
    if (m_task) {
        m_task->cancel();
    }
}

void VersionDiffDialog::build(const QByteArray& key) {
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* title = new ElidedLabel(displayKey(key));
    title->setFont(monospaceFont());
    layout->addWidget(title);

    auto* sides = new QHBoxLayout;
    sides->setSpacing(10);
    m_left = new QComboBox;
    m_left->setAccessibleName(tr("Version on the left"));
    m_right = new QComboBox;
    m_right->setAccessibleName(tr("Version on the right"));
    for (const rustcask::Version& version : m_versions) {
        m_left->addItem(versionText(version));
        m_right->addItem(versionText(version));
    }
    sides->addWidget(m_left, 1);
    sides->addWidget(m_right, 1);
    layout->addLayout(sides);

    auto* card = new Card;
    auto* row = new QWidget;
    auto* rowLayout = new QHBoxLayout(row);
    rowLayout->setContentsMargins(0, 0, Card::gutter, 0);
    m_tabs = makeTabBar(tr("How the versions are compared"));
    m_tabs->addTab(tr("Text"));
    m_tabs->addTab(tr("Hex"));
    m_tabs->addTab(tr("Structure"));
    m_summary = makeMuted(QString());
    m_previous = makeIconButton(QStringLiteral("chevron-up"), tr("Previous change"));
    m_next = makeIconButton(QStringLiteral("chevron-down"), tr("Next change"));
    rowLayout->addWidget(m_tabs);
    rowLayout->addStretch(1);
    rowLayout->addWidget(m_summary);
    rowLayout->addWidget(m_previous);
    rowLayout->addWidget(m_next);
    card->addBody(row, 0);
    card->addBody(makeHairline(), 0);
    m_stack = new QStackedWidget;
    m_text = new DiffView;
    m_text->setAccessibleName(tr("Lines of both versions side by side"));
    m_hex = new DiffView;
    m_hex->setAccessibleName(tr("Bytes of both versions side by side"));
    m_table = new QTableView;
    m_model = new TreeDiffModel(this);
    m_table->setModel(m_model);
    styleTable(m_table, tr("Differences in the structure of both versions"));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setColumnWidth(0, 100);
    m_table->setColumnWidth(1, 260);
    m_table->setColumnWidth(2, 260);
    m_state = new EmptyState(QStringLiteral("compare"), QString());
    for (QWidget* page : {static_cast<QWidget*>(m_text), static_cast<QWidget*>(m_hex), static_cast<QWidget*>(m_table),
                          static_cast<QWidget*>(m_state)}) {
        m_stack->addWidget(page);
    }
    card->addBody(m_stack, 1);
    layout->addWidget(card, 1);

    auto* buttons = new QHBoxLayout;
    m_restore = makeButton(tr("Restore the left version"));
    m_restore->setToolTip(tr("Store its value as the newest one; this can be undone"));
    auto* close = makePrimaryButton(tr("Close"));
    close->setDefault(true);
    buttons->addWidget(m_restore);
    buttons->addStretch(1);
    buttons->addWidget(close);
    layout->addLayout(buttons);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_restore, &QPushButton::clicked, this, [this] {
        if (m_ready && m_olderWhole) {
            Q_EMIT restoreRequested(m_keyBytes, m_older);
            accept();
        }
    });
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_tabChosen = true;
        showTab(tab);
    });
    connect(m_previous, &QToolButton::clicked, this, [this] { moveToChange(true); });
    connect(m_next, &QToolButton::clicked, this, [this] { moveToChange(false); });
}

QString VersionDiffDialog::versionText(const rustcask::Version& version) const {
    const QString state = version.live ? tr("live") : version.tombstone ? tr("deleted") : tr("superseded");
    return tr("%1 · %2 · %3 · %4")
        .arg(formatTime(version.time), version.tombstone ? QStringLiteral("–") : formatBytes(version.valueBytes),
             formatLocation(version.location), state);
}

rustcask::Result<VersionDiffDialog::Comparison> VersionDiffDialog::run(const QString& directory, const QByteArray& key,
                                                                       const rustcask::Version& older,
                                                                       const rustcask::Version& newer,
                                                                       rustcask::Progress& progress) {
    Comparison comparison;
    // Of a tombstone there is nothing. More than what is compared is not read, but for restoring a small version.
    const auto read = [&](const rustcask::Version& version, QByteArray& bytes) -> rustcask::Result<bool> {
        if (version.tombstone) {
            return true;
        }
        auto document = openVersionDocument(directory, key, version);
        if (!document) {
            return rustcask::failure(document.error());
        }
        if (!document->isPaged()) {
            bytes = document->bytes;
            return true;
        }
        auto part = readerOf(*document)(0, maxDiffBytes + 1);
        if (!part) {
            return rustcask::failure(part.error());
        }
        bytes = std::move(*part);
        return false;
    };
    QByteArray right;
    auto left = read(older, comparison.older);
    if (!left) {
        return rustcask::failure(left.error());
    }
    auto whole = read(newer, right);
    if (!whole) {
        return rustcask::failure(whole.error());
    }
    comparison.whole = *left;
    comparison.equal = *left && *whole && comparison.older == right;
    // Packed values are compared as what they hold.
    const auto contents = [&](const QByteArray& bytes) {
        const Packing packing = detectPacking(bytes);
        if (packing != Packing::none) {
            auto unpacked = unpack(readerOf(bytes), packing, 2 * maxDiffBytes, progress);
            if (unpacked && unpacked->problem.isEmpty()) {
                return unpacked->bytes;
            }
        }
        return bytes;
    };
    const QByteArray leftContents = contents(comparison.older);
    const QByteArray rightContents = contents(right);
    comparison.text = diffText(leftContents, rightContents, progress);
    comparison.hex = diffHex(comparison.older, right, progress);
    const Content leftContent = detectContent(leftContents, *left, progress);
    const Content rightContent = detectContent(rightContents, *whole, progress);
    const auto isText = [](const Content& content) {
        return content.encoding.has_value() || content.kind == ContentKind::empty;
    };
    comparison.bothText = isText(leftContent) && isText(rightContent);
    if (leftContent.treeFormat && leftContent.treeFormat == rightContent.treeFormat) {
        const auto before = parseTree(leftContents, *leftContent.treeFormat, progress);
        const auto after = parseTree(rightContents, *rightContent.treeFormat, progress);
        if (before && after) {
            comparison.structure = diffTrees(*before, *after);
        }
    }
    return comparison;
}

void VersionDiffDialog::compare() {
    if (m_task) {
        m_task->cancel();
        m_task.clear();
    }
    const int older = m_left->currentIndex();
    const int newer = m_right->currentIndex();
    m_ready = false;
    m_restore->setEnabled(false);
    if (!m_tasks || older < 0 || newer < 0) {
        return;
    }
    m_state->setTexts(tr("Comparing…"), QString());
    m_stack->setCurrentWidget(m_state);
    m_summary->clear();
    m_task = m_tasks->start<Comparison>(
        tr("Compare two versions"),
        [directory = m_directory, key = m_keyBytes, left = m_versions[static_cast<std::size_t>(older)],
         right = m_versions[static_cast<std::size_t>(newer)]](rustcask::Progress& progress) {
            return run(directory, key, left, right, progress);
        },
        this,
        [this, serial = ++m_serial](rustcask::Result<Comparison> comparison) {
            if (serial != m_serial) {
                return;
            }
            m_task.clear();
            if (comparison) {
                showComparison(std::move(*comparison));
            } else if (comparison.error().code != rustcask::ErrorCode::cancelled) {
                m_state->setTexts(errorTitle(comparison.error()), errorText(comparison.error()));
            }
        },
        {.visible = false});
}

void VersionDiffDialog::showComparison(Comparison comparison) {
    m_ready = true;
    m_older = comparison.older;
    m_olderWhole = comparison.whole && !m_versions[static_cast<std::size_t>(m_left->currentIndex())].tombstone;
    m_text->setDiff(std::move(comparison.text));
    m_hex->setDiff(std::move(comparison.hex));
    m_hasStructure = comparison.structure.has_value();
    m_structure = comparison.structure.value_or(TreeDiff{});
    m_model->setDiff(m_structure);
    m_tabs->setTabEnabled(structureTab, m_hasStructure);
    m_tabs->setTabToolTip(structureTab,
                          m_hasStructure ? QString() : tr("Both versions have to be JSON, MessagePack or CBOR"));
    setRestoreEnabled(m_restoreEnabled);
    const int wanted = m_hasStructure ? structureTab : comparison.bothText ? textTab : hexTab;
    const bool chosen = m_tabChosen && m_tabs->isTabEnabled(m_tabs->currentIndex());
    setTab(chosen ? tab() : static_cast<Tab>(wanted));
    if (comparison.equal) {
        m_summary->setText(tr("Both versions are the same"));
    }
    m_text->showNextChange(false);
    m_hex->showNextChange(false);
}

void VersionDiffDialog::setTab(Tab tab) {
    m_tabs->blockSignals(true);
    m_tabs->setCurrentIndex(tab);
    m_tabs->blockSignals(false);
    showTab(tab);
}

VersionDiffDialog::Tab VersionDiffDialog::tab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void VersionDiffDialog::showTab(int tab) {
    if (!m_ready) {
        return;
    }
    m_stack->setCurrentIndex(tab);
    const bool rows = tab != structureTab;
    m_previous->setVisible(rows);
    m_next->setVisible(rows);
    if (!rows) {
        m_summary->setText(m_structure.changes.empty() ? tr("The structure is the same") : changeSummary(m_structure));
        return;
    }
    const Diff& diff = (tab == textTab ? m_text : m_hex)->diff();
    QString summary = diff.changes() == 0   ? tr("No difference")
                      : diff.changes() == 1 ? tr("1 change")
                                            : tr("%1 changes").arg(formatCount(diff.changes()));
    if (diff.cut) {
        summary += tr(" in the first %1").arg(formatBytes(maxDiffBytes));
    }
    if (diff.approximate) {
        summary += tr(" · not the fewest possible");
    }
    m_summary->setText(summary);
}

void VersionDiffDialog::moveToChange(bool backward) {
    DiffView* view = m_tabs->currentIndex() == hexTab ? m_hex : m_text;
    view->showNextChange(backward);
}

void VersionDiffDialog::setRestoreEnabled(bool enabled) {
    m_restoreEnabled = enabled;
    const int left = m_left->currentIndex();
    m_restore->setEnabled(m_ready && enabled && m_olderWhole && left >= 0 &&
                          !m_versions[static_cast<std::size_t>(left)].live);
}

} // namespace rustcask::ui
