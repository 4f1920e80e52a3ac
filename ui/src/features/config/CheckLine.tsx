import { CheckCircleOutlined, LoadingOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { problemText } from '../../parts/problem'
import type { CheckState } from './useChecked'

/** The check's word where it found nothing: under way, not answered, or what may be done. fine is a key of the catalogue. */
export function CheckLine({ state, fine, error, retry }: { state: CheckState; fine: string; error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  if (state === 'checking') return <p className="config-fine muted" role="status"><LoadingOutlined aria-hidden /> {t('config.checking')}</p>
  if (state === 'failed') return <Alert type="warning" showIcon role="alert" title={t('config.checkFailed')} description={problemText(error)} action={<Button size="small" onClick={retry}>{t('state.retry')}</Button>} />
  return <p className="config-fine"><CheckCircleOutlined aria-hidden className="ok" /> {t(fine)}</p>
}
