import { App, Button, Input, Select, Switch } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useRemoveScript, useSaveScript, useScripts, type Script } from '../../api/scripts'
import { useObject } from '../../api/session'
import type { ObjectMeta } from '../../api/types'
import { choiceText, optionsOf } from '../../fields/choice'
import { isBlank } from '../../fields/kind'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import { CopyButton } from './CopyButton'
import { ScriptEditor } from './ScriptEditor'
import './scripts.css'

export default function ScriptsPage() {
  const object = useObject('script')
  return <div className="page scripts-page">{object ? <Library object={object} /> : <NoRight />}</div>
}

/** All scripts: to find and copy for everybody, to keep for who may edit them. Industry and words stand in the address. */
function Library({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const industry = params.get('industry') ?? ''
  const q = params.get('q') ?? ''
  const asked = useDeferredValue(q.trim())
  const edits = object.rights.update
  const list = useScripts({ industry: industry || undefined, q: asked || undefined, off: edits || undefined })
  const [editing, setEditing] = useState<Script | 'new' | null>(null)
  const put = (name: string, value: string): void =>
    setParams((old) => {
      const copy = new URLSearchParams(old)
      if (value) copy.set(name, value)
      else copy.delete(name)
      return copy
    }, { replace: name === 'q' })
  const field = object.fields.find((f) => f.name === 'industry')
  const add = object.rights.create ? <Button type="primary" onClick={() => setEditing('new')}>{t('scripts.add')}</Button> : null
  return (
    <>
      <PageHead title={t('scripts.title')} extra={<>{list.data ? <span className="num">{t('scripts.count', { count: list.data.count })}</span> : null}<span>{t('scripts.about')}</span></>}>{add}</PageHead>
      <div className="script-ask scripts-ask">
        <Select aria-label={t('scripts.industry')} popupMatchSelectWidth={false} value={industry} options={[{ value: '', label: t('scripts.all') }, ...(field ? optionsOf(field) : [])]} onChange={(next: string) => put('industry', next)} />
        <Input allowClear role="searchbox" aria-label={t('scripts.search')} placeholder={t('scripts.searchHint')} value={q} onChange={(e) => put('q', e.target.value)} />
      </div>
      {list.isPending ? <Loading rows={8} />
        : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : list.data.scripts.length === 0 ? (
          asked ? <Empty title={t('scripts.noneFound')} text={t('scripts.noneFoundText')} />
            : <Empty title={industry ? t('scripts.none', { industry: field ? choiceText(industry, field) : industry }) : t('scripts.noneAny')} text={t(edits ? 'scripts.noneEditor' : 'scripts.noneText')}>{add}</Empty>
        ) : (
          <ul className="scripts-all">
            {list.data.scripts.map((script) => <Line key={script.id} script={script} object={object} onEdit={() => setEditing(script)} />)}
          </ul>
        )}
      {list.data && list.data.count > list.data.scripts.length ? <p className="muted small">{t('scripts.more', { count: list.data.count, shown: list.data.scripts.length })}</p> : null}
      {editing ? <ScriptEditor object={object} script={editing === 'new' ? undefined : editing} industry={industry} onClose={() => setEditing(null)} /> : null}
    </>
  )
}

function Line({ script, object, onEdit }: { script: Script; object: ObjectMeta; onEdit: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useSaveScript()
  const remove = useRemoveScript()
  const field = (name: string) => object.fields.find((f) => f.name === name)
  const industry = field('industry')
  const off = script.active === false
  const question = script.question ?? ''
  const failed = (error: unknown): void => void message.error(problemText(error))
  const undo = (): void => remove.mutate({ id: script.id, back: true }, { onError: failed, onSuccess: () => message.destroy(script.id) })
  const drop = (): void =>
    remove.mutate({ id: script.id }, {
      onError: failed,
      onSuccess: () => void message.open({ key: script.id, type: 'success', duration: 8, content: <>{t('scripts.removed')} <button type="button" className="link" onClick={undo}>{t('scripts.undo')}</button></> }),
    })
  return (
    <li className={off ? 'is-off' : ''} data-testid="script" data-id={script.id}>
      <div className="scripts-text">
        <h2>{question}</h2>
        <p>{script.answer}</p>
        <p className="muted small num">
          {[industry && !isBlank(script.industry) ? choiceText(script.industry, industry) : t('scripts.general'), t('scripts.used', { count: script.used ?? 0 }), isBlank(script.position) ? '' : `${t('scripts.position')} ${script.position}`, off ? t('scripts.off') : ''].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="scripts-acts">
        {object.rights.update && field('active') ? (
          <Switch checked={!off} loading={save.isPending} aria-label={t('scripts.activeOf', { question })} onChange={(active) => save.mutate({ script, changes: { active } }, { onError: failed })} />
        ) : null}
        {object.rights.update ? <Button size="small" aria-label={t('scripts.editOf', { question })} onClick={onEdit}>{t('scripts.edit')}</Button> : null}
        {object.rights.delete ? <Button size="small" type="text" danger loading={remove.isPending} aria-label={t('scripts.removeOf', { question })} onClick={drop}>{t('scripts.remove')}</Button> : null}
        {off ? null : <CopyButton script={script} />}
      </div>
    </li>
  )
}
