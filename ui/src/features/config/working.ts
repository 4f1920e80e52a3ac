import type { Title } from '../../api/types'

/** A definition while it is edited. */
export interface Working { title: Title; spec: unknown; aliases?: string[] }

/** What a draft may carry: the rest of a stored definition is the server's own. */
export const writable = (d: Working): Working => ({ title: d.title, spec: d.spec, ...(d.aliases?.length ? { aliases: d.aliases } : {}) })
