import { DownOutlined, HolderOutlined, ArrowUpOutlined, ArrowDownOutlined } from '@ant-design/icons'
import { App, Button, Dropdown, Form, Input, Modal, Radio, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeleteView, useSaveTabs, useSaveView, type SavedView, type ViewBook } from '../../api/views'
import type { ObjectMeta } from '../../api/types'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { useDrag } from '../forms/useDrag'
import type { ListState } from './useListState'
import type { View } from './views'

interface Props { object: ObjectMeta; state: ListState; book?: ViewBook; onPick: (view: View) => void }

interface Naming { id?: string; title: string; shared: boolean; fresh: boolean }

/** The tabs of an object's views, what may be done with the one looked at, and whether it was changed. */
export function ViewBar({ object, state, book, onPick }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useSaveView(object.name)
  const remove = useDeleteView(object.name)
  const tabs = useSaveTabs(object.name)
  const [naming, setNaming] = useState<Naming | null>(null)
  const [ordering, setOrdering] = useState(false)
  const { view } = state
  const { saved } = view
  const labelOf = (v: View): string => (v.saved ? titled(v.saved.title, v.key) : t(`view.${v.key}`, { object: titled(object.title, object.name) }))
  const mayChange = Boolean(saved && (!saved.shared || book?.may_share))
  const fail = (error: unknown): void => { void message.error(problemText(error), 6) }

  const keep = async (given: Naming): Promise<void> => {
    try {
      const made = await save.mutateAsync({ id: given.id, title: given.title, shared: given.shared, spec: given.fresh || !saved ? state.spec() : saved.spec })
      setNaming(null)
      void message.success(t('views.saved', { name: given.title }))
      if (given.fresh && !given.id) {
        state.lookAt(made.id)
      }
    } catch (error) { fail(error) }
  }
  const overwrite = async (): Promise<void> => {
    if (!saved) return
    try {
      await save.mutateAsync({ id: saved.id, title: titled(saved.title, saved.id), shared: saved.shared, spec: state.spec() })
      state.revert()
      void message.success(t('views.saved', { name: titled(saved.title, saved.id) }))
    } catch (error) { fail(error) }
  }
  const drop = async (old: SavedView): Promise<void> => {
    try {
      await remove.mutateAsync(old.id)
      state.lookAt('all')
      const key = `view-${old.id}`
      const undo = (): void => {
        message.destroy(key)
        save.mutate({ id: old.id, title: titled(old.title, old.id), shared: old.shared, spec: old.spec }, { onSuccess: () => state.lookAt(old.id), onError: fail })
      }
      void message.open({ key, type: 'success', duration: 8, content: <>{t('views.deleted', { name: titled(old.title, old.id) })} <button type="button" className="link" onClick={undo}>{t('views.undo')}</button></> })
    } catch (error) { fail(error) }
  }
  const actions = {
    saveAs: () => setNaming({ title: saved ? t('views.copyOf', { name: labelOf(view) }) : '', shared: false, fresh: true }),
    rename: () => saved && setNaming({ id: saved.id, title: labelOf(view), shared: saved.shared, fresh: false }),
    default: () => tabs.mutate({ order: book?.tabs.order ?? [], default: book?.tabs.default === view.key ? '' : view.key }),
    order: () => setOrdering(true),
    delete: () => saved && void drop(saved),
  }
  const shown = state.views.filter((v) => !v.aside || v.key === view.key)
  return (
    <div className="view-bar">
      <Tabs
        className="view-tabs"
        activeKey={view.key}
        onChange={(key) => { const to = state.views.find((v) => v.key === key); if (to) onPick(to) }}
        items={shown.map((v) => ({ key: v.key, label: labelOf(v) }))}
      />
      <span className="view-acts">
        {state.changed ? (
          <span className="view-changed" role="status">
            <span className="muted small">{t('views.changed')}</span>
            {mayChange ? <Button size="small" type="link" loading={save.isPending} onClick={() => void overwrite()}>{t('views.save')}</Button> : null}
            <Button size="small" type="link" onClick={actions.saveAs}>{t('views.saveAs')}</Button>
            <Button size="small" type="link" onClick={state.revert}>{t('views.revert')}</Button>
          </span>
        ) : null}
        <Dropdown
          trigger={['click']}
          menu={{
            onClick: ({ key }) => actions[key as keyof typeof actions]?.(),
            items: [
              { key: 'saveAs', label: saved ? t('views.duplicate') : t('views.saveAs') },
              { key: 'default', label: book?.tabs.default === view.key ? t('views.noDefault') : t('views.default') },
              { key: 'order', label: t('views.order') },
              ...(mayChange ? [{ type: 'divider' as const }, { key: 'rename', label: t('views.rename') }, { key: 'delete', label: t('views.delete'), danger: true }] : []),
            ],
          }}
        >
          <Button size="small" type="text" aria-label={t('views.menu', { name: labelOf(view) })} icon={<DownOutlined aria-hidden />} iconPlacement="end">{t('views.view')}</Button>
        </Dropdown>
      </span>
      {naming ? <NameModal naming={naming} mayShare={book?.may_share ?? false} saving={save.isPending} onSave={(n) => void keep(n)} onClose={() => setNaming(null)} /> : null}
      {ordering ? <OrderModal views={state.views.filter((v) => !v.aside)} labelOf={labelOf} onSave={(order) => { tabs.mutate({ order, default: book?.tabs.default ?? '' }); setOrdering(false) }} onClose={() => setOrdering(false)} /> : null}
    </div>
  )
}

function NameModal({ naming, mayShare, saving, onSave, onClose }: { naming: Naming; mayShare: boolean; saving: boolean; onSave: (n: Naming) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [title, setTitle] = useState(naming.title)
  const [shared, setShared] = useState(naming.shared)
  const submit = (): void => { if (title.trim()) onSave({ ...naming, title: title.trim(), shared }) }
  return (
    <Modal open title={naming.fresh ? t('views.saveAs') : t('views.rename')} okText={t('views.save')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !title.trim(), loading: saving }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical" onFinish={submit}>
        <Form.Item label={t('views.name')}><Input aria-label={t('views.name')} autoFocus maxLength={60} value={title} onChange={(e) => setTitle(e.target.value)} /></Form.Item>
        {naming.fresh && mayShare ? (
          <Form.Item label={t('views.whose')} extra={shared ? t('views.sharedText') : undefined}>
            <Radio.Group value={shared} onChange={(e) => setShared(Boolean(e.target.value))} options={[{ value: false, label: t('views.mine') }, { value: true, label: t('views.shared') }]} />
          </Form.Item>
        ) : null}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Modal>
  )
}

function OrderModal({ views, labelOf, onSave, onClose }: { views: View[]; labelOf: (v: View) => string; onSave: (order: string[]) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [list, setList] = useState(views)
  const move = (from: number, to: number): void => setList((old) => {
    const out = old.filter((_, i) => i !== from)
    out.splice(to > from ? to - 1 : to, 0, old[from] as View)
    return out
  })
  const drag = useDrag((what, to) => { if (typeof what === 'number') move(what, to) })
  return (
    <Modal open title={t('views.order')} okText={t('views.save')} cancelText={t('action.cancel')} onOk={() => onSave(list.map((v) => v.key))} onCancel={onClose}>
      <div className="list-panel" {...drag.area}>
        <ul data-drag-list>
          {list.map((v, i) => (
            <li key={v.key} className={drag.what === i ? 'is-dragged' : ''}>
              <span className="panel-grip" data-drag={i} aria-hidden><HolderOutlined /></span>
              <span className="grow">{labelOf(v)}</span>
              <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t('views.up', { name: labelOf(v) })} disabled={i === 0} onClick={() => move(i, i - 1)} />
              <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t('views.down', { name: labelOf(v) })} disabled={i === list.length - 1} onClick={() => move(i, i + 2)} />
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  )
}
