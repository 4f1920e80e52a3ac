import { CloseOutlined } from '@ant-design/icons'
import { Button, Drawer, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { takesNoValue, type Leaf, type MeasureLeaf } from '../api/condition'
import { useMeta } from '../api/session'
import { isBlank } from '../fields/kind'
import { conditionWords } from './conditionWords'
import { LeafEditor } from './LeafEditor'
import type { Terms } from './terms'
import { usePhone } from './usePhone'

interface Props { terms: Terms; value: Leaf | MeasureLeaf; onChange: (value: Leaf | MeasureLeaf) => void; onRemove: () => void; startOpen: boolean }

const unfinished = (c: Leaf | MeasureLeaf): boolean =>
  !takesNoValue(c.op) && (isBlank(c.value) || (c.op === 'between' && Array.isArray(c.value) && (isBlank(c.value[0]) || isBlank(c.value[1]))))

/** One condition of a tree, read as words; opened, it is edited. */
export function LeafChip({ terms, value, onChange, onRemove, startOpen }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const phone = usePhone()
  const [open, setOpen] = useState(startOpen)
  const text = conditionWords(value, terms, meta)
  const editor = (
    <form
      className="leaf-form"
      onSubmit={(event) => {
        event.preventDefault()
        setOpen(false)
      }}
    >
      <LeafEditor terms={terms} value={value} onChange={onChange} />
      <Button type="primary" size="small" htmlType="submit">{t('action.done')}</Button>
    </form>
  )
  return (
    <span className={`cond-chip ${unfinished(value) ? 'is-unfinished' : ''}`} data-testid="condition">
      {phone ? (
        <>
          <button type="button" className="cond-chip-text" aria-expanded={open} onClick={() => setOpen(true)}>{text}</button>
          <Drawer open={open} onClose={() => setOpen(false)} placement="bottom" size="auto" title={t('filter.condition')} destroyOnHidden>{editor}</Drawer>
        </>
      ) : <Popover trigger="click" placement="bottomLeft" destroyOnHidden open={open} onOpenChange={setOpen} content={editor}>
        <button type="button" className="cond-chip-text" aria-expanded={open}>{text}</button>
      </Popover>}
      <button type="button" className="cond-chip-remove" aria-label={t('filter.remove', { text })} onClick={onRemove}><CloseOutlined aria-hidden /></button>
    </span>
  )
}
