import { Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useVisibility, type VerbAnswer } from '../../api/sharing'
import { person as personKind } from '../../fields/person'
import { titled } from '../../i18n/titled'
import { Failed, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { TraceRoot, Verdict } from '../../parts/why/TraceTree'
import '../../parts/why/why.css'
import './sharing.css'

const verbs = ['read', 'update', 'delete'] as const

/** Why a person sees a record or does not: the sentence, every ground that was looked at, and what would have to change. */
export default function VisibilityDrawer({ object, id, person, onClose }: { object: string; id: string; person?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [who, setWho] = useState<string | null>(person ?? null)
  const asked = useVisibility(object, id, who)
  return (
    <Drawer open onClose={onClose} title={t('sharing.why')} placement={phone ? 'bottom' : 'right'} size={phone ? '80%' : 480}>
      <div className="sharing-pick"><personKind.Edit field={{ name: 'person', title: { 'zh-CN': t('sharing.whom') }, type: 'person' }} label={t('sharing.whom')} value={who} onChange={(v) => setWho(v as string | null)} /></div>
      {who === null ? <p className="muted">{t('sharing.whyHint')}</p>
        : asked.isPending ? <Loading rows={5} />
        : asked.isError ? <Failed error={asked.error} retry={() => void asked.refetch()} />
        : (
          <div className="why" data-testid="visibility">
            <p className="why-sentence">{asked.data.sentence}</p>
            {asked.data.change.length > 0 ? (
              <>
                <h3 className="section-title">{t('sharing.change')}</h3>
                <ul className="sharing-change">{asked.data.change.map((c) => <li key={c}>{c}</li>)}</ul>
              </>
            ) : null}
            {verbs.map((verb) => <Grounds key={verb} verb={verb} answer={asked.data[verb]} />)}
            {asked.data.read.may && asked.data.fields.length > 0 ? (
              <>
                <h3 className="section-title">{t('sharing.fields')}</h3>
                <ul className="sharing-change">{asked.data.fields.map((f) => <li key={`${f.field}/${f.how}`}>{titled(f.title, f.field)} · {t(`sharing.how.${f.how}`)}</li>)}</ul>
              </>
            ) : null}
          </div>
        )}
    </Drawer>
  )
}

function Grounds({ verb, answer }: { verb: (typeof verbs)[number]; answer: VerbAnswer }) {
  const { t } = useTranslation()
  return (
    <section className="sharing-verb" aria-label={t(`roleView.${verb}`)}>
      <h3><Verdict passed={answer.may} /> {t(`sharing.${answer.may ? 'may' : 'mayNot'}.${verb}`)}</h3>
      {answer.missing_right ? <p className="muted small">{t('sharing.missing', { right: t(`scope.${answer.missing_right.replaceAll('.', '_')}`, { defaultValue: answer.missing_right }) })}</p> : null}
      <ul className="trace">
        {answer.grounds.map((g, i) => (
          <li key={i}>
            <div className="trace-leaf"><Verdict passed={g.holds} /><span>{g.role_title ? <span className="muted">{t('sharing.role', { role: g.role_title })} </span> : null}{g.text}</span></div>
            {g.trace ? <TraceRoot node={g.trace} /> : null}
          </li>
        ))}
        {answer.grounds.length === 0 ? <li className="muted">{t('sharing.noRole')}</li> : null}
      </ul>
    </section>
  )
}
