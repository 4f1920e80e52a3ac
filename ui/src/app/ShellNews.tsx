import { Button } from 'antd'
import { CloudSyncOutlined, DisconnectOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { useNewVersion, useOnline } from './shell'

/** What the shell has to say, over the page: that there is no net, or that a new version is ready. */
export function ShellNews() {
  const { t } = useTranslation()
  const online = useOnline()
  const takeOver = useNewVersion()
  if (!online) return <div className="shell-news shell-offline" role="status"><DisconnectOutlined aria-hidden /> <span>{t('shell.offline')}</span></div>
  if (!takeOver) return null
  return <div className="shell-news" role="status"><CloudSyncOutlined aria-hidden /> <span>{t('shell.newVersion')}</span><Button size="small" type="primary" onClick={takeOver}>{t('shell.takeOver')}</Button></div>
}
