import { App, Button, QRCode } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { light } from '../../theme/tokens'

const shown = 148
const printed = 1200
const quiet = 0.08

/** A QR code to look at, scan, and save for printing; always dark on light, as scanners want it. */
export function QrCard({ value, name }: { value: string; name: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const box = useRef<HTMLDivElement>(null)
  const drawn = (): string | null => {
    const svg = box.current?.querySelector('svg')
    if (!svg) return null
    const copy = svg.cloneNode(true) as SVGElement
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    copy.setAttribute('width', String(printed))
    copy.setAttribute('height', String(printed))
    return new XMLSerializer().serializeToString(copy)
  }
  const save = (blob: Blob, ending: string): void => {
    const a = document.createElement('a')
    a.href = URL.createObjectURL(blob)
    a.download = `${name}.${ending}`
    a.click()
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000)
  }
  const asSvg = (): void => {
    const text = drawn()
    if (text) save(new Blob([text], { type: 'image/svg+xml' }), 'svg')
  }
  const asPng = async (): Promise<void> => {
    const text = drawn()
    if (!text) return
    try {
      const image = new Image()
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = printed
      const pen = canvas.getContext('2d')
      if (!pen) return
      pen.fillStyle = light.card
      pen.fillRect(0, 0, printed, printed)
      const edge = printed * quiet // scanners need the quiet zone
      pen.imageSmoothingEnabled = false
      pen.drawImage(image, edge, edge, printed - 2 * edge, printed - 2 * edge)
      canvas.toBlob((blob) => { if (blob) save(blob, 'png') }, 'image/png')
    } catch {
      void message.error(t('hosted.pngFailed'))
    }
  }
  return (
    <div className="qr-card">
      <div ref={box} role="img" aria-label={t('hosted.qrOf', { name })}><QRCode type="svg" value={value} size={shown} errorLevel="M" color={light.ink} bgColor={light.card} /></div>
      <div className="qr-actions">
        <Button size="small" disabled={false} onClick={() => void asPng()}>PNG</Button>
        <Button size="small" disabled={false} onClick={asSvg}>SVG</Button>
      </div>
    </div>
  )
}
