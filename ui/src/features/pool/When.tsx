import { Button } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { FieldEdit } from '../../fields'
import { clock } from '../../parts/clock'
import './pool.css'

interface Props { label: string; value: string | null; onChange: (at: string | null) => void; days?: number[] }

/** An instant ahead: a few near ones by one thumb, any other by the calendar. */
export function When({ label, value, onChange, days = [1, 3, 7] }: Props) {
  const { t } = useTranslation()
  const at = (n: number): string => dayjs(clock.read()).add(n, 'day').startOf('minute').toISOString()
  return (
    <div className="pool-when">
      <FieldEdit field={{ name: 'at', title: { 'zh-CN': label }, type: 'datetime' }} label={label} value={value} onChange={(next) => onChange(typeof next === 'string' ? next : null)} />
      <span className="row">{days.map((n) => <Button key={n} size="small" onClick={() => onChange(at(n))}>{t('pool.inDays', { count: n })}</Button>)}</span>
    </div>
  )
}
