import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'

interface Rule { read?: string; update?: string; delete?: string; create?: boolean; export?: boolean; claim?: boolean; assign?: boolean; hide?: string[]; mask?: string[]; show?: string[]; read_only?: string[]; classes?: Record<string, string>; read_where?: unknown; update_where?: unknown; delete_where?: unknown }
interface RoleSpec { rights?: string[]; objects?: Record<string, Rule>; configure?: string[]; classes?: Record<string, string> }

const extras = ['create', 'claim', 'assign', 'export'] as const

/** What a role may do, in words: its rights, and object by object whose records it reads and changes. */
export function RoleView({ spec }: { spec: RoleSpec }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const scope = (words: string | undefined): string =>
    !words || words === 'none' ? '—' : words.split('+').map((w) => t(`roleView.scope.${w}`, { defaultValue: w })).join(t('roleView.and'))
  const named = (object: string): string => (object === '*' ? t('roleView.everything') : titled(meta.objects.find((o) => o.name === object)?.title, t(`objectName.${object}`, { defaultValue: object })))
  const fields = (object: string, names: string[]): string =>
    names.map((n) => titled(meta.objects.find((o) => o.name === object)?.fields.find((f) => f.name === n)?.title, t(`fieldName.${n}`, { defaultValue: n }))).join(t('fmt.listJoin'))
  const verb = (rule: Rule, name: 'read' | 'update' | 'delete') => {
    const where = rule[`${name}_where`] !== undefined
    const words = scope(rule[name])
    return where ? (words === '—' ? t('roleView.where') : words + t('roleView.and') + t('roleView.where')) : words
  }
  const classes = (by: Record<string, string> | undefined): string =>
    Object.entries(by ?? {}).map(([c, how]) => t('roleView.class', { class: t(`roleView.sensitivity.${c}`, { defaultValue: c }), how: t(`roleView.manner.${how}`, { defaultValue: how }) })).join(t('fmt.listJoin'))
  const notes = (object: string, rule: Rule) =>
    (['hide', 'mask', 'show', 'read_only'] as const)
      .filter((k) => rule[k]?.length)
      .map((k) => <div key={k} className="muted small">{t(`roleView.fields.${k}`, { fields: fields(object, rule[k] ?? []) })}</div>)
      .concat(rule.classes ? [<div key="classes" className="muted small">{classes(rule.classes)}</div>] : [])
  const rows = Object.entries(spec.objects ?? {}).sort(([a], [b]) => (a === '*' ? -1 : b === '*' ? 1 : named(a).localeCompare(named(b), 'zh')))
  const configure = spec.configure ?? []
  return (
    <>
      <section className="config-section">
        <h3>{t('roleView.rights')}</h3>
        <p className="role-rights">
          {(spec.rights ?? []).length === 0 ? '—' : (spec.rights ?? []).map((r) => <Chip key={r}>{t(`scope.${r.replaceAll('.', '_')}`, { defaultValue: r })}</Chip>)}
        </p>
        {spec.classes ? <p className="muted small">{classes(spec.classes)}</p> : null}
        <h3>{t('roleView.configure')}</h3>
        <p className="role-rights">
          {configure.length === 0 ? '—' : configure.includes('*') ? t('roleView.allKinds') : configure.map((k) => <Chip key={k}>{t(`kind.${k}`, { defaultValue: k })}</Chip>)}
        </p>
      </section>
      <section className="config-section">
        <h3>{t('roleView.objects')}</h3>
        <div className="table-scroll">
          <table className="plain-table">
            <thead><tr><th scope="col">{t('spec.object')}</th>{['read', 'update', 'delete', 'more'].map((c) => <th scope="col" key={c}>{t(`roleView.${c}`)}</th>)}</tr></thead>
            <tbody>
              {rows.map(([object, rule]) => (
                <tr key={object}>
                  <th scope="row">{named(object)}</th>
                  <td>{verb(rule, 'read')}{notes(object, rule)}</td>
                  <td>{verb(rule, 'update')}</td>
                  <td>{verb(rule, 'delete')}</td>
                  <td>{extras.filter((e) => rule[e]).map((e) => t(`roleView.${e}`)).join(t('fmt.listJoin')) || '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  )
}
