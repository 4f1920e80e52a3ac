import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useContext, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { children, group, groupKind, type Condition, type GroupKind, type Leaf as LeafCondition, type MeasureLeaf } from '../api/condition'
import { kindOf } from '../fields'
import { frameKey, FramesContext } from './conditionFrames'
import { LeafChip } from './LeafChip'
import { startValue } from './LeafEditor'
import type { Terms } from './terms'
import './condition.css'

interface Props {
  terms: Terms
  value: Condition | undefined | null
  onChange: (value: Condition) => void
  depth?: number
  /** Where this condition stands, where its parts can be dragged. */
  zone?: string
  path?: number[]
  onRemove?: () => void
  label: string
}

function firstLeaf(terms: Terms): Condition {
  const measure = terms.measures?.[0]
  const field = terms.fields.find((f) => !f.system) ?? terms.fields[0]
  const op = field ? (kindOf(field).ops[0] ?? 'eq') : 'eq'
  if (field) return { field: field.name, op, value: startValue(op) }
  return { measure: measure?.name ?? '', for: measure?.for, period: measure?.period, op: 'gt', value: null }
}

/** Nested conditions as groups of all / any / none, each with conditions that read as words and inner groups. */
export function ConditionEditor({ terms, value, onChange, depth = 0, zone = '', path = [], onRemove, label }: Props) {
  const { Group, Leaf, opened } = useContext(FramesContext)
  const { t } = useTranslation()
  const tree: Condition = value && groupKind(value) ? value : group('all', value && Object.keys(value).length > 0 ? [value] : [])
  const kind = groupKind(tree) as GroupKind
  const parts = children(tree)
  const [added, setAdded] = useState(-1)
  const set = (next: Condition[]): void => onChange(group(kind, next))
  return (
    <Group zone={zone} path={path}>
    <div className={`cond-group cond-depth-${depth % 2}`} role="group" aria-label={label}>
      <div className="cond-group-head">
        <Select
          aria-label={t('cond.groupKind')}
          size="small"
          popupMatchSelectWidth={false}
          value={kind}
          options={(['all', 'any', 'none'] as const).map((k) => ({ value: k, label: t(`cond.group.${k}`) }))}
          onChange={(k: GroupKind) => onChange(group(k, parts))}
        />
        {parts.length === 0 ? <span className="muted small">{t('cond.emptyGroup')}</span> : null}
        {onRemove ? <Button type="text" size="small" icon={<CloseOutlined aria-hidden />} aria-label={t('cond.removeGroup')} onClick={onRemove} /> : null}
      </div>
      {parts.length > 0 ? (
        <div className="cond-parts">
          {parts.map((part, index) => {
            const change = (next: Condition): void => set(parts.map((p, i) => (i === index ? next : p)))
            const remove = (): void => {
              setAdded(-1)
              set(parts.filter((_, i) => i !== index))
            }
            return groupKind(part) ? (
              <ConditionEditor key={`${parts.length}/${index}`} terms={terms} value={part} depth={depth + 1} zone={zone} path={[...path, index]} onChange={change} onRemove={remove} label={t('cond.innerGroup')} />
            ) : (
              <Leaf key={`${parts.length}/${index}`} zone={zone} path={[...path, index]}>
                <LeafChip terms={terms} value={part as LeafCondition | MeasureLeaf} onChange={change} onRemove={remove} startOpen={index === added || opened === frameKey(zone, [...path, index])} />
              </Leaf>
            )
          })}
        </div>
      ) : null}
      <div className="cond-add">
        <Button
          type="link"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => {
            setAdded(parts.length)
            set([...parts, firstLeaf(terms)])
          }}
        >
          {t('cond.add')}
        </Button>
        {depth < 4 ? (
          <Button type="link" size="small" icon={<PlusOutlined aria-hidden />} onClick={() => set([...parts, group(kind === 'any' ? 'all' : 'any', [firstLeaf(terms)])])}>{t('cond.addGroup')}</Button>
        ) : null}
      </div>
    </div>
    </Group>
  )
}
