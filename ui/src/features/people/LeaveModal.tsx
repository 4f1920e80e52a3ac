import { Alert, App, Button, Form, Input, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLeave, useLeaving, useUndoLeaving } from '../../api/people'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { instant, integer } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'

const ways = ['one', 'even', 'policy'] as const

/** Hands over what a person who leaves has open: what that is, to whom, what became of it, and the way back. */
export function LeaveModal({ person, name, onClose }: { person: string; name: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { people } = useMeta()
  const preview = useLeaving(person)
  const leave = useLeave(person)
  const undo = useUndoLeaving(person)
  const [way, setWay] = useState<(typeof ways)[number]>('one')
  const [to, setTo] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const receivers = people.filter((p) => p.active && p.id !== person).map((p) => ({ value: p.id, label: p.unit_name ? `${p.name} · ${p.unit_name}` : p.name }))
  const done = leave.data
  const last = preview.data?.last
  const takeBack = (id: string): void =>
    undo.mutate(id, {
      onSuccess: () => {
        void message.success(t('leaving.undone', { name }))
        onClose()
      },
      onError: (error) => void message.error(problemText(error)),
    })
  return (
    <Modal
      open
      title={t('leaving.title', { name })}
      onCancel={onClose}
      okText={t('leaving.do')}
      cancelText={t(done ? 'leaving.close' : 'action.cancel')}
      okButtonProps={{ danger: true, disabled: to.length === 0, loading: leave.isPending, style: done || preview.data?.active === false ? { display: 'none' } : undefined }}
      onOk={() => leave.mutate({ way, to, reason: reason.trim() || undefined })}
    >
      {preview.isPending ? <Loading rows={4} />
        : preview.isError && !preview.data ? <Failed error={preview.error} retry={() => void preview.refetch()} />
        : done ? (
          <div data-testid="left">
            <Alert type={done.kept.length > 0 ? 'warning' : 'success'} showIcon title={t('leaving.done', { name, count: done.total })} action={<Button size="small" loading={undo.isPending} onClick={() => takeBack(done.id)}>{t('leaving.undo')}</Button>} />
            <ul className="people-list">{done.received.map((r) => <li key={r.person}><span className="grow">{r.name || t('leaving.pool')}</span><span className="num">{integer(r.count)}</span></li>)}</ul>
            {done.kept.length > 0 ? <><p className="muted">{t('leaving.kept', { count: done.kept.length })}</p><ul>{done.kept.slice(0, 5).map((k) => <li key={k.id}>{k.reason}</li>)}</ul></> : null}
          </div>
        ) : !preview.data.active ? (
          <>
            <p>{t('leaving.already', { name })}</p>
            {last && !last.undone ? <p>{t('leaving.last', { at: instant(last.at), count: last.handed })} <Button size="small" loading={undo.isPending} onClick={() => takeBack(last.id)}>{t('leaving.undo')}</Button></p> : null}
          </>
        ) : (
          <Form layout="vertical">
            <p>{t('leaving.preview', { total: preview.data.total, sessions: preview.data.access.sessions, keys: preview.data.access.keys })}</p>
            <ul className="people-list" data-testid="leaving-counts">{preview.data.counts.map((c) => <li key={c.object}><span className="grow">{titled(c.title, c.object)}</span><span className="num">{integer(c.count)}</span></li>)}</ul>
            <Form.Item label={t('leaving.way')}><Radio.Group aria-label={t('leaving.way')} value={way} options={ways.map((w) => ({ value: w, label: t(`leaving.ways.${w}`) }))} onChange={(e) => { setWay(e.target.value as (typeof ways)[number]); setTo((now) => (e.target.value === 'one' ? now.slice(0, 1) : now)) }} /></Form.Item>
            <Form.Item label={t('leaving.to')}>
              {way === 'one'
                ? <Select aria-label={t('leaving.to')} showSearch={{ optionFilterProp: 'label' }} value={to[0]} options={receivers} onChange={(id: string) => setTo([id])} />
                : <Select aria-label={t('leaving.to')} mode="multiple" showSearch={{ optionFilterProp: 'label' }} value={to} options={receivers} onChange={setTo} />}
            </Form.Item>
            <Form.Item label={t('sharing.reason')}><Input aria-label={t('sharing.reason')} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Form.Item>
            {leave.error ? <Alert type="error" role="alert" showIcon title={problemText(leave.error)} /> : null}
          </Form>
        )}
    </Modal>
  )
}
