import { App } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDropDraft, useRestore, useSaveDraft } from '../../api/config'
import { mayConfigure, useMeta, useSession } from '../../api/session'
import type { DefinitionDetail } from '../../api/types'
import { problemText } from '../../parts/problem'
import { useBase } from '../config/useBase'
import { writable, type Working } from '../config/working'
import { useHistory } from './useHistory'

/** A definition while it is built: edits with undo, the draft kept, publishing and what takes a publish back. start is where a new one begins. */
export function useDraft(kind: string, name: string, detail: DefinitionDetail, start: Working) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const may = mayConfigure(useSession(), kind)
  const meta = useMeta()
  const stored = detail.draft ?? detail.definition
  const history = useHistory<Working | null>(null)
  const working = history.now ?? (stored ? writable(stored) : start)
  const changed = history.now !== null
  const hasDraft = Boolean(detail.draft)
  const [publishing, setPublishing] = useState(false)
  const [published, setPublished] = useState<number | null>(null)
  const base = useBase(detail, changed)
  const save = useSaveDraft(kind, name)
  const drop = useDropDraft(kind, name)
  const restore = useRestore()

  useEffect(() => {
    const keys = (e: KeyboardEvent): void => {
      const typing = (e.target as HTMLElement | null)?.matches('input, textarea, [contenteditable]')
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'z' || typing) return
      e.preventDefault()
      if (e.shiftKey) history.redo()
      else history.undo()
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [history])

  const failed = (error: unknown): void => void message.error(problemText(error))
  const saveDraft = (after?: () => void): void =>
    save.mutate({ ...working, base }, {
      onSuccess: () => {
        history.reset(null)
        if (after) after()
        else void message.success(t('config.saved'))
      },
      onError: failed,
    })
  return {
    kind, name, detail, may, history, working, changed, hasDraft, publishing, setPublishing, setPublished,
    saving: save.isPending,
    dropping: drop.isPending,
    restoring: restore.isPending,
    /** The publish that can be taken back from here: the last of all, by this page. */
    undoable: published !== null && published === meta.revision && !changed ? published : null,
    set: (spec: unknown, mark?: string): void => history.set({ ...working, spec }, mark),
    setTitle: (zh: string): void => history.set({ ...working, title: { ...working.title, 'zh-CN': zh } }, 'title'),
    saveDraft,
    publish: (): void => (changed || (!hasDraft && !detail.definition) ? saveDraft(() => setPublishing(true)) : setPublishing(true)),
    dropDraft: (): void => {
      history.reset(null)
      if (hasDraft) drop.mutate(undefined, { onError: failed })
    },
    undoPublish: (n: number): void =>
      restore.mutate(n - 1, {
        onSuccess: () => {
          setPublished(null)
          history.reset(null)
          void message.success(t('builder.publishUndone'))
        },
        onError: failed,
      }),
  }
}

export type Draft = ReturnType<typeof useDraft>
