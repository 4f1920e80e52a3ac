import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import type { useLook } from '../../api/jobs'
import type { ImportPreview, ImportRecord } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Chip, type Tone } from '../../parts/Chip'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { addField } from './MappingTable'

interface Props { preview: ImportPreview; look: ReturnType<typeof useLook>; fields: (string | null)[] }

const tones: Record<ImportRecord['result'], Tone> = { created: 'green', merged: 'blue', rejected: 'red' }

/** The first rows as they would stand: read by the fields, tagged, and with who would get them. Nothing is written. */
export function PreviewRecords({ preview, look, fields }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const shown = preview.fields.filter((f) => f.name !== addField && fields.includes(f.name))
  const records = look.data?.records ?? []
  if (shown.length === 0) return null
  const title = <>{t('importer.asItWillBe')}</>
  if (look.isError) return <Card className="import-part" title={title}><Alert type="error" role="alert" showIcon title={problemText(look.error)} /></Card>
  if (!look.data) return <Card className="import-part" title={title}><Loading rows={4} /></Card>
  const known = new Map(shown.map((f) => [f.name, titled(f.title, f.name)]))
  return (
    <Card className="import-part" title={title} extra={t('importer.asItWillBeHint')} testid="import-records">
      {records.length === 0 ? <p className="muted">{t('importer.noRows')}</p> : phone ? (
        <ul className="import-cards">
          {records.slice(0, 5).map((r) => (
            <li key={r.line}>
              <div className="row"><span className="muted small">{t('importer.lineNo', { line: r.line })}</span><Result record={r} /></div>
              <Fate record={r} />
              <dl>{[...known].filter(([name]) => r.values[name]).map(([name, label]) => <div key={name}><dt>{label}</dt><dd>{r.values[name]}</dd></div>)}</dl>
            </li>
          ))}
        </ul>
      ) : (
        <div className="table-wrap import-records" tabIndex={0} role="region" aria-label={t('importer.asItWillBe')}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col" className="num">{t('import.line')}</th>
                <th scope="col">{t('importer.fate')}</th>
                {[...known].map(([name, label]) => <th key={name} scope="col">{label}</th>)}
              </tr>
            </thead>
            <tbody>
              {records.slice(0, 10).map((r) => (
                <tr key={r.line}>
                  <td className="num">{r.line}</td>
                  <td><Result record={r} /> <Fate record={r} /></td>
                  {[...known.keys()].map((name) => (
                    <td key={name}>
                      {r.values[name] ? <span className="nowrap">{r.values[name]}</span> : <span className="muted">—</span>}
                      {r.hints?.[name] ? <div className="small import-hint">{r.hints[name]}</div> : null}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}

function Result({ record }: { record: ImportRecord }) {
  const { t } = useTranslation()
  return <Chip tone={tones[record.result]}>{t(`importer.result.${record.result}`)}</Chip>
}

function Fate({ record }: { record: ImportRecord }) {
  const { t } = useTranslation()
  if (record.result === 'rejected') return <span className="small import-why">{record.errors.map((e) => `${e.column ? `${e.column}：` : ''}${e.message}${e.hint ? `；${e.hint}` : ''}`).join(' / ')}</span>
  if (record.result === 'merged') return <span className="muted small">{t('importer.mergedHint')}</span>
  return (
    <span className="small">
      <span className="nowrap">{record.owner ? t('importer.to', { owner: record.owner }) : t('importer.toPool')}</span>
      {record.tags.length > 0 ? <span className="muted import-tags">{record.tags.join(' · ')}</span> : null}
    </span>
  )
}
