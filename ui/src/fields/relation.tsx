import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { Link } from 'react-router'
import { useFewRecords } from '../api/records'
import { useObject } from '../api/session'
import { isBlank, type EditProps, type FieldKind } from './kind'

function RelationEdit({ field, value, onChange, onDone, label, autoFocus, refs }: EditProps) {
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed)
  const target = useObject(field.target ?? '')
  const { data, isFetching } = useFewRecords(field.target ?? '', { q: q || undefined, limit: 20 }, Boolean(target))
  const titleField = target?.title_field ?? 'name'
  const options = (data?.records ?? []).map((r) => ({ value: r.id, label: String(r[titleField] ?? r.id) }))
  const known = refs?.[field.target ?? '']?.[String(value)]
  if (known && !options.some((o) => o.value === value)) options.unshift({ value: String(value), label: known })
  return (
    <Select
      aria-label={label}
      autoFocus={autoFocus}
      defaultOpen={autoFocus}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={isFetching}
      popupMatchSelectWidth={false}
      value={isBlank(value) ? undefined : String(value)}
      options={options}
      onChange={(next?: string) => {
        onChange(next ?? null)
        onDone?.(next ?? null)
      }}
    />
  )
}

export const relation: FieldKind = {
  Show: ({ field, value, refs }) => {
    if (isBlank(value)) return <>—</>
    const ids = Array.isArray(value) ? value : [value]
    return (
      <>
        {ids.map((id, i) => (
          <span key={String(id)}>
            {i > 0 ? ' · ' : ''}
            <Link to={`/objects/${field.target}/${String(id)}`} onClick={(e) => e.stopPropagation()}>
              {refs?.[field.target ?? '']?.[String(id)] ?? String(id)}
            </Link>
          </span>
        ))}
      </>
    )
  },
  Edit: RelationEdit,
  ops: ['eq', 'empty', 'not_empty'],
  words: (value) => String(value ?? ''),
}
