import { Alert, Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { useChannelSecret } from '../../api/hosted'
import { problemText } from '../../parts/problem'
import { CopyLine } from './CopyLine'
import './forms.css'

/** Makes the secret by which a telephone system signs its reports; shown once. */
export function CallSecret({ channel }: { channel: string }) {
  const { t } = useTranslation()
  const secret = useChannelSecret(channel)
  return (
    <>
      <pre className="config-code">{t('hosted.callExample')}</pre>
      <Popconfirm title={t('hosted.secretSure')} description={t('hosted.secretSureText')} okText={t('hosted.secret')} cancelText={t('action.cancel')} onConfirm={() => secret.mutate()}>
        <Button loading={secret.isPending}>{t('hosted.secret')}</Button>
      </Popconfirm>
      {secret.error ? <Alert type="error" role="alert" showIcon title={problemText(secret.error)} /> : null}
      {secret.data ? <div className="hosted-secret"><Alert type="warning" showIcon title={t('key.once')} /><CopyLine text={secret.data.secret} label={t('key.copy')} /></div> : null}
    </>
  )
}
