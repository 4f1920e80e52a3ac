import { Alert, App, InputNumber, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRetype, useRetypePreview, type RetypeAsk } from '../../api/objects'
import { titled } from '../../i18n/titled'
import { integer, span } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'
import { Row } from '../config/parts'
import { becomes } from './kinds'
import type { FieldSpec } from './spec'

/** Another type for a field that holds values: first what converts and what does not, then the change. */
export function RetypeModal({ object, field, onClose }: { object: string; field: FieldSpec; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [type, setType] = useState<string>()
  const [scale, setScale] = useState(2)
  const [unread, setUnread] = useState<'keep' | 'refuse'>()
  const choice = type === 'choice' || type === 'multi_choice'
  const ask: RetypeAsk | null = type ? { type, ...(type === 'decimal' ? { scale } : {}), ...(choice ? { options: field.options ?? [], open: true } : {}) } : null
  const preview = useRetypePreview(object, field.name, ask)
  const retype = useRetype(object, field.name)
  const p = preview.data
  const way = unread ?? (p?.unread === 0 ? 'refuse' : undefined)
  const start = (): void => {
    if (!ask || !way) return
    retype.mutate({ ...ask, unread: way }, {
      onSuccess: () => {
        void message.success(t('objects.retypeBegun'))
        onClose()
      },
    })
  }
  return (
    <Modal open title={t('objects.retypeTitle', { title: titled(field.title, field.name) })} okText={t('objects.retypeDo')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !p || p.problems.length > 0 || !way, loading: retype.isPending }} onOk={start} onCancel={onClose}>
      <Row label={t('objects.retypeTo')}>
        <Select autoFocus aria-label={t('objects.retypeTo')} placeholder={t('objects.pick')} value={type} popupMatchSelectWidth={false} options={becomes(field).map((each) => ({ value: each, label: t(`fieldType.${each}`) }))} onChange={(next) => { setType(next); setUnread(undefined) }} />
      </Row>
      {type === 'decimal' ? <Row label={t('objects.scale')}><InputNumber<number> aria-label={t('objects.scale')} min={0} max={8} precision={0} value={scale} onChange={(n) => setScale(n ?? 0)} /></Row> : null}
      {!type ? <p className="muted">{t('objects.retypeHint')}</p>
        : preview.isPending ? <Loading rows={3} />
        : preview.isError ? <Failed error={preview.error} />
        : p ? (
          <div data-testid="retype-preview">
            <p>{t(p.whole ? 'objects.retypeSays' : 'objects.retypeSaysPart', { values: integer(p.values), converts: integer(p.converts), unread: integer(p.unread) })}</p>
            {p.examples.length > 0 ? <ul className="retype-examples">{p.examples.map((x) => <li key={x.id}><strong>{x.value}</strong> <span className="muted small">{x.reason}{x.hint ? ` ${x.hint}` : ''}</span></li>)}</ul> : null}
            {p.problems.map((each, i) => <Alert key={i} type="error" role="alert" showIcon title={each.message} description={each.hint} />)}
            {p.holds_ms > 0 ? <p className="muted small">{t('objects.holds', { time: span(p.holds_ms) })}</p> : null}
            {p.unread > 0 ? (
              <Radio.Group className="retype-ways" value={unread} onChange={(e) => setUnread(e.target.value as 'keep' | 'refuse')} aria-label={t('objects.retypeUnread')}>
                <Radio value="keep">{t('objects.retypeKeep')}</Radio>
                <Radio value="refuse">{t('objects.retypeRefuse')}</Radio>
              </Radio.Group>
            ) : null}
          </div>
        ) : null}
      {retype.error ? <Alert type="error" role="alert" showIcon title={problemText(retype.error)} /> : null}
    </Modal>
  )
}
