import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useQueries } from '@tanstack/react-query'
import { Alert, App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useDefinitions } from '../../api/config'
import { nameFor, usePurgeObject, useRemovedObjects, useRemoveObject, useRestoreObject, type RemovedObject } from '../../api/objects'
import { fewQuery } from '../../api/records'
import { mayConfigure, useMeta, useRight, useSession } from '../../api/session'
import type { Definition } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'
import { exactInstant, integer } from '../../parts/format'
import { ObjectIcon } from '../../parts/ObjectIcon'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'
import { Row } from '../config/parts'
import { IconSelect } from './ObjectSettings'
import { PurgeModal } from './PurgeModal'
import type { ObjectSpec } from './spec'
import './objects.css'

/** The company's objects: what each holds, new ones, and those taken out. */
export default function ObjectsPage() {
  const { t } = useTranslation()
  const session = useSession()
  const meta = useMeta()
  const may = mayConfigure(session, 'object')
  const definitions = useDefinitions()
  const [making, setMaking] = useState(false)
  const [removing, setRemoving] = useState<Definition | null>(null)
  const objects = (definitions.data ?? []).filter((d) => d.kind === 'object')
  const menu = (d: Definition): number => Number(Boolean((d.spec as ObjectSpec).hide_from_menu))
  const sorted = [...objects].sort((a, b) => menu(a) - menu(b) || titled(a.title).localeCompare(titled(b.title), 'zh-CN'))
  const seen = sorted.filter((d) => meta.objects.some((o) => o.name === d.name))
  const counts = useQueries({ queries: seen.map((d) => ({ ...fewQuery(d.name, { limit: 1 }), staleTime: 30_000 })) })
  const count = (d: Definition): string => {
    const page = counts[seen.indexOf(d)]?.data
    return page?.count === undefined ? '' : t('objects.records', { n: page.count_capped ? '1000+' : integer(page.count) })
  }
  if (definitions.isPending) return <Loading rows={8} />
  if (definitions.isError && !definitions.data) return <Failed error={definitions.error} retry={() => void definitions.refetch()} />
  return (
    <>
      <PageHead title={t('objects.list')} extra={<span>{t('objects.listAbout')}</span>}>
        {may ? <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setMaking(true)}>{t('objects.make')}</Button> : null}
      </PageHead>
      <ul className="object-list" data-testid="objects">
        {sorted.map((d) => {
          const spec = d.spec as ObjectSpec
          return (
            <li key={d.name} data-object={d.name}>
              <Link to={`/config/object/${d.name}`} className="object-card">
                <span className="object-icon" aria-hidden><ObjectIcon name={spec.icon} /></span>
                <span className="grow">
                  <span className="object-name">{titled(d.title, d.name)}{d.has_draft ? <> <Chip tone="amber">{t('config.draft')}</Chip></> : null}</span>
                  <span className="muted small object-facts">{[t('objects.fields', { n: spec.fields?.length ?? 0 }), count(d), ...(spec.hide_from_menu ? [t('objects.hidden')] : [])].filter(Boolean).join(' · ')}</span>
                </span>
              </Link>
              {may && !spec.system ? <Button type="text" icon={<DeleteOutlined aria-hidden />} aria-label={t('objects.remove', { title: titled(d.title, d.name) })} title={t('objects.remove', { title: titled(d.title, d.name) })} onClick={() => setRemoving(d)} /> : null}
            </li>
          )
        })}
      </ul>
      {may ? <Removed /> : null}
      {making ? <MakeModal onClose={() => setMaking(false)} /> : null}
      {removing ? <RemoveModal object={removing} onClose={() => setRemoving(null)} /> : null}
    </>
  )
}

function MakeModal({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [title, setTitle] = useState('')
  const [icon, setIcon] = useState('appstore')
  const [asking, setAsking] = useState(false)
  const go = async (): Promise<void> => {
    setAsking(true)
    try {
      const name = await nameFor(title.trim(), 'object')
      void navigate(`/config/object/${name}?${new URLSearchParams({ new: title.trim(), icon }).toString()}`)
      onClose()
    } catch (error) {
      void message.error(problemText(error))
      setAsking(false)
    }
  }
  return (
    <Modal open title={t('objects.make')} okText={t('config.next')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !title.trim(), loading: asking }} onOk={() => void go()} onCancel={onClose}>
      <p className="muted">{t('objects.makeAbout')}</p>
      <Row label={t('config.name')}><Input autoFocus aria-label={t('config.name')} placeholder={t('objects.makeExample')} value={title} onChange={(e) => setTitle(e.target.value)} onPressEnter={() => { if (title.trim()) void go() }} /></Row>
      <Row label={t('objects.icon')}><IconSelect value={icon} onChange={setIcon} /></Row>
    </Modal>
  )
}

function RemoveModal({ object, onClose }: { object: Definition; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const remove = useRemoveObject()
  const title = titled(object.title, object.name)
  return (
    <Modal
      open title={t('objects.removeTitle', { title })} okText={t('objects.removeDo')} cancelText={t('action.cancel')} okButtonProps={{ danger: true, loading: remove.isPending }} onCancel={onClose}
      onOk={() => remove.mutate({ d: object, note: t('objects.removeNote', { title: object.title['zh-CN'] }) }, { onSuccess: () => { void message.success(t('objects.removedDone', { title })); onClose() } })}
    >
      <p>{t('objects.removeText')}</p>
      {remove.error ? <Alert type="error" role="alert" showIcon title={problemText(remove.error)} /> : null}
    </Modal>
  )
}

/** Objects that were taken out: they come back with their records, or go for good. */
function Removed() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const removed = useRemovedObjects(true)
  const restore = useRestoreObject()
  const purge = usePurgeObject()
  const mayPurge = useRight('purge')
  const [purging, setPurging] = useState<RemovedObject | null>(null)
  if (!removed.data?.length) return null
  return (
    <section className="config-section" data-testid="removed-objects">
      <h3>{t('objects.removedTitle')}</h3>
      <p className="muted small">{t('objects.removedAbout')}</p>
      <ul className="removed-list">
        {removed.data.map((o) => (
          <li key={o.name}>
            <div className="grow">
              <div>{titled(o.title, o.name)}</div>
              <div className="muted small">{[t('objects.removedBy', { by: o.by, at: exactInstant(o.at) }), o.state === 'removed' ? t('objects.recordsKept', { n: integer(o.records) }) : t('objects.state.purging')].join(' · ')}</div>
            </div>
            {o.state === 'removed' ? (
              <span className="row nowrap-row">
                <Button size="small" loading={restore.isPending && restore.variables === o.name} onClick={() => restore.mutate(o.name, { onSuccess: () => void message.success(t('objects.restored', { title: titled(o.title, o.name) })), onError: (e) => void message.error(problemText(e)) })}>{t('objects.restore')}</Button>
                {mayPurge ? <Button size="small" type="text" danger onClick={() => setPurging(o)}>{t('objects.purge')}</Button> : null}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {purging ? <PurgeModal title={titled(purging.title, purging.name)} text={t('objects.purgeObject', { n: integer(purging.records) })} pending={purge.isPending} error={purge.error} onPurge={() => purge.mutate(purging.name, { onSuccess: () => setPurging(null) })} onClose={() => { purge.reset(); setPurging(null) }} /> : null}
    </section>
  )
}
