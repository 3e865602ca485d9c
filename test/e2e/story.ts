/** A story: a stage with a running bot, and the transcript that is kept of it. */
import type { Message } from '../../src/rehearsal/slack/conversations.ts'
import { type Name, openStage, type Stage, type StageOptions } from './bot.ts'
import { type Transcript, transcriptOf } from './transcript.ts'

export type Story = Pick<Stage, 'cloud' | 'switchboard' | 'events' | 'all' | 'output'> &
  Pick<Transcript, 'did' | 'reads'> & {
    readonly stage: Stage
    type: (who: Name, text: string) => Promise<void>
    click: (who: Name, button: string, on?: Message) => Promise<void>
    /** Waits for a message and keeps it in the transcript. */
    hears: (pattern: RegExp, on?: Message) => Promise<Message>
    aloneHears: (who: Name, pattern: RegExp) => Promise<Message>
  }

export type StoryOptions = StageOptions & { readonly name: string; readonly title: string }

export async function tell(
  { name, title, ...options }: StoryOptions,
  play: (story: Story) => Promise<void>,
): Promise<void> {
  const stage = await openStage(options)
  const transcript = transcriptOf(name, title)
  const kept = async (message: Promise<Message>): Promise<Message> => {
    transcript.reads(await message)
    return message
  }
  try {
    await stage.start()
    await play({
      ...stage,
      ...transcript,
      stage,
      type: (who, text) => {
        transcript.did(`${who} types \`${text}\``)
        return stage.type(who, text)
      },
      click: (who, button, on) => {
        transcript.did(`${who} clicks [${button}]`)
        return stage.click(who, button, on)
      },
      hears: (pattern, on) => kept(stage.said(pattern, on)),
      aloneHears: (who, pattern) => kept(stage.told(who, pattern)),
    })
  } finally {
    await stage.close()
  }
  transcript.check()
}
