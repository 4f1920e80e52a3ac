import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMeta, useObject } from '../../api/session'
import { Avatar } from '../../parts/Avatar'
import { Chip } from '../../parts/Chip'
import { PageHead } from '../../parts/PageHead'
import { Empty } from '../../parts/States'

/** Everybody, by unit; a person's record opens to be read or edited where the rights allow. */
export function PeoplePage() {
  const { t } = useTranslation()
  const meta = useMeta()
  const linked = Boolean(useObject('person'))
  const [q, setQ] = useState('')
  const people = meta.people.filter((p) => !q || p.name.includes(q) || (p.unit_name ?? '').includes(q))
  return (
    <>
      <PageHead title={t('people.title')} extra={<span>{t('people.count', { count: meta.people.length })}</span>} />
      <Input.Search className="people-search" allowClear aria-label={t('people.search')} placeholder={t('people.search')} value={q} onChange={(e) => setQ(e.target.value)} />
      {people.length === 0 ? <Empty title={t('people.noneFound')} /> : <div className="table-wrap">
        <table className="plain-table">
          <thead><tr><th scope="col">{t('people.name')}</th><th scope="col">{t('people.unit')}</th><th scope="col">{t('people.state')}</th></tr></thead>
          <tbody>
            {people.map((p) => (
              <tr key={p.id}>
                <td><span className="person"><Avatar name={p.name} /> {linked ? <Link to={`/objects/person/${p.id}`}>{p.name}</Link> : p.name}</span></td>
                <td>{p.unit_name ?? '—'}</td>
                <td>{p.active ? <Chip tone="green">{t('people.active')}</Chip> : <Chip>{t('people.inactive')}</Chip>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>}
    </>
  )
}
