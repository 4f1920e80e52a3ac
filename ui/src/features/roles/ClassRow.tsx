import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { manners, sensitivities, withClass, type Manner } from './spec'

interface Props { name: string; classes?: Record<string, Manner>; rest: string; disabled: boolean; onChange: (classes: Record<string, Manner> | undefined) => void }

/** By a field's sensitivity class what is seen of it; rest is what holds where nothing is said. */
export function ClassRow({ name, classes, rest, disabled, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <div className="class-row">
      {sensitivities.map((c) => (
        <label key={c} className="class-pick">
          <span className="muted small">{t('roles.classFields', { class: t(`roleView.sensitivity.${c}`) })}</span>
          <Select
            size="small"
            aria-label={t('roles.classOf', { name, class: t(`roleView.sensitivity.${c}`) })}
            value={classes?.[c] ?? ''}
            disabled={disabled}
            popupMatchSelectWidth={false}
            options={[{ value: '', label: rest }, ...manners.map((m) => ({ value: m, label: t(`roleView.manner.${m}`) }))]}
            onChange={(m: Manner | '') => onChange(withClass(classes, c, m || null))}
          />
        </label>
      ))}
    </div>
  )
}
