import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { BrowserRouter } from 'react-router'
import { api, Problem } from '../api/client'
import { keys } from '../api/keys'
import { ThemeProvider } from '../theme/ThemeProvider'
import { Gate } from './Gate'

function makeClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 2 && !(error instanceof Problem && error.status > 0 && error.status < 500),
      },
    },
  })
  api.onSignedOut = () => client.setQueryData(keys.session, null)
  return client
}

export function App() {
  const [client] = useState(makeClient)
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider>
        <BrowserRouter>
          <Gate />
        </BrowserRouter>
      </ThemeProvider>
    </QueryClientProvider>
  )
}
