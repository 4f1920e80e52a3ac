import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMeta, useRight } from '../../api/session'
import type { TagExplain } from '../../api/types'
import { titled } from '../../i18n/titled'
import { TagChip } from '../Chip'
import { tagColor } from '../tagOrder'
import { TraceRoot } from './TraceTree'

/** Why one tag has its value. */
export function TagWhy({ name, tag, strong }: { name: string; tag: TagExplain; strong?: boolean }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const mayRead = useRight('definitions.read')
  const dimension = meta.tag_dimensions.find((d) => d.name === name)
  const color = tagColor(dimension, tag.value)
  return (
    <div className={`why-tag ${strong ? 'is-strong' : ''}`}>
      <div className="why-tag-head">
        <span className="muted">{titled(dimension?.title, name)}</span>
        {tag.value ? <TagChip color={color}>{tag.value}</TagChip> : <span className="muted">—</span>}
        {tag.seen !== undefined ? <span className="trace-seen">{t('why.seen', { value: tag.seen || '—' })}</span> : null}
      </div>
      {tag.text ? <p className="why-tag-text">{tag.text}</p> : null}
      <TraceRoot node={tag.conditions} />
      {mayRead ? (
        <p className="why-foot">
          {tag.revision !== undefined ? <span>{t('why.revision', { n: tag.revision })}</span> : null}
          <Link to={`/config/tag_dimension/${name}`}>{t('why.rule')}</Link>
        </p>
      ) : null}
    </div>
  )
}
