import { DeleteOutlined, HolderOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import type { AskField, FormField } from '../../api/hosted'
import { useDrag, type Dragged } from './useDrag'

interface Props { fields: FormField[]; known: AskField[]; disabled: boolean; onChange: (fields: FormField[]) => void }

/** The fields of a form in order. A line is moved by its handle: dragged, or with the arrow keys; a field comes in by a click or by dragging. */
export function FieldList({ fields, known, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const titleOf = (name: string): string => known.find((k) => k.name === name)?.title ?? name
  const left = known.filter((k) => !fields.some((f) => f.field === k.name))
  const drop = (what: Dragged, to: number): void => {
    if (typeof what === 'string') {
      onChange([...fields.slice(0, to), { field: what }, ...fields.slice(to)])
      return
    }
    const rest = fields.filter((_, i) => i !== what)
    const at = to > what ? to - 1 : to
    onChange([...rest.slice(0, at), fields[what] as FormField, ...rest.slice(at)])
  }
  const drag = useDrag(drop)
  const move = (from: number, step: 1 | -1): void => {
    const to = from + step
    if (to >= 0 && to < fields.length) drop(from, step > 0 ? to + 1 : to)
  }
  const set = (i: number, changes: Partial<FormField>): void => onChange(fields.map((f, at) => (at === i ? { ...f, ...changes } : f)))
  return (
    <div {...(disabled ? {} : drag.area)}>
      {fields.length === 0 ? <p className="muted small">{t('hosted.noFields')}</p> : null}
      <ul className="hosted-fields" data-drag-list data-over={drag.over === fields.length ? 'end' : undefined}>
        {fields.map((f, i) => (
          <li key={f.field} className={`hosted-field ${drag.what === i ? 'is-dragged' : ''} ${drag.over === i ? 'is-over' : ''}`} data-testid="form-field" data-field={f.field}>
            <button
              type="button" className="hosted-handle" disabled={disabled} aria-label={t('hosted.move', { field: titleOf(f.field) })} title={t('hosted.moveHint')}
              data-drag={i}
              onKeyDown={(e) => {
                if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return
                e.preventDefault()
                move(i, e.key === 'ArrowUp' ? -1 : 1)
                const handle = e.currentTarget
                requestAnimationFrame(() => handle.focus()) // moving the line takes the focus away
              }}
            ><HolderOutlined aria-hidden /></button>
            <div className="hosted-field-body">
              <div className="hosted-field-top">
                <Input aria-label={t('hosted.labelOf', { field: titleOf(f.field) })} maxLength={100} placeholder={titleOf(f.field)} value={f.label ?? ''} onChange={(e) => set(i, { label: e.target.value || undefined })} />
                <Checkbox checked={Boolean(f.required)} onChange={(e) => set(i, { required: e.target.checked || undefined })}>{t('hosted.required')}</Checkbox>
                <Button type="text" icon={<DeleteOutlined aria-hidden />} aria-label={t('config.remove', { what: titleOf(f.field) })} onClick={() => onChange(fields.filter((_, at) => at !== i))} />
              </div>
              <Input size="small" variant="borderless" className="hosted-hint" aria-label={t('hosted.hintOf', { field: titleOf(f.field) })} maxLength={200} placeholder={t('hosted.hintPlaceholder')} value={f.hint ?? ''} onChange={(e) => set(i, { hint: e.target.value || undefined })} />
            </div>
          </li>
        ))}
      </ul>
      {left.length > 0 && !disabled ? (
        <div className="hosted-palette" role="group" aria-label={t('hosted.more')}>
          <span className="muted small">{t('hosted.more')}</span>
          {left.map((k) => (
            <button key={k.name} type="button" className="hosted-chip" data-drag={k.name} onClick={() => onChange([...fields, { field: k.name }])}>
              <PlusOutlined aria-hidden /> {k.title}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  )
}
