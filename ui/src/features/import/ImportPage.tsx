import { CloudUploadOutlined, SnippetsOutlined } from '@ant-design/icons'
import { Alert, App, Button, Upload } from 'antd'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUpload } from '../../api/jobs'
import { useObject, useRight } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Card, PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Loading, NoRight } from '../../parts/States'
import { ImportPlan } from './ImportPlan'
import { RecentImports } from './RecentImports'
import './import.css'

const object = 'lead'

/** Choose or paste a table, see how its columns are understood, correct them, try, start. */
export default function ImportPage() {
  const { t } = useTranslation()
  const allowed = useRight('leads.import')
  const seen = useObject(object) // who only brings leads in sees none
  return (
    <div className="page">
      <PageHead title={seen ? t('import.title', { object: titled(seen.title, object) }) : t('nav.import')} extra={<span>{t('importer.about')}</span>} />
      {allowed ? <Choose /> : <NoRight />}
    </div>
  )
}

/** Whether text looks like a grid copied from a spreadsheet: at least two lines, cells apart by tabs. */
const isGrid = (text: string): boolean => text.includes('\t') && text.trim().includes('\n')

function Choose() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const upload = useUpload(object)
  const [file, setFile] = useState<File | null>(null)
  const { mutate } = upload
  const choose = useCallback((next: File): void => {
    setFile(next)
    mutate(next)
  }, [mutate])
  const take = useCallback((text: string): boolean => {
    if (!isGrid(text)) return false
    choose(new File([text], `${t('importer.pasted')}.txt`, { type: 'text/plain' }))
    return true
  }, [choose, t])
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      if (event.target instanceof Element && event.target.closest('input, textarea, [contenteditable="true"]')) return
      const dropped = event.clipboardData?.files[0]
      if (dropped && !dropped.type.startsWith('image/')) choose(dropped)
      else if (!take(event.clipboardData?.getData('text/plain') ?? '')) return
      event.preventDefault()
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [choose, take])
  const paste = async (): Promise<void> => {
    const text = await navigator.clipboard.readText().catch(() => '')
    if (!take(text)) void message.info(t('importer.pasteHint'))
  }
  return (
    <>
      <Upload.Dragger
        className={upload.data ? 'drop is-small' : 'drop'}
        accept=".xlsx,.csv,.txt,.tsv,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        showUploadList={false}
        beforeUpload={(next) => {
          choose(next)
          return false
        }}
      >
        {upload.data && file ? (
          <span>{file.name} · <span className="muted">{t('import.another')}</span></span>
        ) : (
          <>
            <p className="drop-icon" aria-hidden><CloudUploadOutlined /></p>
            <p className="drop-title">{t('import.drop')}</p>
            <p className="muted small">{t('importer.dropHint')}</p>
          </>
        )}
      </Upload.Dragger>
      {upload.data ? null : (
        <div className="import-paste">
          <Button icon={<SnippetsOutlined />} onClick={() => void paste()}>{t('importer.paste')}</Button>
          <span className="muted small">{t('importer.pasteHint')}</span>
        </div>
      )}
      {upload.isPending ? <Card className="import-part"><p className="muted" role="status">{t('importer.sending')}</p><Loading rows={5} /></Card> : null}
      {upload.isError ? <Alert className="import-part" type="error" role="alert" showIcon title={t('import.unreadable')} description={problemText(upload.error)} /> : null}
      {upload.data && !upload.isPending ? <ImportPlan key={upload.data.id} object={object} upload={upload.data} /> : null}
      {upload.data || upload.isPending ? null : <RecentImports />}
    </>
  )
}
