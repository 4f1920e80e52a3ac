type Any = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any

const titles: Record<string, string> = { new: '线索', contacted: '有效沟通', quoted: '方案报价', signed: '合同签署' }
function stages(scale: number, quotedDays = 4.2) {
  const counts = [4812, 2791, 1107, 457].map((n) => Math.round(n * scale))
  const days = [1.3, 6.8, quotedDays, null]
  return Object.entries(titles).map(([stage, title], i) => ({ stage, title, count: counts[i]!, rate_prev: i === 0 ? null : counts[i]! / counts[i - 1]!, rate_first: counts[i]! / counts[0]!, mean_days: days[i], completed: i < 3 ? counts[i + 1] : null }))
}

export function funnel(path: string, ask: Any, leads: Any[], refs: Any): Any {
  if (path.endsWith(':records')) {
    const records = leads.slice(0, 20)
    return { records, refs, next_cursor: null, stays: Object.fromEntries(records.map((r, i) => [r.id, { entered_at: r.created_at, left_at: i % 3 ? r.updated_at : null, days: i % 3 ? 1.5 + i / 3 : null }])) }
  }
  const names: Record<string, string[]> = { region: ['华东', '华南', '华北'], team: ['杭州一组', '上海一组', '广州一组'], owner: ['林晓', '吴涛', '赵倩', '钱峰', '何芳'], source: ['官网表单', '展会扫码', '电话呼入'] }
  const groups = (names[ask.by as string] ?? []).map((name, i) => ({ key: ask.by === 'owner' ? `p${i + 1}` : name, name, stages: stages(0.36 - i * 0.05, [2.6, 4.4, 3.9, 5.1, 9.1][i]) }))
  return { funnel: 'lead_funnel', title: { 'zh-CN': '线索转化' }, mode: ask.mode, period: { from: '2026-08-26', to: '2026-11-23', text: '近 90 天' }, stages: stages(1), groups, understood: ask.mode === 'cohort' ? '近 90 天进入的线索，到今天各走到哪一步' : '近 90 天内发生的每一步' }
}
