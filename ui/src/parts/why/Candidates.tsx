import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BranchTrace, Candidate } from '../../api/types'
import { Verdict } from './TraceTree'

const shownAtFirst = 8

/** The candidates that reached the live checks: one column per check, one line per person. */
export function Candidates({ branch }: { branch: BranchTrace }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const rank = (c: Candidate): number => (c.chosen ? 0 : c.passed ? 1 : 2)
  const candidates = [...(branch.candidates ?? [])].sort((a, b) => rank(a) - rank(b))
  const labels = [...new Set(candidates.flatMap((c) => c.checks.map((check) => check.label)))]
  const excluded = (branch.excluded ?? []).filter((e) => e.count > 0)
  const shown = all ? candidates : candidates.slice(0, shownAtFirst)
  return (
    <div className="why-candidates">
      {branch.considered !== undefined ? (
        <p className="why-counts">
          {t('why.considered', { count: branch.considered })}
          {excluded.map((e) => <span key={e.filter}>{' · '}<span className="nowrap">{t('why.excluded', { what: e.text || t(`why.filter.${e.filter}`, { defaultValue: e.filter }), count: e.count })}</span></span>)}
        </p>
      ) : null}
      {branch.warning ? <p className="why-counts">{branch.warning}</p> : null}
      {candidates.length > 0 ? (
        <table className="why-table">
          <thead>
            <tr>
              <th scope="col">{t('why.rep')}</th>
              {labels.map((label) => <th scope="col" key={label}>{label}</th>)}
              <th scope="col"><span className="visually-hidden">{t('why.outcome')}</span></th>
            </tr>
          </thead>
          <tbody>{shown.map((c) => <Line key={c.person.id} candidate={c} labels={labels} />)}</tbody>
        </table>
      ) : branch.considered !== undefined ? <p className="why-none">{t('why.noCandidate')}</p> : null}
      {candidates.length > shownAtFirst && !all ? <button type="button" className="link small" onClick={() => setAll(true)}>{t('why.showAll', { count: candidates.length })}</button> : null}
    </div>
  )
}

function Line({ candidate, labels }: { candidate: Candidate; labels: string[] }) {
  const { t } = useTranslation()
  return (
    <tr className={candidate.chosen ? 'why-chosen' : undefined}>
      <th scope="row">{candidate.person.name}</th>
      {labels.map((label) => {
        const check = candidate.checks.find((c) => c.label === label)
        return (
          <td key={label} title={check?.text}>
            {check ? <span className={check.passed ? 'ok' : 'bad'}><Verdict passed={check.passed} /> {check.seen || '—'}</span> : <span className="muted">—</span>}
          </td>
        )
      })}
      <td className={candidate.chosen ? 'ok' : 'muted'}>{candidate.chosen ? t('why.chosen') : (candidate.note ?? '')}</td>
    </tr>
  )
}
