import { Alert, App, Button, Drawer, Form, Input, InputNumber, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useSaveScript, type Script } from '../../api/scripts'
import type { ObjectMeta } from '../../api/types'
import { FieldEdit } from '../../fields'
import { problemText } from '../../parts/problem'
import { usePhone } from '../../parts/usePhone'

const edited = ['industry', 'question', 'answer', 'position', 'active'] as const

/** One script: as it was opened, or a new one. What another has written meanwhile is shown before it is replaced. */
export function ScriptEditor({ object, script, industry, onClose }: { object: ObjectMeta; script?: Script; industry: string; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const { message } = App.useApp()
  const save = useSaveScript()
  const [base] = useState(script)
  const [values, setValues] = useState<Partial<Script>>(script ?? { industry, active: true })
  const has = (name: string): boolean => object.fields.some((f) => f.name === name)
  const field = object.fields.find((f) => f.name === 'industry')
  const set = (name: (typeof edited)[number], value: unknown): void => setValues((old) => ({ ...old, [name]: value }))
  const changes = Object.fromEntries(edited.filter((name) => has(name) && (values[name] ?? null) !== (base?.[name] ?? null)).map((name) => [name, values[name] === '' ? null : (values[name] ?? null)])) as Partial<Script>
  const problem = save.error instanceof Problem ? save.error : null
  const stale = problem?.code === 'stale'
  const errorOf = (name: string): string | undefined => stale ? undefined : problem?.errors.find((e) => e.pointer === `/${name}`)?.message
  const theirs = problem?.errors.map((e) => String(e.theirs ?? '—')).join(t('fmt.listJoin'))
  const complete = Boolean(values.question?.trim() && values.answer?.trim())
  const submit = (): void => {
    if (!complete || save.isPending) return
    if (base && Object.keys(changes).length === 0) return onClose()
    save.mutate({ script: base, changes, over: stale }, {
      onSuccess: () => {
        void message.success(t('scripts.saved'))
        onClose()
      },
    })
  }
  const item = (name: (typeof edited)[number]) => ({ label: t(`scripts.${name}`), validateStatus: errorOf(name) ? 'error' as const : undefined, help: errorOf(name) })
  return (
    <Drawer
      open
      onClose={onClose}
      title={t(script ? 'scripts.editTitle' : 'scripts.add')}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '90%' : 480}
      footer={<div className="row"><Button type="primary" disabled={!complete} loading={save.isPending} onClick={submit}>{t('action.save')}</Button><Button onClick={onClose}>{t('action.cancel')}</Button></div>}
    >
      <Form layout="vertical" onFinish={submit}>
        {problem && stale ? <Alert type="warning" role="alert" showIcon title={t('scripts.stale', { theirs })} description={t('scripts.overwrite')} className="script-alert" />
          : save.error ? <Alert type="error" role="alert" showIcon title={problemText(save.error)} className="script-alert" /> : null}
        {field ? <Form.Item {...item('industry')}><FieldEdit field={field} label={t('scripts.industry')} value={values.industry} onChange={(v) => set('industry', v)} /></Form.Item> : null}
        <Form.Item {...item('question')} required><Input aria-label={t('scripts.question')} autoFocus maxLength={500} value={values.question ?? ''} onChange={(e) => set('question', e.target.value)} /></Form.Item>
        <Form.Item {...item('answer')} required><Input.TextArea aria-label={t('scripts.answer')} autoSize={{ minRows: 4, maxRows: 14 }} value={values.answer ?? ''} onChange={(e) => set('answer', e.target.value)} /></Form.Item>
        {has('position') ? <Form.Item {...item('position')} extra={t('scripts.positionHint')}><InputNumber aria-label={t('scripts.position')} min={1} precision={0} value={values.position} onChange={(v) => set('position', v)} /></Form.Item> : null}
        {has('active') ? <Form.Item {...item('active')} extra={t('scripts.activeHint')}><Switch aria-label={t('scripts.active')} checked={values.active !== false} onChange={(v) => set('active', v)} /></Form.Item> : null}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Drawer>
  )
}
