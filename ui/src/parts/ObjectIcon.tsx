import {
  AimOutlined, AppstoreOutlined, AuditOutlined, BankOutlined, BulbOutlined, CalendarOutlined, CarOutlined, CheckSquareOutlined, ClusterOutlined, ContactsOutlined, DatabaseOutlined, EnvironmentOutlined, FileDoneOutlined, FileTextOutlined, FlagOutlined, FunnelPlotOutlined, GiftOutlined, MessageOutlined, PayCircleOutlined, PhoneOutlined, ProjectOutlined, ReadOutlined, RiseOutlined, ScheduleOutlined, ShopOutlined, SolutionOutlined, StarOutlined, TeamOutlined, ToolOutlined, TrophyOutlined, UserOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'

const icons: Record<string, ComponentType> = {
  appstore: AppstoreOutlined, calendar: CalendarOutlined, schedule: ScheduleOutlined, environment: EnvironmentOutlined, car: CarOutlined, shop: ShopOutlined, team: TeamOutlined, user: UserOutlined, contacts: ContactsOutlined,
  phone: PhoneOutlined, message: MessageOutlined, 'file-text': FileTextOutlined, 'file-done': FileDoneOutlined, solution: SolutionOutlined, audit: AuditOutlined, project: ProjectOutlined, 'check-square': CheckSquareOutlined, flag: FlagOutlined, aim: AimOutlined,
  rise: RiseOutlined, bulb: BulbOutlined, star: StarOutlined, trophy: TrophyOutlined, gift: GiftOutlined, tool: ToolOutlined, bank: BankOutlined, 'pay-circle': PayCircleOutlined, read: ReadOutlined, database: DatabaseOutlined, cluster: ClusterOutlined, funnel: FunnelPlotOutlined,
}

/** The icons that an object can have. */
export const iconNames = Object.keys(icons)

/** An object's icon; a plain one where it names none that is known. */
export function ObjectIcon({ name }: { name?: string }) {
  const Icon = icons[name ?? ''] ?? AppstoreOutlined
  return <Icon />
}
