import { BoldOutlined, ItalicOutlined, LinkOutlined, OrderedListOutlined, UndoOutlined, UnorderedListOutlined } from '@ant-design/icons'
import { EditorContent, useEditor, useEditorState } from '@tiptap/react'
import StarterKit from '@tiptap/starter-kit'
import { Button, Input } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { cleanPaste, cleanHTML } from './cleanHTML'
import { isBlank, type EditProps } from './kind'

const safe = (url: string): boolean => /^(?:https?:\/\/|mailto:|tel:)/i.test(url)

/** The editor of formatted text; loaded when it is opened. */
export default function RichEditor({ value, onChange, label, autoFocus }: EditProps) {
  const { t } = useTranslation()
  const [address, setAddress] = useState<string | null>(null)
  const editor = useEditor({
    extensions: [StarterKit.configure({ trailingNode: false, heading: { levels: [1, 2, 3] }, link: { openOnClick: false, protocols: ['http', 'https', 'mailto', 'tel'], isAllowedUri: (url) => safe(url) } })],
    content: isBlank(value) ? '' : cleanHTML(String(value)),
    autofocus: autoFocus ? 'end' : false,
    editorProps: { attributes: { 'aria-label': label, role: 'textbox', 'aria-multiline': 'true', class: 'rich' }, transformPastedHTML: cleanPaste },
    onUpdate: ({ editor: e }) => onChange(e.isEmpty ? null : e.getHTML()),
  })
  const on = useEditorState({ editor, selector: ({ editor: e }) => ({ bold: e.isActive('bold'), italic: e.isActive('italic'), heading: e.isActive('heading', { level: 2 }), bullets: e.isActive('bulletList'), numbers: e.isActive('orderedList'), quote: e.isActive('blockquote'), link: e.isActive('link') }) })
  const tool = (name: string, icon: ReactNode, active: boolean, act: () => void): ReactNode => (
    <Button size="small" type={active ? 'primary' : 'text'} icon={icon} aria-label={t(`files.${name}`)} aria-pressed={active} title={t(`files.${name}`)} onMouseDown={(e) => e.preventDefault()} onClick={act} />
  )
  const chain = () => editor.chain().focus()
  const link = (): void => {
    const url = (address ?? '').trim()
    const full = url === '' || safe(url) ? url : `https://${url}`
    if (full === '') chain().extendMarkRange('link').unsetLink().run()
    else if (editor.state.selection.empty && !on.link) chain().insertContent({ type: 'text', text: full, marks: [{ type: 'link', attrs: { href: full } }] }).run()
    else chain().extendMarkRange('link').setLink({ href: full }).run()
    setAddress(null)
  }
  return (
    <div className="rich-edit">
      <div className="row rich-tools" role="toolbar" aria-label={t('files.tools')}>
        {tool('bold', <BoldOutlined />, on.bold, () => chain().toggleBold().run())}
        {tool('italic', <ItalicOutlined />, on.italic, () => chain().toggleItalic().run())}
        {tool('heading', <b aria-hidden>H</b>, on.heading, () => chain().toggleHeading({ level: 2 }).run())}
        {tool('bullets', <UnorderedListOutlined />, on.bullets, () => chain().toggleBulletList().run())}
        {tool('numbers', <OrderedListOutlined />, on.numbers, () => chain().toggleOrderedList().run())}
        {tool('quote', <b aria-hidden>“</b>, on.quote, () => chain().toggleBlockquote().run())}
        {tool('link', <LinkOutlined />, on.link, () => setAddress((editor.getAttributes('link').href as string | undefined) ?? ''))}
        {tool('undo', <UndoOutlined />, false, () => chain().undo().run())}
      </div>
      {address !== null ? <Input size="small" autoFocus aria-label={t('files.address')} placeholder={t('files.address')} value={address} onChange={(e) => setAddress(e.target.value)} onPressEnter={(e) => { e.preventDefault(); e.stopPropagation(); link() }} onKeyDown={(e) => { if (e.key === 'Escape') { e.stopPropagation(); setAddress(null) } }} /> : null}
      <EditorContent editor={editor} />
    </div>
  )
}
