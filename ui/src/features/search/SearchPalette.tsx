import { SearchOutlined } from '@ant-design/icons'
import { Alert, Input, Modal, Tag } from 'antd'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { useMeta, useSession } from '../../api/session'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { Loading } from '../../parts/States'
import { Marked } from './Marked'
import { remember } from './recent'
import { useChoices, type Choice } from './useChoices'
import './search.css'

const wait = 120 // ms of quiet before the server is asked

/** The search of everything: typed words find records, pages and actions; arrows choose, Enter opens, Esc closes. */
export default function SearchPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const { user } = useSession()
  const list = useId()
  const [typed, setTyped] = useState('')
  const words = useQuiet(typed.trim())
  const here = /^\/objects\/([^/]+)/.exec(pathname)?.[1]
  const { sections, search } = useChoices(words, here)
  const choices = sections.flatMap((s) => s.choices)
  const [chosen, setChosen] = useState<string>()
  const at = Math.max(0, choices.findIndex((c) => c.key === chosen))
  const current = choices[at]
  const settled = words === typed.trim() && !search.isFetching
  const [eager, setEager] = useState(false)
  const box = useRef<HTMLDivElement>(null)

  const go = (choice: Choice): void => {
    if (choice.object && !choice.key.startsWith('all-')) remember(user.id, { object: choice.object, id: choice.to.split('/').pop() ?? '', title: choice.label })
    onClose()
    void navigate(choice.to)
  }
  const keyed = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && choices.length > 0) {
      event.preventDefault()
      const next = choices[(at + step + choices.length) % choices.length]
      setChosen(next?.key)
      if (next) box.current?.querySelector(`[data-key="${CSS.escape(next.key)}"]`)?.scrollIntoView({ block: 'nearest' })
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    if (!settled) setEager(true)
    else if (current) go(current)
  }
  // Who types and presses Enter at once means what will be found, not what the letters before found.
  useEffect(() => {
    if (eager && settled && current) go(current)
  })
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} title={null} width={640} className="finder" transitionName="" maskTransitionName="" aria-label={t('frame.search')}>
      <Input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={current ? `${list}-${current.key}` : undefined}
        aria-label={t('palette.label')}
        variant="borderless"
        size="large"
        prefix={<SearchOutlined aria-hidden />}
        placeholder={t('palette.hint')}
        value={typed}
        maxLength={200}
        allowClear
        onChange={(e) => {
          setTyped(e.target.value)
          setChosen(undefined)
          setEager(false)
        }}
        onKeyDown={keyed}
      />
      <div className="finder-list" id={list} role="listbox" aria-label={t('palette.found')} aria-busy={!settled} ref={box}>
        {search.isError ? <Alert type="error" showIcon role="alert" title={problemText(search.error)} /> : null}
        {words !== '' && search.isPending && !search.isError ? <Loading rows={3} /> : null}
        {sections.map((s) => (
          <div key={s.key} role="group" aria-label={s.title}>
            <div className="finder-head" aria-hidden>{s.title}</div>
            {s.choices.map((c) => <Line key={c.key} id={`${list}-${c.key}`} choice={c} chosen={c === current} onPoint={() => setChosen(c.key)} onChoose={() => go(c)} />)}
          </div>
        ))}
        {words !== '' && search.data?.filling ? <p className="finder-filling muted small" role="status">{t('palette.filling')}</p> : null}
        {choices.length === 0 && settled && !search.isError ? <p className="finder-none" role="status">{t('palette.none', { words })}<br /><span className="muted small">{t('palette.noneHint')}</span></p> : null}
      </div>
      <div className="finder-foot muted small" aria-hidden>{t('palette.keys')}</div>
    </Modal>
  )
}

function Line({ id, choice, chosen, onPoint, onChoose }: { id: string; choice: Choice; chosen: boolean; onPoint: () => void; onChoose: () => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const { hit } = choice
  return (
    <div id={id} data-key={choice.key} data-testid="finder-line" role="option" aria-selected={chosen} className={`finder-line ${chosen ? 'chosen' : ''}`} onMouseMove={onPoint} onClick={onChoose}>
      {choice.icon ? <span className="finder-icon" aria-hidden>{choice.icon}</span> : null}
      <span className="finder-text">
        <span className="finder-title">{hit ? <Marked text={hit.title} marks={hit.marks} /> : choice.label}</span>
        {hit ? <span className="finder-facts muted small">{hit.fields.slice(0, 3).map((f) => <span key={f.name}><Marked text={f.text} marks={f.marks} /></span>)}</span> : null}
      </span>
      {hit ? <span className="finder-owner muted small">{hit.mine ? <Tag color="blue">{t('palette.mine')}</Tag> : hit.owner || t('palette.pool')}</span> : null}
      {!hit && choice.object ? <span className="finder-owner muted small">{titled(meta.objects.find((o) => o.name === choice.object)?.title, choice.object)}</span> : null}
    </div>
  )
}

/** The value once it has stood still for a moment. */
function useQuiet(value: string): string {
  const [quiet, setQuiet] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), wait)
    return () => clearTimeout(timer)
  }, [value])
  return value === '' ? '' : quiet
}
