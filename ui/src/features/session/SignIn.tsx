import { Alert, Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useDemoPeople, useForget, useSignIn } from '../../api/session'
import { Logo } from '../../app/Frame'
import { Avatar } from '../../parts/Avatar'
import { problemText } from '../../parts/problem'
import { setLanguage } from '../../i18n'
import './sign-in.css'

export function SignIn() {
  const { t, i18n } = useTranslation()
  const signIn = useSignIn()
  useForget()
  const demo = useDemoPeople()
  const error = signIn.error
  const text =
    error instanceof Problem && error.code === 'bad_credentials' ? t('session.bad')
    : error instanceof Problem && error.status === 429 ? t('session.tooMany', { s: error.retryAfter ?? 60 })
    : error ? problemText(error) : null
  return (
    <div className="sign-in">
      <main className="sign-in-box">
        <div className="sign-in-brand"><Logo /><span>{t('app.name')}</span></div>
        <h1>{t('session.title')}</h1>
        <Form data-testid="sign-in-form" layout="vertical" requiredMark={false} onFinish={(given: { username: string; password: string }) => signIn.mutate(given)}>
          <Form.Item name="username" label={t('session.username')} rules={[{ required: true, message: t('session.needUsername') }]}>
            <Input size="large" autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={t('session.password')} rules={[{ required: true, message: t('session.needPassword') }]}>
            <Input.Password size="large" autoComplete="current-password" />
          </Form.Item>
          {text ? <Alert type="error" role="alert" showIcon title={text} className="sign-in-error" /> : null}
          <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>{t('session.signIn')}</Button>
        </Form>
        {demo.data && demo.data.people.length > 0 ? (
          <section className="sign-in-demo" aria-label={t('session.demo')}>
            <h2>{t('session.demo')}</h2>
            <ul>
              {demo.data.people.map((person) => (
                <li key={person.username}>
                  <button type="button" disabled={signIn.isPending} onClick={() => signIn.mutate({ username: person.username, password: demo.data?.password ?? '' })}>
                    <Avatar name={person.name} size={24} />
                    <span className="demo-name">{person.name}</span>
                    <span className="demo-title">{person.title}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        <button type="button" className="link small sign-in-language" onClick={() => void setLanguage(i18n.language === 'en' ? 'zh-CN' : 'en')}>
          {i18n.language === 'en' ? t('menu.toChinese') : t('menu.toEnglish')}
        </button>
      </main>
    </div>
  )
}
