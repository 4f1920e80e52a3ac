import type { ReactNode } from 'react'
import './page.css'

/** One title, its facts, and the page's actions (one of them primary). */
export function PageHead({ title, extra, children }: { title: ReactNode; extra?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div className="page-title-row">
        <h1>{title}</h1>
        {extra ? <div className="page-extra">{extra}</div> : null}
      </div>
      {children ? <div className="page-actions">{children}</div> : null}
    </header>
  )
}

export function Card({ title, extra, children, className = '', testid }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; className?: string; testid?: string }) {
  return (
    <section className={`card ${className}`} data-testid={testid}>
      {title ? (
        <div className="card-head">
          <h2>{title}</h2>
          {extra ? <div className="card-extra">{extra}</div> : null}
        </div>
      ) : null}
      {children}
    </section>
  )
}
