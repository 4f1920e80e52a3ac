import { Alert, App, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useConversion, useConvert, type Conversion, type PartChoice } from '../../api/deals'
import type { ObjectMeta, RecordDetail } from '../../api/types'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'
import { PartCard } from './PartCard'
import './convert.css'

interface Props { object: ObjectMeta; detail: RecordDetail; onClose: () => void }

/** Shows what a conversion will make before it makes it; nothing is written until it is confirmed. */
export default function ConvertModal({ object, detail, onClose }: Props) {
  const { t } = useTranslation()
  const conversion = useConversion(object.name, detail.record.id)
  const title = t('convert.title', { object: titled(object.title, object.name) })
  if (!conversion.data) {
    return (
      <Modal open title={title} footer={null} onCancel={onClose}>
        {conversion.isError ? <Failed error={conversion.error} retry={() => void conversion.refetch()} /> : <Loading rows={6} />}
      </Modal>
    )
  }
  return <Making object={object} detail={detail} conversion={conversion.data} title={title} onClose={onClose} />
}

/** The first one that is surely the same company and that one may see is taken unless said otherwise. */
const startChoices = (conversion: Conversion): Record<string, PartChoice> =>
  Object.fromEntries(conversion.makes.map((part): [string, PartChoice] => {
    const same = part.same.find((s) => s.seen && s.by !== 'branch')
    return [part.object, { ...(same ? { attach: same.id } : {}), ...(part.optional && !part.may ? { skip: true } : {}) }]
  }))

function Making({ object, detail, conversion, title, onClose }: Props & { conversion: Conversion; title: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const convert = useConvert(object.name, detail.record.id)
  const [choices, setChoices] = useState(() => startChoices(conversion))
  const problem = convert.error instanceof Problem ? convert.error : null
  const placed = (part: string) => problem?.errors.filter((e) => e.pointer === `/${part}` || e.pointer?.startsWith(`/${part}/`)) ?? []
  const unplaced = convert.error && !conversion.makes.some((m) => placed(m.object).length > 0)
  const submit = (): void =>
    convert.mutate({ version: conversion.version, makes: choices }, {
      onSuccess: () => {
        void message.success(t('convert.done'))
        onClose()
      },
    })
  return (
    <Modal open title={title} width={760} className="convert-modal" okText={t('convert.ok')} cancelText={t('action.cancel')} okButtonProps={{ loading: convert.isPending }} onOk={submit} onCancel={onClose}>
      <p className="muted small convert-intro">{t('convert.intro')}</p>
      {unplaced ? <Alert type="error" role="alert" showIcon title={problemText(convert.error)} /> : null}
      {conversion.makes.map((part) => (
        <PartCard key={part.object} part={part} choice={choices[part.object] ?? {}} refs={conversion.refs} errors={placed(part.object)} onChange={(next) => setChoices((old) => ({ ...old, [part.object]: next }))} />
      ))}
    </Modal>
  )
}
