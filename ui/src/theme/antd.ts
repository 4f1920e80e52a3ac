import { theme, type ThemeConfig } from 'antd'
import { palette, type Mode } from './tokens'

export const fontFamily = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, -apple-system, "Segoe UI", sans-serif'

export function antdTheme(mode: Mode, touch: boolean): ThemeConfig {
  const p = palette(mode)
  return {
    algorithm: mode === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: p.brandSolid,
      colorLink: p.brand,
      colorLinkHover: p.brand,
      colorError: p.red,
      colorWarning: p.amber,
      colorSuccess: p.green,
      colorInfo: p.blue,
      colorText: p.ink,
      colorTextSecondary: p.ink2,
      colorTextTertiary: p.ink2,
      colorTextPlaceholder: p.ink3,
      colorBorder: p.lineStrong,
      colorBorderSecondary: p.line,
      colorBgMask: 'rgba(15, 18, 28, 0.28)',
      colorBgLayout: p.ground,
      colorBgContainer: p.card,
      colorBgElevated: p.raised,
      borderRadius: 6,
      fontSize: 14,
      fontFamily,
      controlHeight: touch ? 40 : 32,
      controlHeightSM: touch ? 40 : 26,
      wireframe: false,
      motionDurationMid: '0.15s',
      motionDurationSlow: '0.2s',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', fontWeight: 400 },
      Tabs: { horizontalItemPadding: '8px 0', horizontalItemGutter: 20, itemSelectedColor: p.brand, itemHoverColor: p.brand, itemActiveColor: p.brand, inkBarColor: p.brand },
      Drawer: { paddingLG: 20 },
      Segmented: { trackBg: p.neutralTint, itemSelectedBg: mode === 'dark' ? p.lineStrong : p.card },
      Form: { verticalLabelPadding: '0 0 4px', itemMarginBottom: 16 },
    },
  }
}
