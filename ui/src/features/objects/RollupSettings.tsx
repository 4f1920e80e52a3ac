import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Definition } from '../../api/types'
import { titled } from '../../i18n/titled'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { kept } from '../builder/tree'
import { Row } from '../config/parts'
import { asField, specOf } from './kinds'
import type { FieldSpec, RollupSpec } from './spec'

interface Props { object: string; field: FieldSpec; objects: Definition[]; disabled: boolean; onChange: (rollup: RollupSpec) => void }

const fns = ['count', 'sum', 'min', 'max', 'latest']
const numbers = ['integer', 'decimal', 'money', 'percent']
const times = ['date', 'datetime']

/** What is counted: of which records that point here, how, and which of them. */
export function RollupSettings({ object, field, objects, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const r: RollupSpec = field.rollup ?? { from: '', relation: '', fn: 'count' }
  const ways = objects.flatMap((d) => (specOf(objects, d.name)?.fields ?? []).filter((f) => f.type === 'relation' && f.target === object).map((f) => ({ value: `${d.name}/${f.name}`, label: t('objects.rollupFrom', { object: titled(d.title, d.name), field: titled(f.title, f.name) }) })))
  if (ways.length === 0) return <p className="muted small settings-note">{t('objects.rollupNone')}</p>
  const own = (specOf(objects, r.from)?.fields ?? []).map((f) => asField(f, objects))
  const fits = own.filter((f) => (r.fn === 'sum' ? numbers.includes(f.type) : r.fn === 'latest' ? f.type !== 'json' : [...numbers, ...times].includes(f.type)))
  const set = (changes: Partial<RollupSpec>): void => onChange({ ...r, ...changes })
  const options = (fields: typeof own) => fields.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))
  const pick = { disabled, popupMatchSelectWidth: false, showSearch: { optionFilterProp: 'label' } } as const
  return (
    <>
      <Row label={t('objects.rollupOf')}>
        <Select {...pick} aria-label={t('objects.rollupOf')} placeholder={t('objects.pick')} value={r.from ? `${r.from}/${r.relation}` : undefined} options={ways} onChange={(v: string) => { const [from = '', relation = ''] = v.split('/'); set({ from, relation, of: undefined, by: undefined, where: undefined }) }} />
      </Row>
      <Row label={t('objects.rollupFn')}>
        <Select {...pick} showSearch={false} aria-label={t('objects.rollupFn')} value={r.fn} options={fns.map((fn) => ({ value: fn, label: t(`objects.fn.${fn}`) }))} onChange={(fn: string) => set({ fn, of: undefined, by: undefined })} />
      </Row>
      {r.from && r.fn !== 'count' ? <Row label={t('objects.rollupField')}><Select {...pick} aria-label={t('objects.rollupField')} placeholder={t('objects.pick')} value={r.of} options={options(fits)} onChange={(of: string) => set({ of })} /></Row> : null}
      {r.from && r.fn === 'latest' ? <Row label={t('objects.rollupBy')}><Select {...pick} aria-label={t('objects.rollupBy')} placeholder={t('objects.pick')} value={r.by} options={[...options(own.filter((f) => times.includes(f.type))), { value: 'created_at', label: t('objects.createdAt') }]} onChange={(by: string) => set({ by })} /></Row> : null}
      {r.from ? (
        <div className="side-condition">
          <h4>{t('objects.rollupWhere')}</h4>
          <ConditionEditor terms={{ fields: own }} value={r.where} label={t('objects.rollupWhere')} onChange={(tree) => set({ where: kept(tree) })} />
        </div>
      ) : null}
    </>
  )
}
