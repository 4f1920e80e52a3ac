import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useMove } from '../../api/deals'
import type { Field, ObjectMeta, RecordData } from '../../api/types'
import { problemText } from '../../parts/problem'
import { titleOf } from '../records/views'
import type { Move } from './board'
import { labelOf } from './ColumnHead'

export interface Asking { move: Move; problem: Problem }

/** Moves cards at once and asks the server after; what it refuses goes back with the reason, what it took can be undone. */
export function useMoves(object: ObjectMeta, field: Field) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const patch = useMove(object.name)
  const [moves, setMoves] = useState<Move[]>([])
  const [asking, setAsking] = useState<Asking | null>(null)
  const [said, setSaid] = useState('')
  const [fresh, setFresh] = useState<string | null>(null)
  const label = (value: string): string => labelOf({ field, value }, t('convert.board.none'))
  const name = (record: RecordData): string => titleOf(record, object) ?? t('record.untitled')

  const send = async (move: Move, more: Record<string, unknown>, undoing: boolean): Promise<void> => {
    setMoves((old) => [...old.filter((m) => m.record.id !== move.record.id), move])
    setFresh(move.record.id)
    const before = Object.fromEntries(Object.keys(more).map((key) => [key, move.record[key] ?? null]))
    try {
      const saved = await patch.mutateAsync({ record: move.record, changes: { ...more, [field.name]: move.to === '' ? null : move.to } })
      const text = t('convert.board.moved', { name: name(move.record), to: label(move.to) })
      setSaid(text)
      const undo = (): void => {
        message.destroy(move.record.id)
        void send({ record: saved.record, from: move.to, to: move.from }, before, true)
      }
      void message.open({ key: move.record.id, type: 'success', duration: 6, content: undoing ? t('convert.board.undone') : <>{text} <button type="button" className="link" onClick={undo}>{t('convert.board.undo')}</button></> })
    } catch (error) {
      setSaid(problemText(error))
      if (error instanceof Problem && error.code === 'stage_requires') setAsking({ move, problem: error })
      else void message.error(problemText(error), 6)
    } finally {
      setMoves((old) => old.filter((m) => m.record.id !== move.record.id))
    }
  }
  return {
    moves, asking, said, fresh,
    move: (record: RecordData, to: string): void => {
      const from = String(record[field.name] ?? '')
      if (from !== to) void send({ record, from, to }, {}, false)
    },
    /** The fields that a refused stage asked for, or null to leave the card where it was. */
    answer: (more: Record<string, unknown> | null): void => {
      const asked = asking
      setAsking(null)
      if (asked && more) void send(asked.move, more, false)
    },
  }
}
