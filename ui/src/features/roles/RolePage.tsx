import { CopyOutlined } from '@ant-design/icons'
import { Button, Checkbox, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useDefinition } from '../../api/config'
import { useMeta, useSession } from '../../api/session'
import type { DefinitionDetail } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { BuilderHead } from '../builder/BuilderHead'
import { useDraft } from '../builder/useDraft'
import { CheckLine } from '../config/CheckLine'
import { PublishModal } from '../config/PublishModal'
import { Sentence } from '../config/Sentence'
import { starting } from '../config/starting'
import { useChecked } from '../config/useChecked'
import { ClassRow } from './ClassRow'
import { Holders } from './Holders'
import { ObjectRule } from './ObjectRule'
import type { RoleRule, RoleSpec } from './spec'
import './roles.css'

interface Props { name: string; detail: DefinitionDetail; freshTitle: string | null; from: string | null }

/** The editor of a role; a new one may begin as a copy of another, which is read first. */
export default function RolePage({ from, ...props }: Props) {
  const copied = useDefinition('role', from ?? '', Boolean(from) && !props.detail.definition && !props.detail.draft)
  if (copied.isError && !copied.data) return <Failed error={copied.error} retry={() => void copied.refetch()} />
  if (copied.isLoading) return <Loading rows={10} />
  const spec = (copied.data?.draft ?? copied.data?.definition)?.spec as RoleSpec | undefined
  return <Editor {...props} start={spec ?? (starting('role', props.name) as RoleSpec)} />
}

function Editor({ name, detail, freshTitle, start }: Omit<Props, 'from'> & { start: RoleSpec }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const session = useSession()
  const navigate = useNavigate()
  const draft = useDraft('role', name, detail, { title: { 'zh-CN': freshTitle ?? name }, spec: start })
  const { working, changed, hasDraft, set } = draft
  const [added, setAdded] = useState<string | null>(null)
  const fresh = !detail.definition && !hasDraft
  const check = useChecked(changed || hasDraft || fresh ? [{ kind: 'role', name, ...working }] : null)
  const sentence = check.sentences[`role/${name}`] ?? detail.sentence
  const spec = working.spec as RoleSpec
  const title = titled(working.title, name)
  const objects = spec.objects ?? {}
  const named = (object: string): string => (object === '*' ? t('roleView.everything') : titled(meta.objects.find((o) => o.name === object)?.title, t(`objectName.${object}`, { defaultValue: object })))
  const rows = Object.keys(objects).sort((a, b) => (a === '*' ? 1 : b === '*' ? -1 : named(a).localeCompare(named(b), 'zh')))
  const without = meta.objects.filter((o) => !(o.name in objects))
  const setRule = (object: string, rule: RoleRule, mark?: string): void => set({ ...spec, objects: { ...objects, [object]: rule } }, mark)
  const rights = [...new Set([...(meta.rights ?? []), ...(spec.rights ?? [])])]
  const kinds = session.configure?.filter((k) => k !== '*') ?? []
  const configure = spec.configure ?? []
  const placeOf = (pointer: string): string => {
    const object = /^\/spec\/objects\/([^/]+)/.exec(pointer)?.[1]
    return object ? named(object) : ''
  }
  return (
    <>
      <BuilderHead draft={draft} about={t('kind.role')}>
        {detail.definition ? <Button type="text" size="small" icon={<CopyOutlined aria-hidden />} onClick={() => void navigate(`/config/role/role_${Date.now().toString(36)}?new=${encodeURIComponent(t('roles.copyOf', { title }))}&from=${encodeURIComponent(name)}`)}>{t('roles.copy')}</Button> : null}
      </BuilderHead>
      <div className="builder">
        <div className="builder-form">
          <section className="config-section">
            <h3>{t('roleView.objects')}</h3>
            <p className="muted small">{t('roles.objectsHint')}</p>
            {rows.length === 0 ? <p>{t('roles.noObjects')}</p> : null}
            {rows.map((o) => (
              <ObjectRule
                key={o}
                object={o}
                title={named(o)}
                rest={without.map((x) => titled(x.title, x.name))}
                rule={objects[o] ?? {}}
                disabled={false}
                start={added === o}
                onChange={(rule, mark) => setRule(o, rule, mark)}
                onRemove={() => set({ ...spec, objects: Object.fromEntries(Object.entries(objects).filter(([k]) => k !== o)) })}
              />
            ))}
            <div className="row">
              <Select
                className="role-add"
                aria-label={t('roles.addObject')}
                placeholder={t('roles.addObject')}
                showSearch={{ optionFilterProp: 'label' }}
                popupMatchSelectWidth={false}
                value={null}
                options={[...('*' in objects ? [] : [{ value: '*', label: t('roleView.everything') }]), ...without.map((o) => ({ value: o.name, label: titled(o.title, o.name) }))]}
                onChange={(o: string | null) => {
                  if (!o) return
                  setAdded(o)
                  setRule(o, { ...(o === '*' ? { read: 'own' } : (objects['*'] ?? { read: 'own' })) })
                }}
              />
              {'*' in objects ? null : <span className="muted small">{t('roles.noStar')}</span>}
            </div>
          </section>
          <section className="config-section">
            <h3>{t('roles.classes')}</h3>
            <p className="muted small">{t('roles.classesHint')}</p>
            <ClassRow name={title} classes={spec.classes} rest={t('roles.asUsual')} disabled={false} onChange={(classes) => set({ ...spec, classes })} />
          </section>
          <section className="config-section">
            <h3>{t('roleView.rights')}</h3>
            <div className="right-grid">
              {rights.map((r) => (
                <Checkbox key={r} checked={Boolean(spec.rights?.includes(r))} onChange={(e) => set({ ...spec, rights: e.target.checked ? [...(spec.rights ?? []), r] : (spec.rights ?? []).filter((x) => x !== r) })}>
                  {t(`scope.${r.replaceAll('.', '_')}`, { defaultValue: r })}
                </Checkbox>
              ))}
            </div>
            <h3>{t('roleView.configure')}</h3>
            <div className="right-grid">
              <Checkbox checked={configure.includes('*')} onChange={(e) => set({ ...spec, configure: e.target.checked ? ['*'] : [] })}>{t('roleView.allKinds')}</Checkbox>
              {kinds.map((k) => (
                <Checkbox key={k} disabled={configure.includes('*')} checked={configure.includes('*') || configure.includes(k)} onChange={(e) => set({ ...spec, configure: e.target.checked ? [...configure, k] : configure.filter((x) => x !== k) })}>{t(`kind.${k}`, { defaultValue: k })}</Checkbox>
              ))}
            </div>
          </section>
        </div>
        <aside className={`builder-side is-tall ${check.problems.length > 0 ? 'has-problems' : ''}`} tabIndex={0} aria-label={t('roles.sees')}>
          <Card title={t('config.check')} testid="check">
            {check.problems.length === 0 ? <CheckLine {...check} fine={fresh && !changed ? 'config.fresh' : changed || hasDraft ? 'config.fine' : 'config.live'} /> : (
              <ul className="problems">
                {check.problems.map((p, i) => (
                  <li key={i} role="alert"><div className="problem-place">{placeOf(p.pointer)}</div><div>{p.message}</div>{p.hint ? <div className="problem-hint">{p.hint}</div> : null}</li>
                ))}
              </ul>
            )}
          </Card>
          {sentence ? <Card title={t('roles.sees')} testid="reads"><Sentence text={sentence} /></Card> : null}
          {detail.definition ? <Holders role={name} title={title} /> : null}
        </aside>
      </div>
      {draft.publishing ? <PublishModal only={[{ kind: 'role', name }]} companion={null} title={title} onClose={() => draft.setPublishing(false)} onPublished={draft.setPublished} /> : null}
    </>
  )
}
