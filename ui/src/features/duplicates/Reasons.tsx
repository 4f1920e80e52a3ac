import { useTranslation } from 'react-i18next'
import type { Reason } from '../../api/duplicates'
import { Chip } from '../../parts/Chip'

/** Why two records may be one, each reason with its points; what speaks against it is told apart. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation()
  return (
    <span className="row tight dup-reasons">
      {reasons.map((r) => (
        <Chip key={r.kind} tone={r.points < 0 ? 'neutral' : 'blue'}>
          {t(`duplicates.reason.${r.kind}`, { like: r.like ?? 0 })} <span className="num">{r.points > 0 ? `+${r.points}` : `−${-r.points}`}</span>
        </Chip>
      ))}
    </span>
  )
}
