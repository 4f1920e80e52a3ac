import { Checkbox, Form, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Part, PartChoice, Standing } from '../../api/deals'
import { useMeta } from '../../api/session'
import type { Field, Refs } from '../../api/types'
import type { ProblemItem } from '../../api/client'
import { FieldEdit } from '../../fields'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'

interface Props { part: Part; choice: PartChoice; refs: Refs; errors: ProblemItem[]; onChange: (next: PartChoice) => void }

/** One record that a conversion makes: its values as they will be, or a record that stands already. */
export function PartCard({ part, choice, refs, errors, onChange }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const object = meta.objects.find((o) => o.name === part.object)
  const title = titled(object?.title, part.object)
  const pipeline = meta.pipelines.find((p) => p.object === part.object)
  const values = { ...part.values, ...choice.values }
  const needed = new Set(pipeline?.stages.find((s) => s.value === values[pipeline.field])?.required)
  const fields = part.fields.flatMap((name): Field[] => object?.fields.filter((f) => f.name === name) ?? [])
  const making = !choice.attach && !choice.skip
  const general = errors.filter((e) => !fields.some((f) => e.pointer === `/${part.object}/${f.name}`))
  return (
    <section className="convert-part" data-testid={`convert-${part.object}`}>
      <header>
        {part.optional ? <Checkbox checked={!choice.skip} onChange={(e) => onChange({ ...choice, skip: !e.target.checked })}>{t('convert.make', { object: title })}</Checkbox> : <h3>{title}</h3>}
        <Chip tone={making ? 'brand' : 'neutral'}>{t(choice.skip ? 'convert.skipped' : making ? 'convert.new' : 'convert.attached')}</Chip>
      </header>
      {part.same.length > 0 ? (
        <Radio.Group className="convert-same" aria-label={t('convert.sameTitle', { object: title })} value={choice.attach ?? ''} onChange={(e) => onChange({ ...choice, attach: (e.target.value as string) || undefined })}>
          {part.same.map((s) => <Stands key={s.id ?? s.owner + s.by} standing={s} object={title} />)}
          <Radio value="">{t('convert.newInstead', { object: title })}</Radio>
        </Radio.Group>
      ) : null}
      {general.map((e) => <p key={e.message} className="bad small" role="alert">{[e.message, e.hint].filter(Boolean).join(t('problem.join'))}</p>)}
      {making ? (
        <Form layout="vertical" className="convert-fields">
          {fields.map((f) => {
            const label = titled(f.title, f.name)
            const wrong = errors.find((e) => e.pointer === `/${part.object}/${f.name}`)
            return (
              <Form.Item key={f.name} label={label} required={f.required || needed.has(f.name)} validateStatus={wrong ? 'error' : undefined} help={wrong ? [wrong.message, wrong.hint].filter(Boolean).join(' ') : undefined}>
                <FieldEdit field={f} label={label} value={values[f.name]} refs={refs} onChange={(v) => onChange({ ...choice, values: { ...choice.values, [f.name]: v } })} />
              </Form.Item>
            )
          })}
        </Form>
      ) : null}
    </section>
  )
}

function Stands({ standing, object }: { standing: Standing; object: string }) {
  const { t } = useTranslation()
  const by = t(`convert.by.${standing.by}`)
  if (!standing.seen) return <p className="muted small convert-held">{t('convert.held', { object, by, owner: standing.owner })}</p>
  return <Radio value={standing.id}>{t('convert.attach', { name: standing.title })} <span className="muted small">{by} · {standing.owner}</span></Radio>
}
