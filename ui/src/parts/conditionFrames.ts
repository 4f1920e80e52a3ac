import { createContext, type ComponentType, type ReactNode } from 'react'

export interface FrameProps { zone: string; path: number[]; children: ReactNode }

/** What stands around the parts of a condition where they can be dragged; nothing elsewhere. */
export interface Frames {
  Group: ComponentType<FrameProps>
  Leaf: ComponentType<FrameProps>
  /** The leaf that was just dropped, as zone and path: its editor opens. */
  opened?: string
}

const Plain = ({ children }: FrameProps): ReactNode => children

export const plain: Frames = { Group: Plain, Leaf: Plain }
export const FramesContext = createContext<Frames>(plain)
export const frameKey = (zone: string, path: number[]): string => `${zone}|${path.join('.')}`
