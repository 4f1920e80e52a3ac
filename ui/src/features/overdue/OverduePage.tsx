import { DownloadOutlined } from '@ant-design/icons'
import { Button, Select, Segmented, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { overdueSheet, useOverdue, type OverdueLine, type OverduePage as Page } from '../../api/overdue'
import { useObject } from '../../api/session'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { OverdueCards, OverdueTable } from './Lines'
import { TalkModal } from './TalkModal'
import './overdue.css'

const object = 'lead'
const spans = [7, 30, 90]

export default function OverduePage() {
  const lead = useObject(object)
  return <div className="page overdue-page">{lead ? <List /> : <NoRight />}</div>
}

function List() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [params, setParams] = useSearchParams()
  const asked = Number(params.get('days'))
  const ask = { days: spans.includes(asked) ? asked : 30, person: params.get('person') || undefined, open: params.get('open') === '1' || undefined }
  const list = useOverdue(object, ask)
  const [talking, setTalking] = useState<OverdueLine | null>(null)
  const put = (name: string, value: string): void => setParams((old) => {
    const next = new URLSearchParams(old)
    if (value) next.set(name, value)
    else next.delete(name)
    return next
  })
  const data = list.data
  const Lines = phone ? OverdueCards : OverdueTable
  return (
    <>
      <PageHead title={t('overdue.title')} extra={<span className="num">{data ? t('overdue.about', { days: data.days, count: data.total }) : null}</span>}>
        {data?.may_export && data.total > 0 ? <Button icon={<DownloadOutlined aria-hidden />} href={overdueSheet(object, ask)} download>{t('overdue.export')}</Button> : null}
      </PageHead>
      <div className="overdue-bar">
        <Segmented<number> aria-label={t('overdue.span')} value={ask.days} onChange={(n) => put('days', n === 30 ? '' : String(n))} options={spans.map((n) => ({ value: n, label: t('overdue.days', { count: n }) }))} />
        <People data={data} value={ask.person} onChange={(id) => put('person', id)} />
        <label className="row"><Switch size="small" checked={Boolean(ask.open)} onChange={(on) => put('open', on ? '1' : '')} aria-label={t('overdue.openOnly')} /> {t('overdue.openOnly')}</label>
      </div>
      {list.isPending ? <Loading rows={8} />
        : list.isError && !data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : !data || data.lines.length === 0 ? (
          ask.person || ask.open ? <Empty title={t('overdue.noneFiltered')}><Button onClick={() => setParams({})}>{t('filter.clear')}</Button></Empty> : <Empty title={t('overdue.none', { days: ask.days })} text={t('overdue.noneText')} />
        ) : (
          <>
            <Lines lines={data.lines} onTalk={setTalking} />
            {data.total > data.lines.length ? <p className="muted small">{t('overdue.more', { count: data.total, shown: data.lines.length })}</p> : null}
            <p className="muted small overdue-help">{t('overdue.help')}</p>
          </>
        )}
      {talking ? <TalkModal object={object} line={talking} onClose={() => setTalking(null)} /> : null}
    </>
  )
}

/** Whose lines: everybody's, or one person's, with how many there are and how many still wait. */
function People({ data, value, onChange }: { data?: Page; value?: string; onChange: (id: string) => void }) {
  const { t } = useTranslation()
  const people = data?.people ?? []
  if (people.length < 2 && !value) return null
  return (
    <Select aria-label={t('overdue.person')} className="overdue-person" popupMatchSelectWidth={false} value={value ?? ''} onChange={onChange}
      options={[{ value: '', label: t('overdue.everybody') }, ...people.map((p) => ({ value: p.person, label: t('overdue.personCount', { name: p.name, count: p.count, open: p.open }) }))]} />
  )
}
