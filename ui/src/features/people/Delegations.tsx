import { Alert, App, Button, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDelegate, useDelegations, useEndDelegation } from '../../api/people'
import { useRight, useSession } from '../../api/session'
import { person as personKind } from '../../fields/person'
import { Chip } from '../../parts/Chip'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading } from '../../parts/States'

const tones = { coming: 'blue', running: 'green', over: 'neutral', ended: 'neutral' } as const

/** Who acts in whose place: one's own, and everybody's for who keeps the people. */
export function Delegations() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const list = useDelegations()
  const end = useEndDelegation()
  const [naming, setNaming] = useState(false)
  const add = <Button onClick={() => setNaming(true)}>{t('delegation.add')}</Button>
  return (
    <>
      <div className="row people-act"><span className="muted small grow">{t('delegation.about')}</span>{add}</div>
      {list.isPending ? <Loading rows={3} />
        : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : list.data.length === 0 ? <Empty title={t('delegation.none')} /> : (
          <ul className="people-list people-box">
            {list.data.map((d) => (
              <li key={d.id} data-testid="delegation">
                <Chip tone={tones[d.state]}>{t(`delegation.state.${d.state}`)}</Chip>
                <span className="grow">{t('delegation.line', { person: d.person_name, delegate: d.delegate_name, from: d.from, until: d.until })}{d.reason ? <span className="muted small"> · {d.reason}</span> : null}</span>
                {d.state === 'coming' || d.state === 'running' ? <Button size="small" aria-label={t('delegation.endOf', { person: d.person_name, delegate: d.delegate_name })} onClick={() => end.mutate(d.id, { onSuccess: () => void message.success(t('delegation.ended')), onError: (error) => void message.error(problemText(error)) })}>{t('delegation.end')}</Button> : null}
              </li>
            ))}
          </ul>
        )}
      {naming ? <DelegateModal onClose={() => setNaming(false)} /> : null}
    </>
  )
}

/** Names who acts in somebody's place; of others only by who keeps the people. Days left empty are those of the leave. */
export function DelegateModal({ person, onClose }: { person?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { user } = useSession()
  const others = useRight('people.write')
  const delegate = useDelegate()
  const [who, setWho] = useState<string | null>(person ?? user.id)
  const [to, setTo] = useState<string | null>(null)
  const [from, setFrom] = useState<Dayjs | null>(null)
  const [until, setUntil] = useState<Dayjs | null>(null)
  const [reason, setReason] = useState('')
  const pick = (label: string, value: string | null, set: (v: string | null) => void) => (
    <Form.Item label={label}><personKind.Edit field={{ name: 'person', title: { 'zh-CN': label }, type: 'person' }} label={label} value={value} onChange={(v) => set(v as string | null)} /></Form.Item>
  )
  const submit = (): void =>
    delegate.mutate({ person: who ?? undefined, delegate: to ?? '', from: from?.format('YYYY-MM-DD'), until: until?.format('YYYY-MM-DD'), reason: reason.trim() || undefined }, {
      onSuccess: ({ delegation: d }) => {
        void message.success(t('delegation.line', { person: d.person_name, delegate: d.delegate_name, from: d.from, until: d.until }))
        onClose()
      },
    })
  return (
    <Modal open title={t('delegation.add')} okText={t('delegation.ok')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !to || !who, loading: delegate.isPending }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical">
        {others ? pick(t('delegation.person'), who, setWho) : null}
        {pick(t('delegation.delegate'), to, setTo)}
        <div className="sharing-row">
          <Form.Item label={t('delegation.from')}><DatePicker aria-label={t('delegation.from')} placeholder={t('delegation.byLeave')} value={from} onChange={(d) => setFrom(d as Dayjs | null)} /></Form.Item>
          <Form.Item label={t('delegation.until')}><DatePicker aria-label={t('delegation.until')} placeholder={t('delegation.byLeave')} value={until} onChange={(d) => setUntil(d as Dayjs | null)} /></Form.Item>
        </div>
        <Form.Item label={t('sharing.reason')}><Input aria-label={t('sharing.reason')} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Form.Item>
        {delegate.error ? <Alert type="error" role="alert" showIcon title={problemText(delegate.error)} /> : null}
      </Form>
    </Modal>
  )
}
