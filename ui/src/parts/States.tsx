import { Button, Skeleton } from 'antd'
import { ApiOutlined, DisconnectOutlined, FileSearchOutlined, InboxOutlined, LockOutlined } from '@ant-design/icons'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../api/client'
import { problemText } from './problem'
import './states.css'

export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation()
  return (
    <div className="state-loading" role="status" aria-label={t('state.loading')}>
      <Skeleton active title={false} paragraph={{ rows, width: '100%' }} />
    </div>
  )
}

function Panel({ icon, title, text, children }: { icon: ReactNode; title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <div className="state">
      <div className="state-icon" aria-hidden>{icon}</div>
      <div className="state-title">{title}</div>
      {text ? <div className="state-text">{text}</div> : null}
      {children ? <div className="state-action">{children}</div> : null}
    </div>
  )
}

export function Empty({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return <Panel icon={<InboxOutlined aria-hidden />} title={title} text={text}>{children}</Panel>
}

export function NoRight({ text }: { text?: string }) {
  const { t } = useTranslation()
  return <Panel icon={<LockOutlined aria-hidden />} title={t('state.noRight')} text={text ?? t('state.noRightText')} />
}

export function Missing({ text, children }: { text?: string; children?: ReactNode }) {
  const { t } = useTranslation()
  return <Panel icon={<FileSearchOutlined aria-hidden />} title={t('state.notFound')} text={text ?? t('state.notFoundText')}>{children}</Panel>
}

const askAgain = 5_000

/** No net: why nothing is to be seen, and that it comes by itself. */
export function Offline({ retry }: { retry: () => void }) {
  const { t } = useTranslation()
  useEffect(() => {
    window.addEventListener('online', retry)
    const timer = setInterval(retry, askAgain) // the browser's word on the net is not always true
    return () => { window.removeEventListener('online', retry); clearInterval(timer) }
  }, [retry])
  return (
    <div role="alert" className="state-offline">
      <Panel icon={<DisconnectOutlined aria-hidden />} title={t('shell.noNet')} text={t('shell.noNetText')}>
        <Button onClick={retry}>{t('state.retry')}</Button>
      </Panel>
    </div>
  )
}

/** What happened, why, what to do; a missing right and a missing record are told apart from a fault. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  if (error instanceof Problem && error.status === 403) return <NoRight text={error.detail || undefined} />
  if (error instanceof Problem && error.status === 404) return <div role="alert"><Missing text={error.detail || undefined} /></div>
  const text = problemText(error)
  return (
    <div role="alert">
      <Panel
        icon={<ApiOutlined aria-hidden />}
        title={t('state.failed')}
        text={<>{text}{error instanceof Problem && error.requestId ? <span className="state-id">{t('state.requestId', { id: error.requestId })}</span> : null}</>}
      >
        {retry ? <Button onClick={retry}>{t('state.retry')}</Button> : null}
      </Panel>
    </div>
  )
}
