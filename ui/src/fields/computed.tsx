import type { FieldKind, ShowProps } from './kind'
import { text } from './text'

/**
 * A formula or roll-up whose result's type is not known (a draft of a definition). In records such a field has the type of its result and
 * is shown, asked about and aligned as such; FieldEdit shows it only.
 */
export const computed: FieldKind = {
  Show: (props: ShowProps) => <text.Show {...props} />,
  Edit: ({ field, value, refs }) => <text.Show field={field} value={value} refs={refs} />,
  ops: ['empty', 'not_empty'],
  words: text.words,
}
