import './avatar.css'

/** A person's mark: the family name in Chinese, the initial otherwise. */
export function Avatar({ name, size = 20 }: { name: string; size?: number }) {
  return (
    <span className="avatar" aria-hidden style={{ width: size, height: size, fontSize: Math.round(size * 0.55) }}>
      {name.slice(0, 1)}
    </span>
  )
}
