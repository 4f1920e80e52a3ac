import { useState } from 'react'
import type { DefinitionDetail } from '../../api/types'

/** The revision on which unsaved changes were begun: what somebody publishes meanwhile does not move it. */
export function useBase(detail: DefinitionDetail, changed: boolean): number | undefined {
  const now = detail.draft?.base ?? detail.definition?.revision
  const [base, setBase] = useState(now)
  if (!changed && base !== now) setBase(now)
  return base
}
