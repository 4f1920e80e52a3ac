import { Input, Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useScripts } from '../../api/scripts'
import { useObject } from '../../api/session'
import type { ObjectMeta, RecordData } from '../../api/types'
import { choiceText, optionsOf } from '../../fields/choice'
import { isBlank } from '../../fields/kind'
import { Card } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { CopyButton } from './CopyButton'
import './scripts.css'

/** The scripts of a record's industry, beside it; absent for those who may not read scripts. */
export function ScriptPanel({ object, record }: { object: ObjectMeta; record: RecordData }) {
  const { t } = useTranslation()
  const scripts = useObject('script')
  const own = object.fields.find((f) => f.name === 'industry')
  const given = own && !isBlank(record.industry) ? String(record.industry) : ''
  const [chosen, setChosen] = useState<{ from: string; industry: string }>({ from: given, industry: given })
  const industry = chosen.from === given ? chosen.industry : given // an edit of the record's industry leads on
  const [q, setQ] = useState('')
  const asked = useDeferredValue(q.trim())
  const list = useScripts({ industry: industry || undefined, q: asked || undefined }, Boolean(scripts))
  if (!scripts) return null
  const field = scripts.fields.find((f) => f.name === 'industry')
  const options = field ? optionsOf(field) : []
  if (given && !options.some((o) => o.value === given)) options.unshift({ value: given, label: given })
  const name = own && industry ? choiceText(industry, own) : ''
  return (
    <Card title={t('scripts.panel')} extra={<Link to={`/scripts${industry ? `?industry=${encodeURIComponent(industry)}` : ''}`}>{t('scripts.open')}</Link>} testid="script-panel">
      <div className="script-ask">
        <Select aria-label={t('scripts.industry')} popupMatchSelectWidth={false} value={industry} options={[{ value: '', label: t('scripts.all') }, ...options]} onChange={(next: string) => setChosen({ from: given, industry: next })} />
        <Input allowClear role="searchbox" aria-label={t('scripts.search')} placeholder={t('scripts.searchHint')} value={q} onChange={(e) => setQ(e.target.value)} />
      </div>
      {!given && !industry && !asked ? <p className="muted small">{t('scripts.noIndustry')}</p> : null}
      {list.isPending ? <Loading rows={4} />
        : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : list.data.scripts.length === 0 ? (
          <p className="muted script-none">
            {asked ? t('scripts.noneFound') : industry ? t('scripts.none', { industry: name || industry }) : t('scripts.noneAny')}
            <br />
            {t(asked ? 'scripts.noneFoundText' : 'scripts.noneText')}
          </p>
        ) : (
          <ul className="script-list">
            {list.data.scripts.map((script) => (
              <li key={script.id} data-testid="script" data-id={script.id}>
                <h3>{script.question}</h3>
                <p>{script.answer}</p>
                <div className="script-foot">
                  <span className="muted small">{!industry && field ? `${isBlank(script.industry) ? t('scripts.general') : choiceText(script.industry, field)} · ` : ''}{t('scripts.used', { count: script.used ?? 0 })}</span>
                  <CopyButton script={script} />
                </div>
              </li>
            ))}
          </ul>
        )}
    </Card>
  )
}
