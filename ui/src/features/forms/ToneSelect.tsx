import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Chip, toneOf } from '../../parts/Chip'

const tones = ['brand', 'blue', 'green', 'amber', 'red']

/** The colour of a hosted page, of those the theme has. */
export function ToneSelect({ value, onChange }: { value?: string; onChange: (tone: string) => void }) {
  const { t } = useTranslation()
  return (
    <Select
      aria-label={t('hosted.tone')}
      style={{ width: 160 }}
      value={value || tones[0]}
      onChange={onChange}
      options={tones.map((tone) => ({ value: tone, label: <Chip tone={toneOf(tone)}>{t(`hosted.tones.${tone}`)}</Chip> }))}
    />
  )
}
