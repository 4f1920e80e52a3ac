import type { FieldKind } from './kind'
import { text } from './text'

/** Given by the server; shown and searched, never edited. */
export const autoNumber: FieldKind = { ...text, Edit: ({ value }) => <span className="num">{String(value ?? '—')}</span>, ops: ['eq', 'starts_with'] }
