import { Image } from 'antd'

interface Props { urls: string[]; at: number; onAt: (at: number | null) => void }

/** Pictures at full size: arrow keys go on and back, Esc leaves. */
export default function Viewer({ urls, at, onAt }: Props) {
  return (
    <span onClick={(e) => e.stopPropagation()}>
      <Image.PreviewGroup items={urls} preview={{ open: true, current: at, onChange: (next) => onAt(next), onOpenChange: (open) => { if (!open) onAt(null) } }} />
    </span>
  )
}
