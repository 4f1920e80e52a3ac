import { Checkbox } from 'antd'
import { useTranslation } from 'react-i18next'
import { group } from '../../api/condition'
import { ConditionEditor } from '../../parts/ConditionEditor'
import type { Terms } from '../../parts/terms'
import { scopeOf, withScope, words, type RoleRule, type Verb } from './spec'

interface Props { name: string; verb: Verb; rule: RoleRule; terms: Terms | null; disabled: boolean; onChange: (rule: RoleRule) => void }

/** Whose records a verb is open on: words that add up, and a condition besides. terms null: no condition can be said here. */
export function ScopeRow({ name, verb, rule, terms, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const where = `${verb}_where` as const
  const chosen = scopeOf(rule, verb)
  const all = chosen.includes('all')
  const toggle = (word: string, on: boolean): void => onChange(withScope(rule, verb, on ? [...chosen, word] : chosen.filter((w) => w !== word)))
  const label = t(`roleView.${verb}`)
  return (
    <div className="scope-row" role="group" aria-label={t('roles.scopeOf', { name, verb: label })}>
      <span className="scope-verb">{label}</span>
      <div className="scope-words">
        {words.map((w) => (
          <Checkbox key={w} checked={chosen.includes(w)} disabled={disabled || (all && w !== 'all')} onChange={(e) => toggle(w, e.target.checked)}>{t(`roleView.scope.${w}`)}</Checkbox>
        ))}
        {terms ? <Checkbox checked={Boolean(rule[where])} disabled={disabled || all} onChange={(e) => onChange({ ...rule, [where]: e.target.checked ? group('all', []) : undefined })}>{t('roleView.where')}</Checkbox> : null}
        {chosen.length === 0 && !rule[where] ? <span className="muted small">{t(`roles.nothing.${verb}`)}</span> : null}
      </div>
      {terms && rule[where] && !all ? (
        <div className="scope-where">
          <ConditionEditor terms={terms} value={rule[where]} label={t('roles.whereOf', { name, verb: label })} onChange={(next) => onChange({ ...rule, [where]: next })} />
        </div>
      ) : null}
    </div>
  )
}
