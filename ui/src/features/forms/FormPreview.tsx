import { useTranslation } from 'react-i18next'
import { useFormPreview, type FormSpec } from '../../api/hosted'
import type { Title } from '../../api/types'
import { useSettled } from '../../parts/useSettled'
import { Card } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { useState } from 'react'

/** The form as its visitors will see it, as the draft stands; the last one that could be shown while it is being changed. */
export function FormPreview({ name, title, spec }: { name: string; title: Title; spec: FormSpec }) {
  const { t } = useTranslation()
  const preview = useFormPreview(useSettled({ name, title, spec }))
  const [last, setLast] = useState('')
  const html = preview.data?.html ?? ''
  if (html && html !== last) setLast(html)
  return (
    <Card title={t('hosted.preview')} testid="form-preview">
      {preview.isPending ? <Loading rows={6} />
        : preview.isError && !preview.data ? <Failed error={preview.error} retry={() => void preview.refetch()} />
        : !html && !last ? <p className="muted small">{t('hosted.previewNone')}</p>
        : <iframe className="form-preview" title={t('hosted.preview')} sandbox="allow-same-origin" srcDoc={html || last} tabIndex={-1} />}
    </Card>
  )
}
