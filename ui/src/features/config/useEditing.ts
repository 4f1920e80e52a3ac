import { App } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDropDraft, useSaveDraft } from '../../api/config'
import type { DefinitionDetail } from '../../api/types'
import { problemText } from '../../parts/problem'
import { useHistory } from '../builder/useHistory'
import { useBase } from './useBase'
import { writable, type Working } from './working'

/** A definition under edit with undo and redo (also Ctrl+Z), kept as a draft and given up. start is what a new one begins with. */
export function useEditing(kind: string, name: string, detail: DefinitionDetail, start: Working) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const stored = detail.draft ?? detail.definition
  const kept: Working = stored ? writable(stored) : start
  const history = useHistory<Working | null>(null)
  const [publishing, setPublishing] = useState(false)
  const working = history.now ?? kept
  const changed = history.now !== null
  const hasDraft = Boolean(detail.draft)
  const base = useBase(detail, changed)
  const save = useSaveDraft(kind, name)
  const drop = useDropDraft(kind, name)
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
    working, changed, hasDraft, history, publishing, saveDraft,
    saving: save.isPending && !publishing,
    dropping: drop.isPending,
    set: (spec: unknown, mark?: string): void => history.set({ ...working, spec }, mark),
    rename: (zh: string): void => history.set({ ...working, title: { ...working.title, 'zh-CN': zh } }, 'title'),
    giveUp: (): void => {
      history.reset(null)
      if (hasDraft) drop.mutate(undefined, { onError: failed })
    },
    publish: (): void => (changed || (!hasDraft && !detail.definition) ? saveDraft(() => setPublishing(true)) : setPublishing(true)),
    closePublish: (): void => setPublishing(false),
  }
}
