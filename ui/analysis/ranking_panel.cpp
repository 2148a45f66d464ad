// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/ranking_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

#include "analysis/report_model.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

RankingPanel::RankingPanel(const QStringList& headers, const QString& accessibleName, QWidget* parent)
    : QWidget(parent),
      m_table(new QTableView(this)),
      m_model(new ReportModel(headers, this)),
      m_sentence(makeMuted(QString(), this)) {
    styleTable(m_table, accessibleName);
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < m_model->columnCount(); ++column) {
        m_table->setColumnWidth(column, 150);
    }
    m_sentence->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* card = new Card(this);
    card->addBody(m_table);
    column->addWidget(card, 1);
    column->addWidget(m_sentence);
    connect(m_table, &QTableView::activated, this, [this] {
        if (const QByteArray key = selectedKey(); !key.isEmpty()) {
            Q_EMIT keyActivated(key);
        }
    });
}

QByteArray RankingPanel::selectedKey() const {
    const int row = m_table->currentIndex().row();
    return row < 0 ? QByteArray() : m_model->rows()[static_cast<std::size_t>(row)].key;
}

void RankingPanel::setSentence(const QString& text) {
    m_sentence->setText(text);
}

QString RankingPanel::sentence() const {
    return m_sentence->text();
}

} // namespace rustcask::ui
