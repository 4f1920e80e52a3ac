import react from '@vitejs/plugin-react'
import { defineConfig, type PluginOption } from 'vite'
import { shellWorker } from './pwa/plugin'

// Development talks to a running server named by BATON_API; without one it uses
// the mock, which is loaded on demand so that no build ever contains it.
export default defineConfig(async ({ command, mode }) => {
  const target = process.env.BATON_API
  const plugins: PluginOption[] = [react(), shellWorker()]
  if (command === 'serve' && mode !== 'test' && !target) {
    const { mockServer } = await import('./mock/plugin')
    plugins.push(mockServer())
  }
  return {
    plugins,
    server: { proxy: target ? { '/api': { target, changeOrigin: false } } : undefined },
    build: {
      outDir: '../internal/platform/web/dist',
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 900,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          advancedChunks: {
            groups: [
              { name: 'echarts', test: /node_modules[\\/](echarts|zrender)[\\/]/ },
              { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack|i18next|react-i18next|dayjs)[\\/]/ },
            ],
          },
        },
      },
    },
    test: { environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'] },
  }
})
