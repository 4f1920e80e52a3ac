import { CloseOutlined } from '@ant-design/icons'
import { App, Button, Select } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import { useMeta, useRight } from '../../api/session'
import type { RecordDetail } from '../../api/types'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'

/** Gives people a role or takes it from them. */
function useGiveRole(role: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ person, on }: { person: string; on: boolean }) => {
      const { record } = await api.get<RecordDetail>(recordPath('person', person))
      const now = Array.isArray(record.roles) ? record.roles.map(String) : []
      const roles = on ? [...now.filter((r) => r !== role), role] : now.filter((r) => r !== role)
      return api.patch(recordPath('person', person), { roles }, record.version)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.meta }),
  })
}

/** Who has the role; given and taken here by whoever keeps the people. */
export function Holders({ role, title }: { role: string; title: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { people } = useMeta()
  const may = useRight('people.write')
  const give = useGiveRole(role)
  const holders = people.filter((p) => p.active && p.roles?.includes(role))
  const set = (person: string, on: boolean): void => give.mutate({ person, on }, { onError: (error) => void message.error(problemText(error)) })
  return (
    <Card title={t('roles.holders')} extra={t('people.count', { count: holders.length })} testid="holders">
      {holders.length === 0 ? <p className="muted small">{t('roles.noHolder')}</p> : null}
      <ul className="role-holders">
        {holders.map((p) => (
          <li key={p.id}>
            <span className="grow">{p.name}{p.unit_name ? <span className="muted small"> · {p.unit_name}</span> : null}</span>
            {may ? <Button type="text" size="small" icon={<CloseOutlined aria-hidden />} aria-label={t('roles.takeFrom', { role: title, name: p.name })} disabled={give.isPending} onClick={() => set(p.id, false)} /> : null}
          </li>
        ))}
      </ul>
      {may ? (
        <Select
          className="role-add"
          aria-label={t('roles.giveTo')}
          placeholder={t('roles.giveTo')}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          value={null}
          loading={give.isPending}
          options={people.filter((p) => p.active && !p.roles?.includes(role)).map((p) => ({ value: p.id, label: p.unit_name ? `${p.name} · ${p.unit_name}` : p.name }))}
          onChange={(id: string | null) => { if (id) set(id, true) }}
        />
      ) : null}
    </Card>
  )
}
