import { SearchOutlined } from '@ant-design/icons'
import { useDraggable } from '@dnd-kit/core'
import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { titled } from '../../i18n/titled'
import type { Terms } from '../../parts/terms'
import type { Dragged } from './BuilderDnd'
import type { PaletteItem } from './items'
import type { Side } from './zones'

interface Props { groups: { side: Side; title: string; terms: Terms }[]; disabled: boolean; onAdd: (item: PaletteItem) => void }

interface Entry { item: PaletteItem; label: string }

/** What a rule can be made of, in groups with a search: dragged into the rule, or put there by a click or Enter. */
export function Palette({ groups, disabled, onAdd }: Props) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const asked = words.trim().toLowerCase()
  const sections = groups.flatMap(({ side, title, terms }) => {
    const by = new Map<string, Entry[]>()
    const add = (group: string, entry: Entry): void => void by.set(group, [...(by.get(group) ?? []), entry])
    if (side === 'record') by.set(t('builder.tags'), [])
    for (const m of terms.measures ?? []) add(t('builder.figures'), { item: { side, kind: 'measure', name: m.name }, label: titled(m.title, m.name) })
    const order = [...terms.fields].sort((a, b) => Number(a.system ?? false) - Number(b.system ?? false))
    for (const f of order) {
      add(f.tag_dimension ? t('builder.tags') : f.system ? t('builder.record') : (f.group || t(side === 'rep' ? 'builder.facts' : 'builder.other')), { item: { side, kind: 'field', name: f.name }, label: titled(f.title, f.name) })
    }
    return [...by].map(([name, entries]) => ({ key: `${side}/${name}`, title: `${title} · ${name}`, entries: entries.filter((e) => !asked || e.label.toLowerCase().includes(asked) || e.item.name.includes(asked)) }))
  }).filter((s) => s.entries.length > 0)
  return (
    <aside className="palette" aria-label={t('builder.palette')}>
      <Input allowClear prefix={<SearchOutlined aria-hidden />} aria-label={t('builder.search')} placeholder={t('builder.search')} value={words} onChange={(e) => setWords(e.target.value)} />
      <p className="muted small palette-hint">{t('builder.paletteHint')}</p>
      {sections.length === 0 ? <p className="muted small">{t('builder.nothingFound')}</p> : null}
      <div className="palette-list">
        {sections.map((s) => (
          <section key={s.key}>
            <h3 className="section-title">{s.title}</h3>
            <ul>{s.entries.map((e) => <li key={e.item.name}><Item {...e} disabled={disabled} onAdd={() => onAdd(e.item)} /></li>)}</ul>
          </section>
        ))}
      </div>
    </aside>
  )
}

function Item({ item, label, disabled, onAdd }: Entry & { disabled: boolean; onAdd: () => void }) {
  const { t } = useTranslation()
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: `item:${item.side}/${item.kind}/${item.name}`, data: { kind: 'item', item, label, side: item.side } satisfies Dragged, disabled })
  return (
    <button ref={setNodeRef} type="button" className={`palette-item ${isDragging ? 'is-lifted' : ''}`} disabled={disabled} aria-label={t('builder.addTerm', { what: label })} {...listeners} onClick={onAdd}>
      <span>{label}</span>
      <span className="palette-grip" aria-hidden>⠿</span>
    </button>
  )
}
