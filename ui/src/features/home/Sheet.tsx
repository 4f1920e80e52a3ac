import { Drawer, Modal } from 'antd'
import { useState, type ReactNode } from 'react'
import { usePhone } from '../../parts/usePhone'

interface Props { title: ReactNode; onClose: () => void; children: ReactNode }

/** A short form over the page: from below under the thumb, in the middle at a desk. It stays as it opened when the phone is turned: what is typed in it is kept. */
export function Sheet({ title, onClose, children }: Props) {
  const now = usePhone()
  const [phone] = useState(now)
  return phone
    ? <Drawer open placement="bottom" size="auto" title={title} onClose={onClose} className="today-sheet">{children}</Drawer>
    : <Modal open title={title} footer={null} onCancel={onClose} width={480} className="today-sheet">{children}</Modal>
}
