import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import type { Field } from '../../api/types'
import { titled } from '../../i18n/titled'

interface ObjectSpec { fields?: (Field & { aliases?: string[] })[]; title_field?: string; pool?: boolean }

const mostAliases = 6

/** An object's fields as a table: what each holds and by which column names an import knows it. */
export function ObjectView({ spec }: { spec: ObjectSpec }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const holds = (f: Field): string => {
    const type = t(`fieldType.${f.type}`, { defaultValue: f.type })
    if (f.target) return t('objectView.to', { type, object: titled(meta.objects.find((o) => o.name === f.target)?.title, t(`objectName.${f.target}`, { defaultValue: f.target })) })
    if (f.options?.length) return t('objectView.of', { type, options: f.options.map((o) => titled(o.title, o.value)).join(t('fmt.listJoin')) })
    return type
  }
  return (
    <section className="config-section">
      <h3>{t('spec.fields')}</h3>
      <p className="muted small">{t('config.readOnly')}</p>
      <div className="table-scroll">
        <table className="plain-table">
          <thead><tr><th scope="col">{t('spec.field')}</th><th scope="col">{t('spec.type')}</th><th scope="col">{t('spec.aliases')}</th></tr></thead>
          <tbody>
            {(spec.fields ?? []).map((f) => (
              <tr key={f.name}>
                <th scope="row">{titled(f.title, f.name)}{f.required ? <span className="bad" title={t('spec.required')}> *</span> : null}</th>
                <td>{holds(f)}{f.readonly ? <div className="muted small">{t('objectView.readonly')}</div> : null}</td>
                <td className="muted">{f.aliases?.slice(0, mostAliases).join(t('fmt.listJoin')) || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
