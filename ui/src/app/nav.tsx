import {
  AuditOutlined, BulbOutlined, ClockCircleOutlined, CloudUploadOutlined, FileDoneOutlined, FunnelPlotOutlined, HomeOutlined, InboxOutlined, MedicineBoxOutlined, MergeCellsOutlined, ReadOutlined, SettingOutlined, TeamOutlined, UserAddOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta, useSession } from '../api/session'
import { titled } from '../i18n/titled'
import { ObjectIcon } from '../parts/ObjectIcon'

export interface NavItem { key: string; to: string; label: string; icon: ReactNode; group: number }

const objectIcons: Record<string, ReactNode> = {
  lead: <UserAddOutlined />, customer: <TeamOutlined />, opportunity: <BulbOutlined />, contract: <FileDoneOutlined />,
}

/** Objects with a place of their own, or none: contacts are seen with their customers. */
const placed = ['contact']

/** The rail by work: only what has a page and that this person may see. */
export function useNav(): NavItem[] {
  const { t } = useTranslation()
  const meta = useMeta()
  const { rights } = useSession()
  const has = (right: string): boolean => rights.includes(right)
  const items: NavItem[] = [{ key: 'home', to: '/', label: t('nav.home'), icon: <HomeOutlined />, group: 0 }]
  for (const name of Object.keys(objectIcons)) {
    const object = meta.objects.find((o) => o.name === name)
    if (object) items.push({ key: name, to: `/objects/${name}`, label: titled(object.title, name), icon: objectIcons[name], group: 0 })
  }
  for (const object of meta.objects) {
    if (!objectIcons[object.name] && !object.hide_from_menu && !placed.includes(object.name)) items.push({ key: object.name, to: `/objects/${object.name}`, label: titled(object.title, object.name), icon: <ObjectIcon name={object.icon} />, group: 0 })
  }
  const lead = meta.objects.find((o) => o.name === 'lead')
  if (lead?.pool) items.push({ key: 'pool', to: '/pool', label: t('pool.title'), icon: <InboxOutlined />, group: 0 })
  if (lead) items.push({ key: 'overdue', to: '/overdue', label: t('overdue.title'), icon: <ClockCircleOutlined />, group: 1 })
  if (has('funnel.read') && meta.funnels.length > 0) items.push({ key: 'funnel', to: '/funnel', label: t('nav.funnel'), icon: <FunnelPlotOutlined />, group: 1 })
  if (has('definitions.write') && meta.objects.some((o) => o.name === 'lead')) items.push({ key: 'diagnosis', to: '/diagnosis', label: t('diagnosis.title'), icon: <MedicineBoxOutlined />, group: 1 })
  if (meta.objects.some((o) => ['lead', 'customer'].includes(o.name) && o.rights.update)) items.push({ key: 'duplicates', to: '/duplicates', label: t('duplicates.title'), icon: <MergeCellsOutlined />, group: 1 })
  if (has('leads.import') && !meta.objects.some((o) => o.name === 'lead')) items.push({ key: 'import', to: '/import', label: t('nav.import'), icon: <CloudUploadOutlined />, group: 1 })
  if (meta.objects.some((o) => o.name === 'script')) items.push({ key: 'scripts', to: '/scripts', label: t('scripts.title'), icon: <ReadOutlined />, group: 1 })
  const configures = ['definitions.read', 'definitions.write', 'people.write', 'keys.write', 'channels.write'].some(has)
  if (configures) items.push({ key: 'config', to: '/config', label: t('nav.config'), icon: <SettingOutlined />, group: 2 })
  if (has('events.read')) items.push({ key: 'trail', to: '/trail', label: t('nav.trail'), icon: <AuditOutlined />, group: 2 })
  return items
}
