import { createContext, use } from 'react'
import type { Mode } from './tokens'

export const ThemeContext = createContext<{ mode: Mode; setMode: (mode: Mode) => void }>({ mode: 'light', setMode: () => {} })
export const useMode = () => use(ThemeContext)
