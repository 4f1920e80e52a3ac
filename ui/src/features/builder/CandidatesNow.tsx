import { ExclamationCircleOutlined } from '@ant-design/icons'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { figuresQuery, useFairness } from '../../api/builder'
import { children, groupKind, isMeasure, type Condition, type MeasureLeaf } from '../../api/condition'
import { useMeta } from '../../api/session'
import { kindOf } from '../../fields'
import { subjectOf } from '../../parts/conditionWords'
import { problemText } from '../../parts/problem'
import { useCandidateTerms } from '../config/useTerms'

const few = 6

function measures(tree: Condition | null | undefined): MeasureLeaf[] {
  if (!tree) return []
  if (groupKind(tree)) return children(tree).flatMap(measures)
  return isMeasure(tree) ? [tree] : []
}

/** A figure is asked once for each span of time. */
const keyOf = (m: MeasureLeaf): string => JSON.stringify([m.measure, m.period ?? null])

/** The live figures that the branch asks of each rep, as they stand now. */
export function CandidatesNow({ where, object }: { where?: Condition | null; object: string }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const terms = useCandidateTerms(object)
  const [all, setAll] = useState(false)
  const fairness = useFairness(object, 30)
  const asked = measures(where).filter((m, i, list) => list.findIndex((o) => keyOf(o) === keyOf(m)) === i)
  const figures = useQueries({
    queries: asked.map((m) => figuresQuery({ measure: m.measure, entity: meta.measures.find((x) => x.name === m.measure)?.entity ?? object, ...(m.period ? { period: m.period } : {}) })),
  })
  if (asked.length === 0) return <p className="muted small settings-note">{t('builder.noFigures')}</p>
  const reps = (fairness.data?.people ?? []).filter((p) => p.receives).map((p) => p.person).sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'))
  const shown = all ? reps : reps.slice(0, few)
  return (
    <div className="figures-now" data-testid="figures-now">
      <h3 className="section-title">{t('builder.figuresNow')}</h3>
      <table>
        <thead><tr><th scope="col">{t('why.rep')}</th>{asked.map((m) => <th key={keyOf(m)} scope="col" className="num">{subjectOf(m, terms)?.title}</th>)}</tr></thead>
        <tbody>
          {shown.map((p) => (
            <tr key={p.id}>
              <th scope="row">{p.name}</th>
              {asked.map((m, i) => {
                const field = subjectOf(m, terms)?.field
                const got = figures[i]
                const n = got?.data?.get(p.id)
                return <td key={keyOf(m)} className="num" title={got?.isError ? problemText(got.error) : undefined}>{got?.isPending ? '…' : got?.isError ? <ExclamationCircleOutlined className="bad" aria-label={problemText(got.error)} /> : n === null || !field ? '—' : kindOf(field).words(n ?? (field.type === 'percent' ? null : 0), field, meta) || '—'}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {reps.length > few && !all ? <button type="button" className="link small" onClick={() => setAll(true)}>{t('why.showAll', { count: reps.length })}</button> : null}
    </div>
  )
}
