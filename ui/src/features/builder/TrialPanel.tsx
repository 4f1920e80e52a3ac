import { ExperimentOutlined, UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type Trial, type TrialRow } from '../../api/builder'
import { Problem } from '../../api/client'
import { exactInstant, instant, integer, percent } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { FairBars } from './FairBars'

interface Props {
  object: string
  /** The tag dimension under work, with its field; null for a policy. */
  tag: { name: string; field: string } | null
  trial: Trial | undefined
  stale: boolean
  running: boolean
  error: unknown
  onRun: (file?: File) => void
}

const ratio = (counts: number[]): string => {
  const some = counts.filter((n) => n > 0)
  return some.length < 2 ? '—' : (Math.max(...some) / Math.min(...some)).toFixed(1)
}

/** 试算: what the draft would have done with the last 30 days, or with a file, against what happened. Nothing is written. */
export function TrialPanel({ object, tag, trial, stale, running, error, onRun }: Props) {
  const { t } = useTranslation()
  const [rows, setRows] = useState<{ value?: string } | null>(null)
  const before = t(trial?.of_file ? 'builder.standing' : 'builder.happened')
  return (
    <Card title={t('builder.trial')} extra={trial ? <span className="num">{t(trial.of_file ? 'builder.ofFile' : 'builder.of30', { n: integer(trial.examined) })}</span> : null} testid="trial">
      <div className="row">
        <Button icon={<ExperimentOutlined aria-hidden />} loading={running} onClick={() => onRun()}>{t('builder.run30')}</Button>
        <Upload accept=".xlsx,.csv,.txt" showUploadList={false} disabled={running} beforeUpload={(file) => { onRun(file as unknown as File); return false }}>
          <Button type="text" icon={<UploadOutlined aria-hidden />} disabled={running}>{t('builder.runFile')}</Button>
        </Upload>
      </div>
      {running && !trial ? <Loading rows={4} /> : null}
      {error ? <Alert className="trial-note" type="error" role="alert" showIcon title={problemText(error)} description={error instanceof Problem && error.errors.length > 0 ? <ul>{error.errors.map((e, i) => <li key={i}>{[e.message, e.hint].filter(Boolean).join(' ')}</li>)}</ul> : undefined} /> : null}
      {!trial && !running && !error ? <p className="muted small trial-note">{t('builder.trialHint')}</p> : null}
      {trial ? (
        <>
          {stale ? <p className="trial-note finding finding-warning">{t('builder.stale')}</p> : null}
          {trial.unread ? <p className="muted small trial-note">{t('builder.unread', { n: integer(trial.unread) })}</p> : null}
          {trial.truncated ? <p className="muted small trial-note">{t('builder.truncated', { n: integer(trial.examined) })}</p> : null}
          {trial.examined === 0 ? <Empty title={t('builder.nothingToTry')} />
            : tag ? <Values trial={trial} dimension={tag.name} before={before} onOpen={(value) => setRows({ value })} />
            : <Assigned trial={trial} before={before} />}
          {trial.examined > 0 ? <button type="button" className="link trial-more" onClick={() => setRows({})}>{t('builder.seeRows', { n: integer(trial.changed) })}</button> : null}
          <p className="muted small trial-note">{t('builder.basis', { asOf: trial.as_of.join(t('fmt.listJoin')), today: trial.of_today.join(t('fmt.listJoin')) })}</p>
        </>
      ) : null}
      {rows && trial ? <Rows object={object} tag={tag} trial={trial} value={rows.value} before={before} onClose={() => setRows(null)} /> : null}
    </Card>
  )
}

function Assigned({ trial, before }: { trial: Trial; before: string }) {
  const { t } = useTranslation()
  const { summary, examined } = trial
  const lines = [
    [t('builder.rate'), percent((examined - summary.pooled_before) / examined), percent((examined - summary.pooled_after) / examined), summary.pooled_after < summary.pooled_before],
    [t('builder.pool'), integer(summary.pooled_before), integer(summary.pooled_after), summary.pooled_after < summary.pooled_before],
    [t('builder.spread'), ratio(summary.by_person.map((p) => p.before)), ratio(summary.by_person.map((p) => p.after)), Number(ratio(summary.by_person.map((p) => p.after))) < Number(ratio(summary.by_person.map((p) => p.before)))],
    [t('builder.changed'), '', integer(trial.changed), false],
  ] as const
  return (
    <>
      <table className="trial-table">
        <thead><tr><th scope="col"><span className="visually-hidden">{t('builder.figure')}</span></th><th scope="col" className="num">{before}</th><th scope="col" className="num">{t('builder.draft')}</th></tr></thead>
        <tbody>{lines.map(([label, was, is, better]) => <tr key={label}><th scope="row">{label}</th><td className="num">{was}</td><td className={`num ${better ? 'ok' : ''}`}>{is}</td></tr>)}</tbody>
      </table>
      {summary.reasons.length > 0 ? <p className="muted small trial-note">{t('builder.stays')}{summary.reasons.slice(0, 3).map((r) => t('builder.staysOne', { reason: r.reason, n: integer(r.count) })).join(t('fmt.listJoin'))}</p> : null}
      <FairBars people={summary.by_person} before={before} />
    </>
  )
}

function Values({ trial, dimension, before, onOpen }: { trial: Trial; dimension: string; before: string; onOpen: (value: string) => void }) {
  const { t } = useTranslation()
  const values = trial.summary.by_value.filter((v) => v.dimension === dimension)
  const tagged = values.reduce((n, v) => n + v.after, 0)
  return (
    <>
      <p className="trial-note" data-testid="would-tag">{t('builder.wouldTag', { n: integer(tagged), of: integer(trial.examined) })}</p>
      {values.length > 0 ? (
        <table className="trial-table">
          <thead><tr><th scope="col">{t('builder.value')}</th><th scope="col" className="num">{before}</th><th scope="col" className="num">{t('builder.draft')}</th></tr></thead>
          <tbody>
            {values.map((v) => (
              <tr key={v.value}>
                <th scope="row"><button type="button" className="link" onClick={() => onOpen(v.value)}>{v.title || v.value}</button></th>
                <td className="num">{integer(v.before)}</td>
                <td className={`num ${v.before !== v.after ? 'trial-moved' : ''}`}>{integer(v.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  )
}

const words = (v: unknown): string => (v && typeof v === 'object' && 'name' in v ? String((v as { name: string }).name) : typeof v === 'string' ? v : '')

function Rows({ object, tag, trial, value, before, onClose }: { object: string; tag: Props['tag']; trial: Trial; value?: string; before: string; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const key = tag?.field ?? 'owner'
  const of = (row: TrialRow, side: 'before' | 'after'): string => words(row[side][key])
  const list = trial.rows.filter((r) => (trial.of_file && !tag) || (of(r, 'before') !== of(r, 'after') && (value === undefined || of(r, 'before') === value || of(r, 'after') === value)))
  const none = t(tag ? 'tag.noTag' : 'builder.inPool')
  return (
    <Drawer open onClose={onClose} size={phone ? '85%' : 640} placement={phone ? 'bottom' : 'right'} title={value ? t('builder.rowsOf', { value }) : t('builder.rows')}>
      {list.length === 0 ? <Empty title={t('builder.noRows')} /> : (
        <>
          <p className="muted small">{t(trial.rows_total > trial.rows.length ? 'builder.rowsSome' : 'builder.rowsAll', { n: integer(list.length) })}</p>
          <ul className="trial-rows">
            {list.map((r, i) => (
              <li key={r.id || i} data-testid="trial-row">
                <div className="grow">
                  {r.id && !trial.of_file ? <Link to={`/objects/${object}/${r.id}`}>{r.title}</Link> : <span>{r.title && r.title !== r.id ? r.title : t('builder.rowNo', { n: i + 1 })}</span>}
                  <div className="muted small">{[r.branch ? t('builder.byBranch', { branch: r.branch }) : '', r.reason].filter(Boolean).join(' · ')}</div>
                </div>
                <span className="trial-move">
                  <span className="muted" title={before}>{of(r, 'before') || none}</span> <span aria-hidden>→</span><span className="visually-hidden">{t('builder.becomes')}</span> <strong>{of(r, 'after') || none}</strong>
                </span>
                {trial.of_file ? null : <time className="muted small num" title={exactInstant(r.at)}>{instant(r.at)}</time>}
              </li>
            ))}
          </ul>
        </>
      )}
    </Drawer>
  )
}
