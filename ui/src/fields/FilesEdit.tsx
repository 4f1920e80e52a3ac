import { CloseOutlined, FileOutlined, UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client'
import type { FileRef } from '../api/types'
import { problemText } from '../parts/problem'
import { filesOf, isPicture, thumbURL } from './file'
import type { EditProps } from './kind'

interface Coming { key: number; name: string; part: number; stop: AbortController }

const pictures = 'image/jpeg,image/png,image/gif,image/webp'

/** Files of a record: chosen, dropped or pasted; each is sent at once and joins the value when it has arrived. */
export function FilesEdit({ field, value, onChange, label, autoFocus }: EditProps) {
  const { t } = useTranslation()
  const files = filesOf(value)
  const kept = useRef(files) // several may arrive between two renderings
  useEffect(() => { kept.current = filesOf(value) }, [value])
  const [coming, setComing] = useState<Coming[]>([])
  const [wrong, setWrong] = useState<string[]>([])
  const [over, setOver] = useState(false)
  const count = useRef(0)
  const running = useRef(new Set<AbortController>())
  const picker = useRef<HTMLInputElement>(null)
  const most = field.files?.most ?? 20
  const mb = field.files?.max_mb ?? 20
  useEffect(() => { const all = running.current; return () => all.forEach((c) => c.abort()) }, [])

  const put = (next: FileRef[]): void => {
    kept.current = next
    onChange(next)
  }
  const send = async (file: File): Promise<void> => {
    const stop = new AbortController()
    const key = (count.current += 1)
    running.current.add(stop)
    setComing((old) => [...old, { key, name: file.name, part: 0, stop }])
    const form = new FormData()
    form.append('file', file)
    try {
      const made = await api.uploadWith<{ file: FileRef }>('files', { object: field.files?.object, field: field.files ? field.name : undefined }, form, (part) => setComing((old) => old.map((c) => (c.key === key ? { ...c, part } : c))), stop.signal)
      if (!kept.current.some((f) => f.id === made.file.id)) put([...kept.current, made.file])
    } catch (problem) {
      if (!(problem instanceof DOMException)) setWrong((old) => [...old, problemText(problem)])
    } finally {
      running.current.delete(stop)
      setComing((old) => old.filter((c) => c.key !== key))
    }
  }
  const take = (list: Iterable<File>): void => {
    const said: string[] = []
    let room = most - kept.current.length - coming.length
    for (const file of list) {
      if (room <= 0) {
        said.push(t('files.tooMany', { most }))
        break
      }
      if (file.size === 0) said.push(t('files.empty', { name: file.name }))
      else if (file.size > mb * 1024 * 1024) said.push(t('files.tooLarge', { name: file.name, mb }))
      else {
        room -= 1
        void send(file)
      }
    }
    setWrong(said)
  }
  const drop = (e: DragEvent): void => {
    e.preventDefault()
    setOver(false)
    take(e.dataTransfer.files)
  }
  const paste = (e: ClipboardEvent): void => {
    if (e.clipboardData.files.length === 0) return
    e.preventDefault()
    take(e.clipboardData.files)
  }
  return (
    <div className={over ? 'file-edit is-over' : 'file-edit'} role="group" aria-label={label} onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop} onPaste={paste}>
      <ul>
        {files.map((f) => (
          <li key={f.id}>
            {isPicture(f) ? <span className="file-thumb"><img src={thumbURL(f)} alt="" /></span> : <FileOutlined aria-hidden />}
            <span className="file-name" title={f.name}>{f.name}</span>
            <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t('files.remove', { name: f.name })} onClick={() => put(kept.current.filter((k) => k.id !== f.id))} />
          </li>
        ))}
        {coming.map((c) => (
          <li key={c.key}>
            <span className="file-name" title={c.name}>{c.name}</span>
            <Progress size="small" percent={Math.round(c.part * 100)} aria-label={t('files.uploading', { name: c.name })} />
            <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t('files.stop', { name: c.name })} onClick={() => c.stop.abort()} />
          </li>
        ))}
      </ul>
      <input ref={picker} type="file" hidden multiple={most > 1} accept={field.type === 'image' ? pictures : undefined} onChange={(e) => { take([...(e.target.files ?? [])]); e.target.value = '' }} />
      <div className="row">
        <Button icon={<UploadOutlined />} autoFocus={autoFocus} disabled={files.length + coming.length >= most} onClick={() => picker.current?.click()}>{field.type === 'image' ? t('files.chooseImage') : t('files.choose')}</Button>
        <span className="muted small">{t('files.drop')} · {t('files.limits', { most, mb })}</span>
      </div>
      {wrong.length > 0 ? <Alert type="error" role="alert" title={wrong.join(' ')} closable={{ onClose: () => setWrong([]) }} /> : null}
    </div>
  )
}
