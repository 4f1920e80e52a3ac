import { PhoneOutlined } from '@ant-design/icons'
import { Alert, App, Button, Input } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct, useTask, type Act, type Line } from '../../api/today'
import { isBlank } from '../../fields/kind'
import { spaced } from '../../fields/phone'
import { clock } from '../../parts/clock'
import { instant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { ContactForm } from './ContactForm'
import { LaterChoices } from './LaterChoices'
import { Sheet } from './Sheet'

export type SheetKind = 'call' | 'contacted' | 'note' | 'later'
export interface Chosen { kind: SheetKind; object: string; line: Line; title: string }

interface Props { chosen: Chosen; quick: string[]; onClose: () => void }

/** What follows a tap on a line: the outcome of a call, a contact, a note, or another time. */
export function LineSheet({ chosen, quick, onClose }: Props) {
  const { t } = useTranslation()
  const { kind, object, line, title } = chosen
  const { record } = line
  const [missed, setMissed] = useState(false)
  const [reached, setReached] = useState(false)
  const [note, setNote] = useState('')
  const toast = useToast()
  const act = useAct()
  const task = useTask()
  const error = act.error ?? task.error
  const busy = act.isPending || task.isPending
  const done = (key: string, values?: Record<string, string>, undo?: () => Promise<unknown>): void => {
    toast(t(key, values), undo)
    onClose()
  }
  const send = (action: Act['action'], body: unknown, after: () => void): void => act.mutate({ object, id: record.id, action, body }, { onSuccess: after })
  const contacted = (way: string, text: string): void => send('contacted', { way, note: text }, () => done('contacted.done'))
  const again = (at: string): (() => Promise<unknown>) => () => putBack(act.mutateAsync, object, record.id, record.protected_until, at)
  const when = (at: string): { at: string } => ({ at: instant(at, clock.read()).replace(/:\d\d$/, '') })
  const postpone = (at: string): void => {
    if (object === 'task') task.mutate({ id: record.id, changes: { due_at: at } }, { onSuccess: () => done('today.postponed', when(at), () => task.mutateAsync({ id: record.id, changes: { due_at: record.due_at ?? null } })) })
    else send('protect', { until: at }, () => done('today.kept', when(at), again(at)))
  }
  const tried = (at?: string): void => send('note', { way: 'phone', note: '', until: at }, () => (at ? done('today.missedKept', when(at), again(at)) : done('today.missed')))
  const head: Record<SheetKind, string> = { call: 'today.sheet.call', contacted: 'today.sheet.contacted', note: 'today.sheet.note', later: object === 'task' ? 'today.sheet.postpone' : 'today.sheet.later' }
  return (
    <Sheet onClose={onClose} title={<span className="sheet-title"><span>{t(head[kind])}</span><span className="muted small">{title}</span></span>}>
      {kind === 'call' ? <Number value={record.phone} /> : null}
      {kind === 'contacted' || reached ? <ContactForm quick={quick} busy={busy} error={error} onSubmit={contacted} />
        : kind === 'call' ? (
          missed ? (
            <>
              <p className="sheet-ask">{t('today.againWhen')}</p>
              {line.rights.protect ? <LaterChoices busy={busy} onPick={tried} /> : null}
              <Button block disabled={busy} data-testid="missed-plain" onClick={() => tried()}>{t('today.missedPlain')}</Button>
              <Trouble error={error} />
            </>
          ) : (
            <>
              <p className="sheet-ask">{t('today.howWas')}</p>
              <div className="sheet-two">
                <Button size="large" data-testid="call-missed" onClick={() => setMissed(true)}>{t('today.notReached')}</Button>
                <Button size="large" type="primary" data-testid="call-reached" onClick={() => setReached(true)}>{t('today.reached')}</Button>
              </div>
            </>
          )
        ) : kind === 'later' ? (
          <>
            {object === 'task' ? null : <p className="muted small">{t('today.laterHelp')}</p>}
            <LaterChoices busy={busy} onPick={postpone} />
            <Trouble error={error} />
          </>
        ) : (
          <div className="contact-form">
            <Input.TextArea autoFocus aria-label={t('today.sheet.note')} placeholder={t('today.notePlaceholder')} autoSize={{ minRows: 3, maxRows: 8 }} maxLength={2000} value={note} onChange={(e) => setNote(e.target.value)} />
            <p className="muted small">{t('today.noteHelp')}</p>
            <Trouble error={error} />
            <Button type="primary" size="large" block disabled={!note.trim()} loading={busy} data-testid="today-note" onClick={() => send('note', { note: note.trim() }, () => done('today.noted'))}>{t('today.saveNote')}</Button>
          </div>
        )}
    </Sheet>
  )
}

const Trouble = ({ error }: { error: unknown }): ReactNode => (error ? <Alert type="error" role="alert" showIcon title={problemText(error)} /> : null)

function Number({ value }: { value: unknown }) {
  const { t } = useTranslation()
  if (isBlank(value)) return null
  const number = String(value)
  return <a className="sheet-number num" href={telOf(number)}><PhoneOutlined aria-hidden /> {spaced(number)} <span className="small">{t('today.dialAgain')}</span></a>
}

export const telOf = (number: string): string => `tel:${number.replace(/[^\d+]/g, '')}`

/** Undoes a mark for a later call: the one before it comes back if it still lies ahead. */
function putBack(act: (a: Act) => Promise<unknown>, object: string, id: string, before: unknown, now: string): Promise<unknown> {
  const was = isBlank(before) ? 0 : new Date(String(before)).getTime()
  return was > clock.read() && String(before) !== now ? act({ object, id, action: 'protect', body: { until: before } }) : act({ object, id, action: 'unprotect' })
}

/** Says what was done, with the way back while it is fresh; or why it was not. */
export function useToast(): (said: unknown, undo?: () => Promise<unknown>) => void {
  const { t } = useTranslation()
  const { message } = App.useApp()
  return (said, undo) => {
    if (typeof said !== 'string') {
      void message.error(problemText(said))
      return
    }
    if (!undo) {
      void message.success(said)
      return
    }
    const key = `undo-${said}`
    const back = (): void => {
      message.destroy(key)
      undo().then(() => void message.success(t('today.undone')), (error: unknown) => void message.error(problemText(error)))
    }
    void message.open({ key, type: 'success', duration: 8, content: <>{said} <button type="button" className="link" onClick={back}>{t('scripts.undo')}</button></> })
  }
}
