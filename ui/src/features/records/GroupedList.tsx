import { CaretDownOutlined, CaretRightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { allOf } from '../../api/condition'
import { mergeRefs, type ListAsk } from '../../api/records'
import type { ObjectMeta } from '../../api/types'
import { useGroups, useWindow, type Group } from '../../api/views'
import { Empty, Failed, Loading } from '../../parts/States'
import type { Column } from './columns'
import { RecordCards } from './RecordCards'
import { RecordTable } from './RecordTable'
import type { useCellEdits } from './useCellEdits'

interface Props {
  object: ObjectMeta
  ask: ListAsk & { reach?: string }
  by: string
  columns: Column[]
  phone: boolean
  selected: Set<string>
  onSelect: (id: string) => void
  onOpen: (id: string) => void
  onHover: (id: string) => void
  onSort: (sort: string) => void
  onWidth: (column: string, width: number) => void
  edits: ReturnType<typeof useCellEdits>
  editing: boolean
}

/** A list in groups: heads with capped counts, each opened by itself and read page by page. */
export function GroupedList(props: Props) {
  const { object, ask, by } = props
  const { t } = useTranslation()
  const groups = useGroups(object.name, ask, by)
  const [open, setOpen] = useState<Set<string>>(new Set())
  const all = groups.data?.pages.flatMap((p) => p.groups) ?? []
  const toggle = (key: string): void => setOpen((old) => {
    const next = new Set(old)
    if (!next.delete(key)) next.add(key)
    return next
  })
  if (groups.isPending) return <Loading rows={8} />
  if (groups.isError && all.length === 0) return <Failed error={groups.error} retry={() => void groups.refetch()} />
  if (all.length === 0) return <Empty title={t('list.noneFiltered')} text={t('list.noneFilteredText')} />
  return (
    <div className="groups">
      {all.map((g) => {
        const isOpen = open.has(g.key)
        return (
          <section key={g.key} className="group" data-testid="list-group" data-key={g.key}>
            <h2>
              <button type="button" className="group-head" aria-expanded={isOpen} onClick={() => toggle(g.key)}>
                {isOpen ? <CaretDownOutlined aria-hidden /> : <CaretRightOutlined aria-hidden />}
                <span>{g.words || t('views.emptyGroup')}</span>
                <span className="muted small num">{g.count_capped ? `${g.count}+` : g.count}</span>
              </button>
            </h2>
            {isOpen ? <GroupRows {...props} group={g} /> : null}
          </section>
        )
      })}
      {groups.hasNextPage ? <Button type="text" loading={groups.isFetchingNextPage} onClick={() => void groups.fetchNextPage()}>{t('views.moreGroups')}</Button> : null}
    </div>
  )
}

function GroupRows({ object, ask, group, columns, phone, selected, onSelect, onOpen, onHover, onSort, onWidth, edits, editing }: Props & { group: Group }) {
  const of = useMemo(() => ({ ...ask, filter: allOf(ask.filter, group.filter) }), [ask, group.filter])
  const list = useWindow(object.name, of, 'start')
  const pages = list.data?.pages
  const records = useMemo(() => pages?.flatMap((p) => p.records) ?? [], [pages])
  const refs = useMemo(() => mergeRefs(...(pages ?? []).map((p) => p.refs)), [pages])
  const more = (): void => { if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage() }
  const less = (): void => { if (list.hasPreviousPage && !list.isFetchingPreviousPage) void list.fetchPreviousPage() }
  if (list.isPending) return <Loading rows={3} />
  if (list.isError && records.length === 0) return <Failed error={list.error} retry={() => void list.refetch()} />
  if (phone) return <RecordCards object={object} columns={columns} records={records} refs={refs} onNearEnd={more} />
  return (
    <RecordTable
      object={object} columns={columns} records={records} before={pages?.[0]?.at ?? 0} refs={refs} sort={ask.sort ?? ''} onSort={onSort} cursor={-1} selected={selected} onSelect={onSelect}
      onSelectAll={(on) => { for (const r of records) if (selected.has(r.id) !== on) onSelect(r.id) }} onOpen={onOpen} onHover={onHover} onNearEnd={more} onNearStart={less} onWidth={onWidth} edits={edits} editing={editing}
    />
  )
}
