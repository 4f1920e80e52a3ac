import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { keepShell } from './app/shell'
import { startLanguage } from './i18n'
import './theme/base.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
await startLanguage()
createRoot(root).render(<App />)
keepShell()
