import { EditOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'
import { PageHead } from '../../parts/PageHead'
import type { Draft } from './useDraft'

/** The head of a builder: the way up where the page has no list beside it, the name, what it is about, how far the draft is, and undo, draft and publish. */
export function BuilderHead({ draft, up, about, children }: { draft: Draft; up?: { to: string; label: string; of?: string }; about?: string; children?: ReactNode }) {
  const { t } = useTranslation()
  const [naming, setNaming] = useState(false)
  const { working, detail, may, history, changed, hasDraft, undoable } = draft
  return (
    <>
      {up ? <nav className="build-crumb" aria-label={up.label}><NavLink to={up.to} end>‹ {up.label}</NavLink>{up.of ? <span className="muted"> · {up.of}</span> : null}</nav> : null}
      <PageHead
        title={naming ? (
          <Input className="build-title" autoFocus aria-label={t('config.name')} value={working.title['zh-CN']} onChange={(e) => draft.setTitle(e.target.value)} onBlur={() => setNaming(false)} onPressEnter={() => setNaming(false)} />
        ) : titled(working.title, draft.name)}
        extra={<>
          {about ? <span>{about}</span> : null}
          {may && !naming ? <Button type="text" size="small" icon={<EditOutlined aria-hidden />} aria-label={t('builder.rename')} title={t('builder.rename')} onClick={() => setNaming(true)} /> : null}
          {changed ? <Chip tone="amber">{t('config.unsaved')}</Chip> : hasDraft ? <Chip tone="amber">{t('config.draft')}</Chip> : null}
          {detail.definition?.revision ? <span>{t('why.revision', { n: detail.definition.revision })}</span> : null}
          {undoable !== null ? <button type="button" className="link" disabled={draft.restoring} onClick={() => draft.undoPublish(undoable)}>{t('builder.undoPublish')}</button> : null}
          {children}
        </>}
      >
        {may ? (
          <>
            <Button type="text" icon={<UndoOutlined aria-hidden />} aria-label={t('builder.undo')} title={`${t('builder.undo')} Ctrl+Z`} disabled={!history.canUndo} onClick={history.undo} />
            <Button type="text" icon={<RedoOutlined aria-hidden />} aria-label={t('builder.redo')} title={`${t('builder.redo')} Ctrl+Shift+Z`} disabled={!history.canRedo} onClick={history.redo} />
            {hasDraft || changed ? <Button onClick={draft.dropDraft} loading={draft.dropping}>{t('config.dropDraft')}</Button> : null}
            <Button disabled={!changed} loading={draft.saving && !draft.publishing} onClick={() => draft.saveDraft()}>{t('config.saveDraft')}</Button>
            <Button type="primary" disabled={!changed && !hasDraft && detail.definition !== null} onClick={draft.publish}>{t('config.publish')}</Button>
          </>
        ) : null}
      </PageHead>
    </>
  )
}
