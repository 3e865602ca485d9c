/** Pull the plug: the bot dies between sending a change and hearing back, the hardest moment there is. */
import type { StageView } from './page/stage.ts'

export type Plug = {
  state: () => StageView['plug']
  /** Arms while a change waits for its yes, disarms again, and kills at once at any other moment. */
  pull: () => void
  /** The local cloud took a change and has not answered: true when the bot was killed for it. */
  changeArrived: () => Promise<boolean>
}

export function createPlug(options: {
  readonly resize: () => StageView['resize']
  readonly kill: () => Promise<void>
  readonly onChange: () => void
}): Plug {
  let state: StageView['plug'] = 'idle'
  const become = (next: StageView['plug']): void => {
    state = next
    options.onChange()
  }
  return {
    state: () => state,
    pull: () => {
      if (state === 'armed') become('idle')
      else if (options.resize() === 'asked') become('armed')
      else void options.kill()
    },
    changeArrived: async () => {
      if (state === 'idle') return false
      become('idle')
      await options.kill()
      return true
    },
  }
}
