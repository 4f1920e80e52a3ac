import { lazy, Suspense } from 'react'
import { Route, Routes, useLocation } from 'react-router'
import { Loading, Missing } from '../parts/States'
import { ErrorBoundary } from './ErrorBoundary'

const HomePage = lazy(() => import('../features/home/HomePage'))
const RecordsPage = lazy(() => import('../features/records/RecordsPage'))
const RecordPage = lazy(() => import('../features/record/RecordPage'))
const KanbanPage = lazy(() => import('../features/kanban/KanbanPage'))
const ImportPage = lazy(() => import('../features/import/ImportPage'))
const ImportJobPage = lazy(() => import('../features/import/ImportJobPage'))
const FunnelPage = lazy(() => import('../features/funnel/FunnelPage'))
const DiagnosisPage = lazy(() => import('../features/diagnosis/DiagnosisPage'))
const ConfigPage = lazy(() => import('../features/config/ConfigPage'))
const ScriptsPage = lazy(() => import('../features/scripts/ScriptsPage'))
const PoolPage = lazy(() => import('../features/pool/PoolPage'))
const OverduePage = lazy(() => import('../features/overdue/OverduePage'))
const TrailPage = lazy(() => import('../features/trail/TrailPage'))

export function Pages() {
  const { pathname } = useLocation()
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<div className="page"><Loading rows={8} /></div>}>
        <Routes>
          <Route path="/" element={<HomePage />} />
          <Route path="/objects/:object" element={<RecordsPage />} />
          <Route path="/objects/:object/board" element={<KanbanPage />} />
          <Route path="/objects/:object/:id" element={<RecordPage />} />
          <Route path="/import" element={<ImportPage />} />
          <Route path="/import/:jobId" element={<ImportJobPage />} />
          <Route path="/funnel" element={<FunnelPage />} />
          <Route path="/diagnosis" element={<DiagnosisPage />} />
          <Route path="/config/*" element={<ConfigPage />} />
          <Route path="/scripts" element={<ScriptsPage />} />
          <Route path="/pool" element={<PoolPage />} />
          <Route path="/overdue" element={<OverduePage />} />
          <Route path="/trail" element={<TrailPage />} />
          <Route path="*" element={<div className="page"><Missing /></div>} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  )
}
