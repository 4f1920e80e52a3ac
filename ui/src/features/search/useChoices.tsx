import { ClockCircleOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta, useSession } from '../../api/session'
import { useSearch, type SearchHit } from '../../api/search'
import { useNav } from '../../app/nav'
import { titled } from '../../i18n/titled'
import { recents } from './recent'

/** One line that can be chosen. */
export interface Choice {
  key: string
  to: string
  label: string
  icon?: ReactNode
  hit?: SearchHit
  object?: string
}

export interface Section { key: string; title: string; choices: Choice[] }

/** Typed letters find a page by its name, by its spelling or by its initials, which the catalogue holds. */
function names(words: string, label: string, spelled: string): boolean {
  const typed = words.toLowerCase()
  return label.toLowerCase().includes(typed) || spelled.split(' ').some((s) => s !== '' && s.startsWith(typed))
}

/** The whole of a page's name, spelling or initials. */
const exact = (words: string, label: string, spelled: string): boolean => [label.toLowerCase(), ...spelled.split(' ')].includes(words.toLowerCase())

/** What the words find: records, then pages and actions (a page first that is called just so); without words what was opened last, and the pages. here is the object whose list is open: it goes first. */
export function useChoices(words: string, here?: string) {
  const { t } = useTranslation()
  const meta = useMeta()
  const { user } = useSession()
  const nav = useNav()
  const search = useSearch(words)
  const object = (name: string): string => titled(meta.objects.find((o) => o.name === name)?.title, name)

  const spelled = (key: string): string => t(`palette.spelled.${key}`, { defaultValue: '' })
  const pages = nav
    .filter((item) => words === '' || names(words, item.label, spelled(item.key)))
    .map((item): Choice => ({ key: `page-${item.key}`, to: item.to, label: item.label, icon: item.icon }))
  const actions = meta.objects
    .filter((o) => o.rights.create && nav.some((item) => item.key === o.name))
    .map((o): Choice => ({ key: `new-${o.name}`, to: `/objects/${o.name}?view=all&new=1`, label: t('create.title', { object: object(o.name) }), icon: <PlusOutlined aria-hidden /> }))
    .filter((c) => words !== '' && names(words, c.label, t('palette.spelled.new')))

  const sections: Section[] = []
  if (words === '') {
    const opened = recents(user.id).filter((r) => meta.objects.some((o) => o.name === r.object))
    sections.push({ key: 'recent', title: t('palette.recent'), choices: opened.map((r) => ({ key: `recent-${r.id}`, to: `/objects/${r.object}/${r.id}`, label: r.title, object: r.object, icon: <ClockCircleOutlined aria-hidden /> })) })
  } else {
    const groups = [...(search.data?.groups ?? [])].sort((a, b) => Number(b.object === here) - Number(a.object === here))
    for (const group of groups) {
      const choices = group.hits.map((hit): Choice => ({ key: hit.id, to: `/objects/${group.object}/${hit.id}`, label: hit.title, hit, object: group.object }))
      if (group.more) choices.push({ key: `all-${group.object}`, to: `/objects/${group.object}?view=all&q=${encodeURIComponent(words)}`, label: t('palette.all', { object: titled(group.title, group.object) }), icon: <UnorderedListOutlined aria-hidden /> })
      sections.push({ key: group.object, title: titled(group.title, group.object), choices })
    }
  }
  const called = words !== '' && nav.some((item) => exact(words, item.label, spelled(item.key)))
  const listed = { key: 'pages', title: t('palette.pages'), choices: pages }
  if (called) sections.unshift(listed)
  else sections.push(listed)
  sections.push({ key: 'actions', title: t('palette.actions'), choices: actions })
  return { sections: sections.filter((s) => s.choices.length > 0), search }
}
