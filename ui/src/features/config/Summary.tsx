import { useTranslation } from 'react-i18next'
import { groupKind, isLeaf, type Condition } from '../../api/condition'
import { useMeta } from '../../api/session'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { conditionWords } from '../../parts/conditionWords'
import { CalendarView } from './CalendarView'
import { ObjectView } from './ObjectView'
import { RoleView } from './RoleView'

const deepest = 4
/** Members that only the program reads. */
const inner = new Set(['kept', 'icon', 'hide_from_menu', 'indexes'])

/** A definition without a form, read only: by its own view, or as an outline of its parts. */
export function Summary({ kind, spec }: { kind: string; spec: unknown }) {
  const { t } = useTranslation()
  if (kind === 'role') return <RoleView spec={spec as Parameters<typeof RoleView>[0]['spec']} />
  if (kind === 'object') return <ObjectView spec={spec as Parameters<typeof ObjectView>[0]['spec']} />
  if (kind === 'calendar') return <CalendarView spec={spec as Parameters<typeof CalendarView>[0]['spec']} />
  const about = spec as { object?: string; entity?: string }
  return (
    <section className="config-section">
      <p className="muted small">{t('config.readOnly')}</p>
      <Part value={spec} depth={0} object={about.object ?? about.entity} />
    </section>
  )
}

function Part({ value, depth, object, of }: { value: unknown; depth: number; object?: string; of?: string }) {
  const { t } = useTranslation()
  const meta = useMeta()
  if (isBlank(value)) return <span className="muted">—</span>
  if (typeof value === 'boolean') return <>{t(value ? 'field.yes' : 'field.no')}</>
  const known = meta.objects.find((o) => o.name === object)
  const word = (text: string): string => {
    if (of === 'object' || of === 'entity') return titled(meta.objects.find((o) => o.name === text)?.title, t(`objectName.${text}`, { defaultValue: text }))
    const [first, rest] = text.split('.')
    if (first === 'tags' && rest) return titled(meta.tag_dimensions.find((d) => d.name === rest)?.title, text)
    const field = known?.fields.find((f) => f.name === text)
    if (field) return titled(field.title, text)
    const option = known?.fields.flatMap((f) => f.options ?? []).find((o) => o.value === text)
    return option ? titled(option.title, option.value) : t(`word.${text}`, { defaultValue: text })
  }
  if (typeof value === 'string') return <>{word(value)}</>
  if (typeof value !== 'object') return <>{String(value)}</>
  if (depth >= deepest) return <code className="small">{JSON.stringify(value)}</code>
  if (Array.isArray(value)) {
    if (value.every((v) => typeof v !== 'object')) return <>{value.map((v) => word(String(v))).join(t('fmt.listJoin'))}</>
    return <ul className="summary-list">{value.map((v, i) => <li key={i}><Part value={v} depth={depth + 1} object={object} /></li>)}</ul>
  }
  const record = value as Record<string, unknown>
  const condition = value as Condition
  if (known && (groupKind(condition) || (isLeaf(condition) && 'op' in condition))) return <>{conditionWords(condition, { fields: known.fields }, meta)}</>
  if ('zh-CN' in record) return <>{titled(record as { 'zh-CN': string })}</>
  const rest = Object.entries(record).filter(([k, v]) => !isBlank(v) && k !== 'title' && !inner.has(k))
  return (
    <>
      {record.title ? <strong>{titled(record.title as { 'zh-CN': string })}</strong> : null}
      <dl className="summary">
        {rest.map(([key, v]) => <div key={key}><dt>{t(`spec.${key}`, { defaultValue: key })}</dt><dd><Part value={v} depth={depth + 1} object={object} of={key} /></dd></div>)}
      </dl>
    </>
  )
}
