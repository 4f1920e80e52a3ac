import { useDraggable } from '@dnd-kit/core'
import { useTranslation } from 'react-i18next'
import { palette } from './kinds'

/** What is dragged here: a type of field, or a field. */
export type Held = { kind: 'item'; type: string; label: string } | { kind: 'branch'; name: string; label: string }

/** The types of fields, each with what it is good for: dragged to its place, or put at the end by a click. */
export function FieldPalette({ disabled, onAdd }: { disabled: boolean; onAdd: (type: string) => void }) {
  const { t } = useTranslation()
  return (
    <aside className="palette" aria-label={t('objects.palette')}>
      <p className="muted small palette-hint">{t('objects.paletteHint')}</p>
      <div className="palette-list">
        {palette.map((s) => (
          <section key={s.key}>
            <h3 className="section-title">{t(`objects.part.${s.key}`)}</h3>
            <ul>{s.types.map((type) => <li key={type}><Item type={type} disabled={disabled} onAdd={() => onAdd(type)} /></li>)}</ul>
          </section>
        ))}
      </div>
    </aside>
  )
}

function Item({ type, disabled, onAdd }: { type: string; disabled: boolean; onAdd: () => void }) {
  const { t } = useTranslation()
  const label = t(`fieldType.${type}`)
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: `type:${type}`, data: { kind: 'item', type, label } satisfies Held, disabled })
  return (
    <button ref={setNodeRef} type="button" className={`palette-item type-item ${isDragging ? 'is-lifted' : ''}`} disabled={disabled} title={t('objects.addType', { type: label })} {...listeners} onClick={onAdd}>
      <span><span className="type-name">{label}</span><span className="type-help muted">{t(`objects.typeHelp.${type}`)}</span></span>
      <span className="palette-grip" aria-hidden>⠿</span>
    </button>
  )
}
