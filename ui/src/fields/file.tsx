import { FileOutlined, FilePdfOutlined } from '@ant-design/icons'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import i18next from 'i18next'
import type { FileRef } from '../api/types'
import { FilesEdit } from './FilesEdit'
import { isBlank, type FieldKind, type ShowProps } from './kind'

const Viewer = lazy(() => import('./Viewer'))

export const filesOf = (value: unknown): FileRef[] => (Array.isArray(value) ? (value as FileRef[]).filter((f) => f && typeof f.id === 'string') : [])
export const isPicture = (f: FileRef): boolean => ['image/jpeg', 'image/png', 'image/gif', 'image/webp'].includes(f.mime)
export const fileURL = (f: FileRef, look = false): string => `/api/v1/files/${encodeURIComponent(f.id)}${look ? '?inline=1' : ''}`
export const thumbURL = (f: FileRef): string => `/api/v1/files/${encodeURIComponent(f.id)}/thumbnail`

/** Files as they stand: pictures small, opened in a viewer with keys; PDF in a page of its own; all else to be saved. */
export function FileList({ files }: { files: FileRef[] }) {
  const { t } = useTranslation()
  const [at, setAt] = useState<number | null>(null)
  const pictures = files.filter(isPicture)
  return (
    <span className="files">
      {files.map((f) => isPicture(f) ? (
        <button key={f.id} type="button" className="file-open file-thumb" title={f.name} aria-label={t('files.open', { name: f.name })} onClick={(e) => { e.stopPropagation(); setAt(pictures.indexOf(f)) }}>
          <img src={thumbURL(f)} alt={f.name} loading="lazy" />
        </button>
      ) : f.mime === 'application/pdf' ? (
        <a key={f.id} className="file-name" href={fileURL(f, true)} target="_blank" rel="noopener noreferrer" title={f.name} aria-label={t('files.open', { name: f.name })} onClick={(e) => e.stopPropagation()}><FilePdfOutlined aria-hidden /> {f.name}</a>
      ) : (
        <a key={f.id} className="file-name" href={fileURL(f)} download={f.name} title={f.name} aria-label={t('files.download', { name: f.name })} onClick={(e) => e.stopPropagation()}><FileOutlined aria-hidden /> {f.name}</a>
      ))}
      {files.length > 1 ? <span className="muted small file-count">{t('files.count', { count: files.length })}</span> : null}
      {at !== null ? <Suspense fallback={null}><Viewer urls={pictures.map((f) => fileURL(f, true))} at={at} onAt={setAt} /></Suspense> : null}
    </span>
  )
}

const Show = ({ value }: ShowProps) => {
  const files = filesOf(value)
  if (files.length === 0) return <>{isBlank(value) || Array.isArray(value) ? '—' : String(value)}</>
  return <FileList files={files} />
}

export const file: FieldKind = {
  Show,
  Edit: FilesEdit,
  ops: ['not_empty', 'empty'],
  words: (value) => filesOf(value).map((f) => f.name).join(i18next.t('fmt.listJoin')),
}

export const image: FieldKind = { ...file }
