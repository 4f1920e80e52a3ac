import { Select } from 'antd'
import { useMeta } from '../api/session'
import { isBlank, type FieldKind } from './kind'

export const orgUnit: FieldKind = {
  Show: function UnitShow({ value, refs }) {
    const meta = useMeta()
    if (isBlank(value)) return <>—</>
    return <>{refs?.org_unit?.[String(value)] ?? meta.units.find((u) => u.id === value)?.name ?? String(value)}</>
  },
  Edit: function UnitEdit({ value, onChange, onDone, label, autoFocus }) {
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
        options={meta.units.map((u) => ({ value: u.id, label: u.name }))}
        onChange={(next?: string) => {
          onChange(next ?? null)
          onDone?.(next ?? null)
        }}
      />
    )
  },
  ops: ['under', 'eq', 'in', 'empty', 'not_empty'],
  words: (value, _field, meta) => meta.units.find((u) => u.id === value)?.name ?? String(value ?? ''),
}
