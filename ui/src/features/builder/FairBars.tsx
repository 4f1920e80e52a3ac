import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { integer } from '../../parts/format'

const few = 8

/** Who got how many and would get how many: two bars a person. */
export function FairBars({ people, before }: { people: { id: string; name: string; before: number; after: number }[]; before: string }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const most = Math.max(1, ...people.flatMap((p) => [p.before, p.after]))
  const shown = all ? people : people.slice(0, few)
  if (people.length === 0) return null
  return (
    <div className="fair-bars">
      <h3 className="section-title">{t('builder.perPerson')} <span className="fair-key is-before" aria-hidden /> {before} <span className="fair-key is-after" aria-hidden /> {t('builder.draft')}</h3>
      <ul>
        {shown.map((p) => (
          <li key={p.id}>
            <span className="fair-name">{p.name}</span>
            <span className="fair-pair" aria-hidden>
              <span className="fair-bar is-before" style={{ width: `${(p.before / most) * 100}%` }} />
              <span className="fair-bar is-after" style={{ width: `${(p.after / most) * 100}%` }} />
            </span>
            <span className="num small">{integer(p.before)} → {integer(p.after)}</span>
          </li>
        ))}
      </ul>
      {people.length > few && !all ? <button type="button" className="link small" onClick={() => setAll(true)}>{t('why.showAll', { count: people.length })}</button> : null}
    </div>
  )
}
