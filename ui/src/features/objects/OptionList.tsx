import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toneOf } from '../../parts/Chip'
import { Movers } from '../config/parts'
import { moved } from '../config/specs'
import { pasteOptions, renameOption, type OptionSpec } from './spec'
import { TextBox } from './TextBox'

const colors = ['grey', 'purple', 'blue', 'green', 'gold', 'red']
const few = 30

/** The options of a choice: named, coloured, in order; many at once by pasting. What is stored stays when one is renamed. */
export function OptionList({ options, standing, disabled, onChange }: { options: OptionSpec[]; standing: Set<string>; disabled: boolean; onChange: (options: OptionSpec[]) => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [pasting, setPasting] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const label = (o: OptionSpec): string => o.title || o.value
  const add = (): void => {
    const taken = options.map((o) => o.value)
    let n = options.length + 1
    while (taken.includes(t('objects.optionNo', { n }))) n++
    onChange([...options, { value: t('objects.optionNo', { n }) }])
    setAll(true)
  }
  const set = (i: number, o: OptionSpec): void => onChange(options.map((x, at) => (at === i ? o : x)))
  const paste = (): void => {
    const got = pasteOptions(pasting ?? '', options)
    setPasting(null)
    onChange(got.options)
    void message.success(t(got.known > 0 ? 'objects.pastedSome' : 'objects.pasted', { n: got.added, known: got.known }))
  }
  const shown = all ? options : options.slice(0, few)
  return (
    <div className="option-list">
      <ul className="lines">
        {shown.map((o, i) => (
          <li key={`${i}/${o.value}`} className="line option-line">
            <Select aria-label={t('objects.colorOf', { option: label(o) })} variant="borderless" className="option-color" value={o.color ?? 'grey'} disabled={disabled} popupMatchSelectWidth={false} onChange={(color) => set(i, { ...o, color })} options={colors.map((c) => ({ value: c, label: <span className={`tag-dot tag-dot-${toneOf(c)}`} role="img" aria-label={t(`color.${c}`)} /> }))} />
            <TextBox className="line-main" label={t('objects.optionName', { n: i + 1 })} value={label(o)} disabled={disabled} onCommit={(to) => set(i, renameOption(o, to, standing.has(o.value)))} />
            <Movers what={label(o)} first={i === 0} last={i === options.length - 1} disabled={disabled} onMove={(step) => onChange(moved(options, i, step))} onRemove={() => onChange(options.filter((_, at) => at !== i))} />
            {o.aliases?.length ? <span className="option-also muted small">{t('objects.optionAlso', { names: o.aliases.join(t('fmt.listJoin')) })}</span> : null}
          </li>
        ))}
      </ul>
      {options.length > shown.length ? <button type="button" className="link small" onClick={() => setAll(true)}>{t('objects.allOptions', { n: options.length })}</button> : null}
      <div className="row">
        <Button size="small" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={add}>{t('objects.addOption')}</Button>
        <Button size="small" type="text" disabled={disabled} onClick={() => setPasting('')}>{t('objects.pasteMany')}</Button>
      </div>
      <Modal open={pasting !== null} title={t('objects.pasteMany')} okText={t('objects.pasteDo')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !pasting?.trim() }} onOk={paste} onCancel={() => setPasting(null)}>
        <p className="muted">{t('objects.pasteHint')}</p>
        <Input.TextArea autoFocus rows={8} aria-label={t('objects.pasteMany')} value={pasting ?? ''} onChange={(e) => setPasting(e.target.value)} />
      </Modal>
    </div>
  )
}
