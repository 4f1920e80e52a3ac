import { useTranslation } from 'react-i18next'
import { toneOf } from '../../parts/Chip'
import { money, moneyExact } from '../../parts/format'
import { titled } from '../../i18n/titled'
import type { Column } from './board'

export const labelOf = (column: Pick<Column, 'field' | 'value'>, none: string): string => {
  const option = column.field.options?.find((o) => o.value === column.value)
  return column.value === '' ? none : titled(option?.title, column.value)
}

/** A column's name, its exact count and sum, and its chance to win. */
export function ColumnHead({ column, short = false }: { column: Column; short?: boolean }) {
  const { t } = useTranslation()
  const option = column.field.options?.find((o) => o.value === column.value)
  return (
    <span className="column-head">
      <span className="column-name"><span className={`tag-dot tag-dot-${toneOf(option?.color)}`} aria-hidden />{labelOf(column, t('convert.board.none'))}<span className="column-count num" data-testid="column-count">{column.count}</span></span>
      {short ? null : (
        <span className="column-facts muted small num">
          {column.sum === null ? null : <span data-testid="column-sum" title={moneyExact(column.sum)}>{money(column.sum)}</span>}
          {column.stage && !column.stage.outcome ? <span>{t('convert.board.chance', { percent: column.stage.probability })}</span> : null}
        </span>
      )}
    </span>
  )
}
