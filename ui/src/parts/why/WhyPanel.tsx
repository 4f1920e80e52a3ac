import { useTranslation } from 'react-i18next'
import { useExplain } from '../../api/records'
import { useMeta } from '../../api/session'
import { Failed, Loading } from '../States'
import { inOrder } from '../tagOrder'
import { OwnerWhy, ownerTitle } from './OwnerWhy'
import { TagWhy } from './TagWhy'
import './why.css'

/** One panel everywhere: subject "owner" leads with the decision, "tag:industry" with that tag. */
export function WhyPanel({ object, id, subject, heading = true }: { object: string; id: string; subject: string; heading?: boolean }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const explain = useExplain(object, id)
  if (explain.isPending) return <Loading rows={5} />
  if (explain.isError) return <Failed error={explain.error} retry={() => void explain.refetch()} />
  const { owner, tags } = explain.data
  const tagName = subject.startsWith('tag:') ? subject.slice(4) : null
  const tagEntries = inOrder(tags, meta)
  const focused = tagName ? tagEntries.filter(([name]) => name === tagName) : tagEntries
  const rest = tagName ? tagEntries.filter(([name]) => name !== tagName) : []
  const ownerPart = owner ? <OwnerWhy owner={owner} lead={object === 'lead' && owner.decision === 'pool' ? id : undefined} /> : <p className="muted">{t('why.nothing')}</p>
  return (
    <div className="why" data-testid="why-panel">
      {heading ? (
        <div className="card-head">
          <h2>{tagName ? t('why.whyTags') : ownerTitle(owner, t)}</h2>
          {owner?.revision !== undefined && !tagName ? <span className="card-extra">{t('why.revision', { n: owner.revision })}</span> : null}
        </div>
      ) : null}
      {tagName ? (
        <>
          {focused.map(([name, tag]) => <TagWhy key={name} name={name} tag={tag} strong />)}
          {rest.length > 0 ? <details className="why-more"><summary>{t('why.otherTags')}</summary>{rest.map(([name, tag]) => <TagWhy key={name} name={name} tag={tag} />)}</details> : null}
        </>
      ) : (
        <>
          {ownerPart}
          {focused.length > 0 ? <details className="why-more"><summary>{t('why.tagsToo')}</summary>{focused.map(([name, tag]) => <TagWhy key={name} name={name} tag={tag} />)}</details> : null}
        </>
      )}
    </div>
  )
}
