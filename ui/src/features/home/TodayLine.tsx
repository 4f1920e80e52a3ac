import { PhoneFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Line, SectionKey } from '../../api/today'
import { useMeta } from '../../api/session'
import type { RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { Chip } from '../../parts/Chip'
import { titleOf } from '../records/views'
import { telOf, type SheetKind } from './LineSheet'
import { DueMark, LastWords } from './Words'

export interface LineActs {
  sheet: (kind: SheetKind, object: string, line: Line, title: string) => void
  claim: (id: string) => void
  assign: (id: string) => void
  finish: (record: RecordData, title: string) => void
  called: (object: string, line: Line) => void
  busy: string
}

interface Props { section: SectionKey; object: string; line: Line; refs: Refs; since: string; team: boolean; here: boolean; acts: LineActs }

/** Where a line leads: the record itself, or for a task what it is about. */
export function targetOf(object: string, record: RecordData): string | null {
  if (object !== 'task') return `/objects/${object}/${record.id}`
  for (const name of ['lead', 'customer']) if (!isBlank(record[name])) return `/objects/${name}/${String(record[name])}`
  return null
}

/** One thing to do: what it is, by when, what was last, and the next acts under the thumb. */
export function TodayLine({ section, object: name, line, refs, since, team, here, acts }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const object = meta.objects.find((o) => o.name === name)
  const { record, rights } = line
  const title = titleOf(record, object) ?? t('record.untitled')
  const to = targetOf(name, record)
  const facts = (name === 'task' ? ['kind', 'lead', 'customer', 'person'] : ['name', 'budget', 'industry', 'source']).flatMap((n) => object?.fields.filter((f) => f.name === n) ?? [])
    .filter((f) => !isBlank(record[f.name]) && String(record[f.name]) !== title)
  // In the list of the new ones all are.
  const fresh = section === 'first' && !isBlank(record.assigned_at) && String(record.assigned_at) > since && isBlank(record.contacted_at) && isBlank(record.first_opened_at)
  const open = (kind: SheetKind) => (): void => acts.sheet(kind, name, line, title)
  const phone = isBlank(record.phone) || section === 'pool' ? null : String(record.phone)
  return (
    <li className={`today-line ${here ? 'is-here' : ''}`} data-testid="home-lead" data-section={section} data-id={record.id}>
      <div className="today-head">
        {to ? <Link to={to} className="today-name">{title}</Link> : <span className="today-name">{title}</span>}
        {fresh ? <Chip tone="brand">{t('today.fresh')}</Chip> : null}
        <span className="today-due"><DueMark section={section} record={record} /></span>
      </div>
      {facts.length > 0 ? <p className="today-facts">{facts.map((f) => <span key={f.name}><FieldShow field={f} value={record[f.name]} refs={refs} /></span>)}</p> : null}
      <LastWords section={section} line={line} object={name} />
      <div className="today-acts">
        {section === 'pool' ? (
          <>
            {team ? <Button type="primary" onClick={() => acts.assign(record.id)} aria-label={t('today.assignOf', { title })}>{t('pool.assign')}</Button> : null}
            {rights.claim ? <Button type={team ? 'default' : 'primary'} loading={acts.busy === record.id} onClick={() => acts.claim(record.id)} aria-label={t('pool.claimOf', { name: title })}>{t('record.claim')}</Button> : null}
          </>
        ) : name === 'task' ? (
          <>
            <Button onClick={open('later')} aria-label={t('today.postponeOf', { title })}>{t('today.postpone')}</Button>
            <Button type="primary" onClick={() => acts.finish(record, title)} aria-label={t('today.finishOf', { title })}>{t('action.done')}</Button>
          </>
        ) : (
          <>
            {rights.note ? <Button onClick={open('note')} aria-label={t('today.noteOf', { title })}>{t('today.note')}</Button> : null}
            {rights.protect ? <Button onClick={open('later')} aria-label={t('today.laterOf', { title })}>{t('today.laterWord')}</Button> : null}
            {rights.contacted ? <Button type={phone ? 'default' : 'primary'} onClick={open('contacted')} aria-label={t('today.contactedOf', { title })}>{t('record.contacted')}</Button> : null}
            {phone ? <Button type="primary" icon={<PhoneFilled aria-hidden />} href={telOf(phone)} onClick={() => { acts.called(name, line); open('call')() }} aria-label={t('today.callOf', { title })}>{t('today.call')}</Button> : null}
          </>
        )}
      </div>
    </li>
  )
}
