import { EllipsisOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input, Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useMeta, useObject, useRight, useSession } from '../../api/session'
import type { Person } from '../../api/types'
import { Avatar } from '../../parts/Avatar'
import { Chip } from '../../parts/Chip'
import { PageHead } from '../../parts/PageHead'
import { Empty } from '../../parts/States'
import { ViewAsModal } from '../viewing/ViewAsModal'
import { DelegateModal, Delegations } from './Delegations'
import { LeaveModal } from './LeaveModal'
import { MoveModal } from './MoveModal'
import { OrgTree } from './OrgTree'
import '../sharing/sharing.css'
import './people.css'

const tabs = ['list', 'org', 'delegations'] as const

/** Everybody, by unit; the company as a tree; and who acts in whose place. */
export default function PeoplePage() {
  const { t } = useTranslation()
  const meta = useMeta()
  const [params, setParams] = useSearchParams()
  const tab = tabs.find((x) => x === params.get('tab')) ?? 'list'
  return (
    <>
      <PageHead title={t('people.title')} extra={<span>{t('people.count', { count: meta.people.length })}</span>} />
      <Segmented className="people-tabs" aria-label={t('people.title')} value={tab} options={tabs.map((x) => ({ value: x, label: t(`org.tab.${x}`) }))} onChange={(x) => setParams(x === 'list' ? {} : { tab: x }, { replace: true })} />
      {tab === 'org' ? <OrgTree /> : tab === 'delegations' ? <Delegations /> : <PeopleList people={meta.people} />}
    </>
  )
}

type Act = 'look' | 'move' | 'delegate' | 'leave'

function PeopleList({ people: all }: { people: Person[] }) {
  const { t } = useTranslation()
  const linked = Boolean(useObject('person'))
  const keeps = useRight('people.write')
  const looks = useRight('people.view_as')
  const { user } = useSession()
  const [q, setQ] = useState('')
  const [act, setAct] = useState<{ what: Act; person: Person } | null>(null)
  const people = all.filter((p) => !q || p.name.includes(q) || (p.unit_name ?? '').includes(q))
  const close = (): void => setAct(null)
  const actsOf = (p: Person): Act[] => [
    ...(looks && p.active && p.id !== user.id ? ['look' as const] : []),
    ...(keeps && p.active ? ['move' as const, 'delegate' as const] : []),
    ...(keeps && p.id !== user.id ? ['leave' as const] : []),
  ]
  return (
    <>
      <Input.Search className="people-search" allowClear aria-label={t('people.search')} placeholder={t('people.search')} value={q} onChange={(e) => setQ(e.target.value)} />
      {people.length === 0 ? <Empty title={t('people.noneFound')} /> : <div className="table-wrap">
        <table className="plain-table">
          <thead><tr><th scope="col">{t('people.name')}</th><th scope="col">{t('people.unit')}</th><th scope="col">{t('people.state')}</th>{keeps || looks ? <th scope="col"><span className="visually-hidden">{t('org.acts')}</span></th> : null}</tr></thead>
          <tbody>
            {people.map((p) => (
              <tr key={p.id} data-testid="person" data-id={p.id}>
                <td><span className="person"><Avatar name={p.name} /> {linked ? <Link to={`/objects/person/${p.id}`}>{p.name}</Link> : p.name}</span></td>
                <td>{p.unit_name ?? '—'}</td>
                <td>{p.active ? <Chip tone="green">{t('people.active')}</Chip> : <Chip>{t('people.inactive')}</Chip>}</td>
                {keeps || looks ? (
                  <td className="people-acts">
                    {actsOf(p).length > 0 ? (
                      <Dropdown trigger={['click']} menu={{ items: actsOf(p).map((what) => ({ key: what, label: t(what === 'leave' && !p.active ? 'org.act.left' : `org.act.${what}`), onClick: () => setAct({ what, person: p }) })) }}>
                        <Button type="text" size="small" icon={<EllipsisOutlined aria-hidden />} aria-label={t('org.actsOf', { name: p.name })} />
                      </Dropdown>
                    ) : null}
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>}
      {act?.what === 'look' ? <ViewAsModal person={act.person.id} onClose={close} /> : null}
      {act?.what === 'move' ? <MoveModal moving={{ object: 'person', id: act.person.id, name: act.person.name }} onClose={close} /> : null}
      {act?.what === 'delegate' ? <DelegateModal person={act.person.id} onClose={close} /> : null}
      {act?.what === 'leave' ? <LeaveModal person={act.person.id} name={act.person.name} onClose={close} /> : null}
    </>
  )
}
