import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import type { ObjectMeta, RecordData } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { TagChip } from '../../parts/Chip'
import { inOrder, tagColor } from '../../parts/tagOrder'
import { useWhy } from '../../parts/useWhy'

/** The tags beside the title; each opens its own reasons. */
export function TagRow({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const { open } = useWhy()
  const entries = inOrder(record.tags, meta).filter(([, v]) => !isBlank(v))
  return (
    <>
      {entries.map(([name, value]) => {
        const dimension = meta.tag_dimensions.find((d) => d.name === name)
        const color = tagColor(dimension, value)
        const label = titled(dimension?.title, name)
        return (
          <button
            key={name}
            type="button"
            className="tag-button"
            title={label}
            aria-label={t('why.tagMark', { name: label, value })}
            onClick={() => open({ object: object.name, id: record.id, subject: `tag:${name}` })}
          >
            <TagChip color={color}>{value}<span className="tag-why" aria-hidden>?</span></TagChip>
          </button>
        )
      })}
    </>
  )
}
