import { useTranslation } from 'react-i18next'
import { titled } from '../../i18n/titled'
import { isBlank } from '../../fields/kind'

const deepest = 4

/** A definition without a form, read only, as an outline of its parts. */
export function Summary({ spec }: { spec: unknown }) {
  const { t } = useTranslation()
  return (
    <section className="config-section">
      <p className="muted small">{t('config.readOnly')}</p>
      <Part value={spec} depth={0} />
    </section>
  )
}

function Part({ value, depth }: { value: unknown; depth: number }) {
  const { t } = useTranslation()
  if (isBlank(value)) return <span className="muted">—</span>
  if (typeof value === 'boolean') return <>{t(value ? 'field.yes' : 'field.no')}</>
  if (typeof value !== 'object') return <>{String(value)}</>
  if (depth >= deepest) return <code className="small">{JSON.stringify(value)}</code>
  if (Array.isArray(value)) {
    if (value.every((v) => typeof v !== 'object')) return <>{value.map(String).join(t('fmt.listJoin'))}</>
    return <ul className="summary-list">{value.map((v, i) => <li key={i}><Part value={v} depth={depth + 1} /></li>)}</ul>
  }
  const record = value as Record<string, unknown>
  if ('zh-CN' in record) return <>{titled(record as { 'zh-CN': string })}</>
  const name = record.name ?? record.value
  const rest = Object.entries(record).filter(([k, v]) => !isBlank(v) && !['title', 'name'].includes(k))
  return (
    <>
      {record.title || name ? <strong>{titled(record.title as { 'zh-CN': string } | undefined, String(name ?? ''))}</strong> : null}
      <dl className="summary">
        {rest.map(([key, v]) => <div key={key}><dt>{t(`spec.${key}`, { defaultValue: key })}</dt><dd><Part value={v} depth={depth + 1} /></dd></div>)}
      </dl>
    </>
  )
}
