import { useTranslation } from 'react-i18next'
import type { TraceNode } from '../../api/types'

export function Verdict({ passed }: { passed: boolean }) {
  const { t } = useTranslation()
  return <span className={passed ? 'verdict ok' : 'verdict bad'} role="img" aria-label={t(passed ? 'why.passed' : 'why.failed')}>{passed ? '✓' : '✗'}</span>
}

/** The conditions as a tree, each with the value that was seen. */
export function TraceTree({ node }: { node: TraceNode }) {
  const { t } = useTranslation()
  if (node.kind === 'leaf') {
    return (
      <li className="trace-leaf">
        <Verdict passed={node.passed} />
        <span>{node.text}{node.seen !== undefined ? <span className="trace-seen">{t('why.seen', { value: node.seen || '—' })}</span> : null}</span>
      </li>
    )
  }
  const parts = node.children ?? []
  if (parts.length === 0) return <li className="trace-leaf"><Verdict passed={node.passed} /><span>{node.text || t('cond.always')}</span></li>
  return (
    <li>
      <div className="trace-leaf"><Verdict passed={node.passed} /><span className="muted">{node.text || t(`cond.group.${node.kind === 'some' ? 'any' : node.kind}`)}</span></div>
      <ul className="trace">{parts.map((child, i) => <TraceTree key={i} node={child} />)}</ul>
    </li>
  )
}

/** A root group "all" is shown as its lines: the branch itself is the heading. */
export function TraceRoot({ node }: { node: TraceNode | null | undefined }) {
  if (!node) return null
  const flat = node.kind === 'all' && node.children && node.children.length > 0
  return <ul className="trace">{flat ? node.children?.map((child, i) => <TraceTree key={i} node={child} />) : <TraceTree node={node} />}</ul>
}
