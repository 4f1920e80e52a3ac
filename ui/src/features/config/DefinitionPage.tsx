import { App, Button, ConfigProvider, Input } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams, useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { useDefinition, useDropDraft, useSaveDraft } from '../../api/config'
import { mayConfigure, useSession } from '../../api/session'
import type { DefinitionDetail } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'
import { Card, PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'
import { FormForm } from '../forms/FormForm'
import { FormPreview } from '../forms/FormPreview'
import { MaterialForm } from '../forms/MaterialForm'
import type { FormSpec, MaterialSpec } from '../../api/hosted'
import { ChannelForm } from './ChannelForm'
import { CheckLine } from './CheckLine'
import { FollowUpForm } from './FollowUpForm'
import { placeWords } from './place'
import { DuplicateForm } from './DuplicateForm'
import { PoolForm } from './PoolForm'
import { PublishModal } from './PublishModal'
import { Sentence } from './Sentence'
import type { ChannelSpec, FollowUpSpec, DuplicateSpec, PoolSpec } from './specs'
import { starting } from './starting'
import { Summary } from './Summary'
import { useBase } from './useBase'
import { useChecked } from './useChecked'
import { writable, type Working } from './working'

const BuilderPage = lazy(() => import('../builder/BuilderPage'))
const ObjectEditor = lazy(() => import('../objects/ObjectEditor'))
const RolePage = lazy(() => import('../roles/RolePage'))

/** Kinds with a builder of their own, and all that can be edited here. */
export const built = ['tag_dimension', 'assignment_policy']
export const formed = [...built, 'follow_up_rule', 'pool_policy', 'duplicate_rule', 'channel', 'form', 'material']

export function DefinitionPage() {
  const { kind = '', name = '' } = useParams()
  const [params] = useSearchParams()
  const session = useSession()
  const detail = useDefinition(kind, name)
  const fresh = params.get('new')
  if (detail.isPending && !fresh) return <Loading rows={10} />
  const missing = detail.error instanceof Problem && detail.error.status === 404
  if (detail.isError && !detail.data && !(missing && fresh)) return <Failed error={detail.error} retry={() => void detail.refetch()} />
  const data: DefinitionDetail = detail.data ?? { definition: null, draft: null }
  if (built.includes(kind)) return <Suspense fallback={<Loading rows={10} />}><BuilderPage key={`${kind}/${name}`} kind={kind} name={name} detail={data} freshTitle={fresh} /></Suspense>
  if (kind === 'object' && mayConfigure(session, kind)) return <Suspense fallback={<Loading rows={10} />}><ObjectEditor key={name} name={name} detail={data} freshTitle={fresh} icon={params.get('icon') ?? undefined} /></Suspense>
  if (kind === 'role' && mayConfigure(session, kind)) return <Suspense fallback={<Loading rows={10} />}><RolePage key={`${kind}/${name}`} name={name} detail={data} freshTitle={fresh} from={params.get('from')} /></Suspense>
  return <Editor key={`${kind}/${name}`} kind={kind} name={name} detail={data} freshTitle={fresh} />
}

function Editor({ kind, name, detail, freshTitle }: { kind: string; name: string; detail: DefinitionDetail; freshTitle: string | null }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const may = mayConfigure(useSession(), kind)
  const stored = detail.draft ?? detail.definition
  const kept: Working = stored ? writable(stored) : { title: { 'zh-CN': freshTitle ?? name }, spec: starting(kind, name) }
  const [edited, setEdited] = useState<Working | null>(null)
  const [publishing, setPublishing] = useState(false)
  const working = edited ?? kept
  const changed = edited !== null
  const base = useBase(detail, changed)
  const save = useSaveDraft(kind, name)
  const drop = useDropDraft(kind, name)
  const hasForm = formed.includes(kind)
  const hasDraft = Boolean(detail.draft)
  const asked = hasForm && may && (changed || hasDraft)
  const check = useChecked(asked ? [{ kind, name, ...working }] : null)
  const { problems } = check
  const sentence = check.sentences[`${kind}/${name}`] ?? detail.sentence
  const title = titled(working.title, name)

  const saveDraft = (after?: () => void): void =>
    save.mutate({ ...working, base }, {
      onSuccess: () => {
        setEdited(null)
        if (after) after()
        else void message.success(t('config.saved'))
      },
      onError: (error) => void message.error(problemText(error)),
    })
  const publish = (): void => (changed || (!hasDraft && !detail.definition) ? saveDraft(() => setPublishing(true)) : setPublishing(true))
  const spec = working.spec
  const set = (next: unknown): void => setEdited({ ...working, spec: next })
  const form = { disabled: !may, name }
  return (
    <>
      <PageHead
        title={title}
        extra={<>
          <span>{t(`kind.${kind}`, { defaultValue: kind })}</span>
          {changed ? <Chip tone="amber">{t('config.unsaved')}</Chip> : hasDraft ? <Chip tone="amber">{t('config.draft')}</Chip> : null}
          {detail.definition?.revision ? <span>{t('why.revision', { n: detail.definition.revision })}</span> : null}
        </>}
      >
        {hasForm && may ? (
          <>
            {hasDraft || changed ? <Button onClick={() => { setEdited(null); if (hasDraft) drop.mutate(undefined, { onError: (error) => void message.error(problemText(error)) }) }} loading={drop.isPending}>{t('config.dropDraft')}</Button> : null}
            <Button disabled={!changed} loading={save.isPending && !publishing} onClick={() => saveDraft()}>{t('config.saveDraft')}</Button>
            <Button type="primary" disabled={!changed && !hasDraft && detail.definition !== null} onClick={publish}>{t('config.publish')}</Button>
          </>
        ) : null}
      </PageHead>
      <div className="builder">
        <div className="builder-form">
          {hasForm ? (
            <section className="config-section config-name">
              <label htmlFor="definition-title">{t('config.name')}</label>
              <Input id="definition-title" value={working.title['zh-CN']} disabled={!may} onChange={(e) => setEdited({ ...working, title: { ...working.title, 'zh-CN': e.target.value } })} />
            </section>
          ) : null}
          <ConfigProvider componentDisabled={!may}>
          {kind === 'follow_up_rule' ? <FollowUpForm {...form} spec={spec as FollowUpSpec} onChange={set} />
             : kind === 'duplicate_rule' ? <DuplicateForm {...form} spec={spec as DuplicateSpec} onChange={set} />
             : kind === 'form' ? <FormForm {...form} title={working.title} spec={spec as FormSpec} onChange={set} />
             : kind === 'material' ? <MaterialForm {...form} spec={spec as MaterialSpec} onChange={set} />
            : kind === 'pool_policy' ? <PoolForm {...form} spec={spec as PoolSpec} onChange={set} />
            : kind === 'channel' ? <ChannelForm {...form} spec={spec as ChannelSpec} onChange={set} />
            : <Summary kind={kind} spec={spec} />}
          </ConfigProvider>
        </div>
        <aside className={`builder-side ${kind === 'form' ? 'is-tall' : ''} ${problems.length > 0 ? 'has-problems' : ''}`}>
          {hasForm ? (
            <Card title={t('config.check')}>
              {problems.length === 0 ? (
                <CheckLine {...check} fine={!detail.definition && !hasDraft && !changed ? 'config.fresh' : changed || hasDraft ? 'config.fine' : 'config.live'} />
              ) : (
                <ul className="problems">
                  {problems.map((p, i) => (
                    <li key={i} role="alert">
                      <div className="problem-place">{placeWords(p.pointer, spec, t)}</div>
                      <div>{p.message}</div>
                      {p.hint ? <div className="problem-hint">{p.hint}</div> : null}
                    </li>
                  ))}
                </ul>
              )}
            </Card>
          ) : null}
          {kind === 'form' ? <FormPreview name={name} title={working.title} spec={spec as FormSpec} /> : null}
          {sentence ? <Card title={t('config.reads')}><Sentence text={sentence} /></Card> : null}
        </aside>
      </div>
      {publishing ? <PublishModal only={[{ kind, name }]} companion={null} title={title} onClose={() => setPublishing(false)} /> : null}
    </>
  )
}
