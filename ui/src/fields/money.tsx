import { Input, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import { money as showMoney, moneyExact, toNumber } from '../parts/format'
import { isBlank, type EditProps, type FieldKind } from './kind'

/** Written as people write it ("20万", "5w"): the server reads the words and answers with a hint if it cannot. */
function MoneyEdit({ value, onChange, label, autoFocus }: EditProps) {
  const { t } = useTranslation()
  return (
    <Input
      aria-label={label}
      autoFocus={autoFocus}
      prefix="¥"
      placeholder={t('field.moneyExample')}
      value={isBlank(value) ? '' : String(value)}
      onChange={(e) => {
        const typed = e.target.value.trim()
        onChange(typed === '' ? null : /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed)
      }}
    />
  )
}

export function MoneyNumber({ value, onChange, label }: Pick<EditProps, 'value' | 'onChange' | 'label'>) {
  return <InputNumber<number> aria-label={label} prefix="¥" controls={false} value={toNumber(value)} onChange={(n) => onChange(n ?? null)} style={{ width: 130 }} />
}

export const money: FieldKind = {
  Show: ({ value }) => <span className="num" title={isBlank(value) ? undefined : moneyExact(value)}>{showMoney(value)}</span>,
  Edit: MoneyEdit,
  ops: ['eq', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty'],
  align: 'right',
  words: (value) => showMoney(value, false).replace('.0', ''),
}
