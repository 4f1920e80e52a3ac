/** What the definition says, each of its numbered branches on a line of its own. */
export function Sentence({ text }: { text: string }) {
  return <div className="config-sentence">{text.split(/(?<=\D)(?=\d+\. )/).map((line, i) => <p key={i}>{line}</p>)}</div>
}
