import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ImportPreview } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Chip, type Tone } from '../../parts/Chip'

interface Props {
  preview: ImportPreview
  fields: (string | null)[]
  types: string[]
  onChange: (index: number, field: string | null) => void
  onType: (index: number, type: string) => void
}

const sure = 0.9

/** What stands for a field that is yet to be made. No field can have this name. */
export const addField = '+'

const types = ['text', 'long_text', 'integer', 'decimal', 'money', 'date', 'datetime', 'choice', 'phone', 'email', 'url', 'boolean']

/** The file's first rows under the fields they will fill; each column's reading can be corrected. */
export function MappingTable({ preview, fields, types: chosen, onChange, onType }: Props) {
  const { t } = useTranslation()
  const options = [
    ...(preview.may_add_fields ? [{ value: addField, label: t('importer.newField') }] : []),
    ...preview.fields.map((f) => ({ value: f.name, label: titled(f.title, f.name) })),
  ]
  return (
    <div className="table-wrap mapping" tabIndex={0} role="region" aria-label={t('import.columns')}>
      <table className="plain-table" aria-label={t('import.columns')}>
        <thead>
          <tr>
            {preview.columns.map((column, i) => {
              const changed = fields[i] !== column.field
              const tone: Tone = !fields[i] ? 'neutral' : changed || column.confidence >= sure ? 'green' : 'amber'
              return (
                <th key={column.index} scope="col" className={fields[i] ? '' : 'is-left-out'}>
                  <div className="mapping-name" title={column.name}>{column.name || t('import.noName', { n: i + 1 })}</div>
                  <Select
                    aria-label={t('import.fieldFor', { column: column.name })}
                    allowClear
                    showSearch={{ optionFilterProp: 'label' }}
                    placeholder={t('import.leaveOut')}
                    popupMatchSelectWidth={false}
                    value={fields[i] ?? undefined}
                    options={options}
                    onChange={(next?: string) => onChange(i, next ?? null)}
                  />
                  {fields[i] === addField ? (
                    <Select
                      className="mapping-type"
                      aria-label={t('importer.typeFor', { column: column.name })}
                      popupMatchSelectWidth={false}
                      value={chosen[i]}
                      options={types.map((k) => ({ value: k, label: k === column.guess ? t('importer.guessed', { type: t(`fieldType.${k}`) }) : t(`fieldType.${k}`) }))}
                      onChange={(next: string) => onType(i, next)}
                    />
                  ) : (
                    <div className="mapping-how">
                      <Chip tone={tone}>
                        {!fields[i] ? t('import.leftOut') : changed ? t('import.how.hand') : t('import.sure', { how: t(`import.how.${column.how}`), percent: Math.round(column.confidence * 100) })}
                      </Chip>
                    </div>
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {preview.rows.slice(0, 20).map((row, r) => (
            <tr key={r}>{preview.columns.map((column, i) => <td key={column.index} className={fields[i] ? '' : 'is-left-out'}>{row[column.index] || <span className="muted">—</span>}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
