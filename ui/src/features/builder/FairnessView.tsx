import { Drawer, Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useFairness, useGiven, type Given, type GivenAsk, type Way } from '../../api/builder'
import { exactInstant, instant, integer, percent } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'

const ways: Way[] = ['rule', 'kept', 'claimed', 'given']
const spans = [7, 30, 90]

/** Who got how many in a period and by what, from the decisions kept; each number opens to its rows. The state is in the address. */
export function FairnessView({ object }: { object: string }) {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const asked = Number(params.get('days'))
  const days = spans.includes(asked) ? asked : 30
  const fairness = useFairness(object, days)
  const open: GivenAsk | null = params.has('of') ? { person: params.get('of') || undefined, way: (params.get('way') as Way | null) ?? undefined, branch: params.get('branch') ?? undefined } : null
  const put = (changes: Record<string, string | null>): void => setParams((old) => {
    const next = new URLSearchParams(old)
    for (const [k, v] of Object.entries(changes)) {
      if (v === null) next.delete(k)
      else next.set(k, v)
    }
    return next
  }, { replace: true })
  const show = (ask: GivenAsk): void => put({ of: ask.person ?? '', way: ask.way ?? null, branch: ask.branch ?? null })
  const phone = usePhone()
  const data = fairness.data
  const total = (data?.people ?? []).reduce((n, p) => n + p.total, 0)
  const most = Math.max(1, ...(data?.people ?? []).map((p) => p.total))
  const number = (n: number | undefined, ask: GivenAsk, label: string) => (n ? <button type="button" className="link num" aria-label={label} onClick={() => show(ask)}>{integer(n)}</button> : <span className="muted">0</span>)
  return (
    <Card
      title={t('builder.fairTitle')}
      extra={<Segmented<number> size="small" aria-label={t('builder.days')} value={days} options={spans.map((n) => ({ value: n, label: t('builder.lastDays', { n }) }))} onChange={(n) => put({ days: String(n) })} />}
      testid="fairness"
    >
      {fairness.isPending ? <Loading rows={8} />
        : fairness.isError && !data ? <Failed error={fairness.error} retry={() => void fairness.refetch()} />
        : !data || (total === 0 && data.pooled === 0) ? <Empty title={t('builder.fairNone')} text={t('builder.fairNoneText')} />
        : (
          <>
            <p className="muted small">{t('builder.fairAbout', { n: integer(total) })}{data.truncated ? ` ${t('builder.fairTruncated')}` : ''}</p>
            {phone ? (
              <ul className="fair-cards">
                {data.people.map((p) => (
                  <li key={p.person.id}>
                    <div className="row"><span>{p.person.name}{p.receives ? null : <span className="muted small"> {t('builder.gone')}</span>}</span>{number(p.total, { person: p.person.id }, t('builder.openAll', { name: p.person.name, n: p.total }))}</div>
                    <span className="fair-bar is-after" style={{ width: `${(p.total / most) * 100}%` }} aria-hidden />
                    <div className="muted small">{[total > 0 ? percent(p.total / total) : '—', ...ways.filter((w) => p.ways[w]).map((w) => t('builder.ways', { way: t(`builder.way.${w}`), n: integer(p.ways[w]) }))].join(' · ')}</div>
                  </li>
                ))}
              </ul>
            ) : <div className="table-scroll">
              <table className="plain-table fair-table">
                <thead>
                  <tr>
                    <th scope="col">{t('why.rep')}</th>
                    <th scope="col" className="num">{t('builder.got')}</th>
                    <th scope="col"><span className="visually-hidden">{t('builder.share')}</span></th>
                    {ways.map((w) => <th key={w} scope="col" className="num">{t(`builder.way.${w}`)}</th>)}
                  </tr>
                </thead>
                <tbody>
                  {data.people.map((p) => (
                    <tr key={p.person.id}>
                      <th scope="row">{p.person.name}{p.receives ? null : <span className="muted small"> {t('builder.gone')}</span>}</th>
                      <td className="num">{number(p.total, { person: p.person.id }, t('builder.openAll', { name: p.person.name, n: p.total }))}</td>
                      <td className="fair-share"><span className="fair-bar is-after" style={{ width: `${(p.total / most) * 100}%` }} aria-hidden /><span className="muted small num">{total > 0 ? percent(p.total / total) : '—'}</span></td>
                      {ways.map((w) => <td key={w} className="num">{number(p.ways[w], { person: p.person.id, way: w }, t('builder.openWay', { name: p.person.name, way: t(`builder.way.${w}`), n: p.ways[w] ?? 0 }))}</td>)}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>}
            <div className="fair-more">
              <div>
                <h3 className="section-title">{t('builder.byBranches')}</h3>
                <ul>{data.branches.map((b) => <li key={b.name}><span className="grow">{b.title}</span>{number(b.count, { branch: b.name }, t('builder.openBranch', { branch: b.title, n: b.count }))}</li>)}</ul>
              </div>
              <div>
                <h3 className="section-title">{t('builder.notGiven')}</h3>
                <ul>
                  <li><span className="grow">{t('builder.way.pooled')}</span>{number(data.pooled, { way: 'pooled' }, t('builder.openWay', { name: '', way: t('builder.way.pooled'), n: data.pooled }))}</li>
                  <li><span className="grow">{t('builder.way.returned')}</span>{number(data.returned, { way: 'returned' }, t('builder.openWay', { name: '', way: t('builder.way.returned'), n: data.returned }))}</li>
                </ul>
              </div>
            </div>
          </>
        )}
      {open ? <Behind object={object} days={days} ask={open} name={data?.people.find((p) => p.person.id === open.person)?.person.name} branch={data?.branches.find((b) => b.name === open.branch)?.title} onClose={() => put({ of: null, way: null, branch: null })} /> : null}
    </Card>
  )
}

function Behind({ object, days, ask, name, branch, onClose }: { object: string; days: number; ask: GivenAsk; name?: string; branch?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const found = useGiven(object, days, ask)
  const why = (g: Given): string => [t(`builder.way.${g.way}`), g.branch ? t('builder.byBranch', { branch: g.branch }) : '', g.reason].filter(Boolean).join(' · ')
  return (
    <Drawer open onClose={onClose} size={phone ? '85%' : 640} placement={phone ? 'bottom' : 'right'} title={[name, branch, ask.way ? t(`builder.way.${ask.way}`) : '', t('builder.lastDays', { n: days })].filter(Boolean).join(' · ')}>
      {found.isPending ? <Loading rows={8} />
        : found.isError && !found.data ? <Failed error={found.error} retry={() => void found.refetch()} />
        : found.data.records.length === 0 ? <Empty title={t('builder.noRows')} />
        : (
          <>
            <p className="muted small">{t(found.data.total > found.data.records.length ? 'builder.behindSome' : 'builder.rowsAll', { n: integer(found.data.records.length), total: integer(found.data.total) })}</p>
            <ul className="trial-rows">
              {found.data.records.map((g) => (
                <li key={`${g.id}${g.at}`} data-testid="given-row">
                  <div className="grow"><Link to={`/objects/${object}/${g.id}`}>{g.title}</Link><div className="muted small">{why(g)}</div></div>
                  {g.person && !ask.person ? <span>{g.person.name}</span> : null}
                  <time className="muted small num" title={exactInstant(g.at)}>{instant(g.at)}</time>
                </li>
              ))}
            </ul>
          </>
        )}
    </Drawer>
  )
}
