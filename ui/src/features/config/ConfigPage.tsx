import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Modal } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, Route, Routes, useLocation, useNavigate } from 'react-router'
import { useDefinitions } from '../../api/config'
import { mayConfigure, useSession } from '../../api/session'
import type { Definition } from '../../api/types'
import { titled } from '../../i18n/titled'
import { PageHead } from '../../parts/PageHead'
import { Failed, Loading, NoRight } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { built, DefinitionPage } from './DefinitionPage'
import { KeysPage } from './KeysPage'
import { RevisionsPage } from './RevisionsPage'
import './config.css'

const ObjectsPage = lazy(() => import('../objects/ObjectsPage'))
const PeoplePage = lazy(() => import('../people/PeoplePage'))

const order = ['assignment_policy', 'follow_up_rule', 'pool_policy', 'duplicate_rule', 'tag_dimension', 'channel', 'form', 'material']
const makeable = ['tag_dimension', 'channel', 'form', 'material', 'role']
const prefixes: Record<string, string> = { tag_dimension: 'dim', channel: 'channel', form: 'f', material: 'm', role: 'role' }

export default function ConfigPage() {
  const { t } = useTranslation()
  const session = useSession()
  const { rights } = session
  const phone = usePhone()
  const { pathname } = useLocation()
  const definitions = useDefinitions()
  if (!rights.some((r) => ['definitions.read', 'definitions.write', 'keys.write', 'people.write', 'channels.write'].includes(r))) {
    return <div className="page"><PageHead title={t('nav.config')} /><NoRight /></div>
  }
  const index = pathname.replace(/\/$/, '') === '/config'
  const building = [...built, ...(mayConfigure(session, 'object') ? ['object'] : [])].some((kind) => pathname.startsWith(`/config/${kind}/`))
  if (definitions.isPending) return <div className="page"><Loading rows={10} /></div>
  if (definitions.isError && !definitions.data) return <div className="page"><PageHead title={t('nav.config')} /><Failed error={definitions.error} retry={() => void definitions.refetch()} /></div>
  return (
    <div className={`config ${index ? 'is-index' : phone || building ? 'is-detail' : ''}`}>
      {index ? <div className="config-index-head"><PageHead title={t('nav.config')} /></div> : null}
      {index || (!phone && !building) ? <Menu definitions={definitions.data} /> : null}
      <div className="config-main page" hidden={index}>
        {phone && !index && !building ? <NavLink to="/config" className="config-back">‹ {t('nav.config')}</NavLink> : null}
        <Routes>
          <Route index element={null} />
          <Route path="revisions" element={<RevisionsPage />} />
          <Route path="keys" element={<KeysPage />} />
          <Route path="people" element={<Suspense fallback={<Loading rows={10} />}><PeoplePage /></Suspense>} />
          <Route path="objects" element={<Suspense fallback={<Loading rows={8} />}><ObjectsPage /></Suspense>} />
          <Route path=":kind/:name" element={<DefinitionPage />} />
        </Routes>
      </div>
    </div>
  )
}

function Menu({ definitions }: { definitions: Definition[] }) {
  const { t } = useTranslation()
  const session = useSession()
  const { rights } = session
  const [making, setMaking] = useState<string | null>(null)
  const may = (kind: string): boolean => mayConfigure(session, kind)
  const edited = may('role') ? [...order, 'role'] : order
  const rest = [...new Set(definitions.map((d) => d.kind))].filter((k) => !edited.includes(k) && k !== 'object').sort()
  const link = (to: string, label: string, draft?: boolean) => (
    <NavLink key={to} to={to} className="config-link">{label}{draft ? <span className="config-dot" role="img" aria-label={t('config.draft')} /> : null}</NavLink>
  )
  const part = (kind: string) => {
    const items = definitions.filter((d) => d.kind === kind)
    if (items.length === 0 && !makeable.includes(kind)) return null
    return (
      <div key={kind} className="config-part">
        <div className="config-part-head">
          <h2>{t(`kind.${kind}`, { defaultValue: kind })}</h2>
          {makeable.includes(kind) && may(kind) ? <Button type="text" size="small" icon={<PlusOutlined aria-hidden />} aria-label={t('config.make', { kind: t(`kind.${kind}`) })} onClick={() => setMaking(kind)} /> : null}
        </div>
        {items.map((d) => link(`/config/${d.kind}/${d.name}`, titled(d.title, d.name), d.has_draft))}
      </div>
    )
  }
  return (
    <nav className="config-menu" aria-label={t('nav.config')}>
      <div className="config-part">
        <div className="config-part-head"><h2>{t('objects.menu')}</h2></div>
        {link('/config/objects', t('objects.list'), definitions.some((d) => d.kind === 'object' && d.has_draft))}
      </div>
      {edited.map(part)}
      <div className="config-part">
        <div className="config-part-head"><h2>{t('config.system')}</h2></div>
        {['keys.write', 'channels.write'].some((r) => rights.includes(r)) ? link('/config/keys', t('key.title')) : null}
        {link('/config/people', t('people.title'))}
        {link('/config/revisions', t('revision.title'))}
      </div>
      {rest.length > 0 ? <details className="config-rest"><summary>{t('config.others')}</summary>{rest.map(part)}</details> : null}
      {making ? <MakeModal kind={making} onClose={() => setMaking(null)} /> : null}
    </nav>
  )
}

function MakeModal({ kind, onClose }: { kind: string; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  const word = t(`kind.${kind}`)
  const go = (): void => {
    const name = `${prefixes[kind] ?? 'x'}_${Date.now().toString(36)}`
    onClose()
    void navigate(`/config/${kind}/${name}?new=${encodeURIComponent(title.trim())}`)
  }
  return (
    <Modal open title={t('config.make', { kind: word })} okText={t('config.next')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !title.trim() }} onOk={go} onCancel={onClose}>
      <Input autoFocus aria-label={t('config.name')} placeholder={t(`config.example.${kind}`)} value={title} onChange={(e) => setTitle(e.target.value)} onPressEnter={() => { if (title.trim()) go() }} />
    </Modal>
  )
}
