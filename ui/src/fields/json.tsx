import { isBlank, type FieldKind } from './kind'

/** Machine data: shown folded, edited by nobody here. */
export const json: FieldKind = {
  Show: ({ value }) => (isBlank(value) ? <>—</> : <code className="small">{JSON.stringify(value)}</code>),
  Edit: ({ value }) => <code className="small">{JSON.stringify(value)}</code>,
  ops: ['empty', 'not_empty'],
  words: (value) => JSON.stringify(value),
}
