/** The one palette. Both modes carry the same names; nothing else in the page names a colour. */
export interface Palette {
  brand: string; brandTint: string; brandSolid: string; onBrand: string
  ink: string; ink2: string; ink3: string
  line: string; lineStrong: string; ground: string; card: string; raised: string; hover: string
  red: string; redTint: string; amber: string; amberTint: string
  green: string; greenTint: string; blue: string; blueTint: string
  neutralTint: string; shadow: string; amberLine: string; redLine: string
}

export const light: Palette = {
  brand: '#4f46e5', brandTint: '#eef0ff', brandSolid: '#4f46e5', onBrand: '#ffffff',
  ink: '#1f2430', ink2: '#5b6475', ink3: '#98a0b0',
  line: '#e7e9ef', lineStrong: '#d5d9e3', ground: '#f6f7f9', card: '#ffffff', raised: '#ffffff', hover: '#f5f6ff',
  red: '#c8330c', redTint: '#fff1ec', amber: '#96610d', amberTint: '#fff8e6',
  green: '#256e49', greenTint: '#edf9f1', blue: '#1a62bd', blueTint: '#eaf3ff',
  neutralTint: '#eff1f5', shadow: '0 8px 28px rgba(31, 36, 48, 0.14)', amberLine: '#f0d9a4', redLine: '#f6c3b2',
}

export const dark: Palette = {
  brand: '#a5a0ff', brandTint: '#27264a', brandSolid: '#5f57ea', onBrand: '#ffffff',
  ink: '#e8eaf0', ink2: '#a6aebd', ink3: '#6d7688',
  line: '#2a2f3a', lineStrong: '#3a404d', ground: '#13151a', card: '#1b1e25', raised: '#23272f', hover: '#21253a',
  red: '#ff8a66', redTint: '#3a1f18', amber: '#e6b450', amberTint: '#332a14',
  green: '#6fcf97', greenTint: '#17301f', blue: '#7ab2f7', blueTint: '#172a42',
  neutralTint: '#272c36', shadow: '0 8px 28px rgba(0, 0, 0, 0.5)', amberLine: '#5a4a20', redLine: '#6b3526',
}

/** Ordered series colours; they stay apart in both modes and for the colour-blind. */
export const series = ['#4f6bed', '#e08a1e', '#1f9e89', '#c2417c', '#7a8296', '#8a5cd6', '#4aa3df', '#b59f3b']

export type Mode = 'light' | 'dark'
export const palette = (mode: Mode): Palette => (mode === 'dark' ? dark : light)

/** Writes the palette as CSS variables: brandTint becomes --brand-tint. */
export function applyPalette(mode: Mode, root: HTMLElement): void {
  for (const [name, value] of Object.entries(palette(mode))) {
    root.style.setProperty(`--${name.replace(/[A-Z0-9]/g, (c) => `-${c.toLowerCase()}`)}`, value)
  }
  root.dataset.theme = mode
  root.style.colorScheme = mode
}

/** A share of the second colour in the first, both #rrggbb: paler steps of one hue. */
export function mix(first: string, second: string, share: number): string {
  const part = (hex: string, at: number): number => parseInt(hex.slice(at, at + 2), 16)
  return `#${[1, 3, 5].map((at) => Math.round(part(first, at) * (1 - share) + part(second, at) * share).toString(16).padStart(2, '0')).join('')}`
}
