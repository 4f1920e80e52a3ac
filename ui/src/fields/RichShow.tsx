import { useMemo } from 'react'
import { cleanHTML } from './cleanHTML'

/** Formatted text, cleaned again where it is shown. */
export default function RichShow({ html }: { html: string }) {
  const clean = useMemo(() => cleanHTML(html), [html])
  return <div className="rich" dangerouslySetInnerHTML={{ __html: clean }} />
}
