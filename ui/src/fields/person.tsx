import { Select } from 'antd'
import { useMeta } from '../api/session'
import { Avatar } from '../parts/Avatar'
import { isBlank, type FieldKind } from './kind'

export const person: FieldKind = {
  Show: function PersonShow({ value, refs }) {
    const meta = useMeta()
    if (isBlank(value)) return <>—</>
    const name = refs?.person?.[String(value)] ?? meta.people.find((p) => p.id === value)?.name ?? String(value)
    return <span className="person"><Avatar name={name} /> <span>{name}</span></span>
  },
  Edit: function PersonEdit({ value, onChange, onDone, label, autoFocus }) {
    const meta = useMeta()
    return (
      <Select
        aria-label={label}
        autoFocus={autoFocus}
        defaultOpen={autoFocus}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={isBlank(value) ? undefined : String(value)}
        options={meta.people.filter((p) => p.active || p.id === value).map((p) => ({ value: p.id, label: p.unit_name ? `${p.name} · ${p.unit_name}` : p.name }))}
        onChange={(next?: string) => {
          onChange(next ?? null)
          onDone?.(next ?? null)
        }}
      />
    )
  },
  ops: ['eq', 'ne', 'in', 'empty', 'not_empty'],
  words: (value, _field, meta) => meta.people.find((p) => p.id === value)?.name ?? String(value ?? ''),
}
