import { Alert, App, Button, Checkbox, DatePicker, Form, Input, Modal, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEndShare, useShare, useShares, type Share } from '../../api/sharing'
import { orgUnit } from '../../fields/org_unit'
import { person as personKind } from '../../fields/person'
import { useCoarseNow } from '../../parts/clock'
import { exactInstant, instant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'
import './sharing.css'

/** With whom a record is shared, and sharing it with one more: a person or a unit, to read or to edit, until a day. */
export default function ShareModal({ object, id, onClose }: { object: string; id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const shares = useShares(object, id)
  const add = useShare(object, id)
  const [kind, setKind] = useState<'person' | 'unit'>('person')
  const [to, setTo] = useState<string | null>(null)
  const [edit, setEdit] = useState(false)
  const [until, setUntil] = useState<Dayjs | null>(null)
  const [reason, setReason] = useState('')
  const label = t(`sharing.${kind}`)
  const pick = { value: to, label, onChange: (v: unknown) => setTo(v as string | null) }
  const submit = (): void =>
    add.mutate({ [kind]: to ?? '', edit, until: until?.format('YYYY-MM-DD'), reason: reason.trim() || undefined }, {
      onSuccess: ({ share }) => {
        void message.success(t('sharing.done', { name: share.name }))
        setTo(null)
        setReason('')
      },
    })
  return (
    <Modal open title={t('sharing.title')} footer={null} onCancel={onClose}>
      {shares.isPending ? <Loading rows={4} /> : shares.isError ? <Failed error={shares.error} retry={() => void shares.refetch()} /> : (
        <>
          <ShareList object={object} id={id} shares={shares.data.shares} />
          {shares.data.may_share ? (
            <Form layout="vertical" onFinish={submit}>
              <Form.Item>
                <Radio.Group aria-label={t('sharing.kind')} optionType="button" value={kind} options={(['person', 'unit'] as const).map((k) => ({ value: k, label: t(`sharing.${k}`) }))} onChange={(e) => { setKind(e.target.value as 'person' | 'unit'); setTo(null) }} />
              </Form.Item>
              <Form.Item label={label}>
                {kind === 'person' ? <personKind.Edit field={{ name: 'person', title: { 'zh-CN': label }, type: 'person' }} {...pick} /> : <orgUnit.Edit field={{ name: 'unit', title: { 'zh-CN': label }, type: 'org_unit' }} {...pick} />}
              </Form.Item>
              <div className="sharing-row">
                <Form.Item label={t('sharing.until')}><DatePicker aria-label={t('sharing.until')} placeholder={t('sharing.noEnd')} value={until} onChange={(d) => setUntil(d as Dayjs | null)} /></Form.Item>
                <Form.Item label={t('sharing.rights')}><Checkbox checked={edit} onChange={(e) => setEdit(e.target.checked)}>{t('sharing.edit')}</Checkbox></Form.Item>
              </div>
              <Form.Item label={t('sharing.reason')}><Input aria-label={t('sharing.reason')} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Form.Item>
              {add.error ? <Alert style={{ marginBottom: 12 }} type="error" role="alert" showIcon title={problemText(add.error)} /> : null}
              <Button type="primary" htmlType="submit" disabled={!to} loading={add.isPending}>{t('sharing.share')}</Button>
            </Form>
          ) : <p className="muted">{t('sharing.mayNotShare')}</p>}
        </>
      )}
    </Modal>
  )
}

function ShareList({ object, id, shares }: { object: string; id: string; shares: Share[] }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const now = useCoarseNow()
  const end = useEndShare(object, id)
  if (shares.length === 0) return <p className="muted">{t('sharing.none')}</p>
  const state = (s: Share): string => (s.ended_at ? t('sharing.ended', { at: instant(s.ended_at, now) }) : !s.live ? t('sharing.over', { day: s.until }) : s.until ? t('sharing.untilDay', { day: s.until }) : t('sharing.noEnd'))
  return (
    <ul className="sharing-list">
      {[...shares].sort((a, b) => Number(b.live) - Number(a.live)).map((s) => (
        <li key={s.id} data-testid="share" className={s.live ? undefined : 'is-over'}>
          <div className="grow">
            <div>{s.name} <span className="muted">· {t(s.edit ? 'sharing.mayEdit' : 'sharing.mayRead')} · {state(s)}</span></div>
            <div className="muted small">{t('sharing.by', { name: s.by_name })} · <time dateTime={s.shared_at} title={exactInstant(s.shared_at)}>{instant(s.shared_at, now)}</time>{s.reason ? ` · ${s.reason}` : ''}</div>
          </div>
          {s.live ? <Button size="small" aria-label={t('sharing.takeBackFrom', { name: s.name })} loading={end.isPending && end.variables === s.id} onClick={() => end.mutate(s.id, { onSuccess: () => void message.success(t('sharing.takenBack', { name: s.name })), onError: (error) => void message.error(problemText(error)) })}>{t('sharing.takeBack')}</Button> : null}
        </li>
      ))}
    </ul>
  )
}
