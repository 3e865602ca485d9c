/** The composer: what is typed, with command completion beside it. A command that failed stays in it. */

export function startComposer({ send }) {
  const form = document.getElementById('composer')
  const input = document.getElementById('say')
  const list = document.getElementById('completion')
  const completions = JSON.parse(document.getElementById('completions').textContent)
  let chosen = -1

  const close = () => {
    list.hidden = true
    chosen = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const choose = (index) => {
    const options = [...list.children]
    chosen = options.length === 0 ? -1 : (index + options.length) % options.length
    for (const [place, option] of options.entries()) {
      option.setAttribute('aria-selected', String(place === chosen))
    }
    options[chosen]?.scrollIntoView({ block: 'nearest' })
    if (chosen >= 0) input.setAttribute('aria-activedescendant', options[chosen].id)
  }
  const take = (text) => {
    input.value = text
    input.focus()
    close()
  }
  const suggest = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    const fitting = input.value.startsWith('/')
      ? completions.filter(
          ({ text }) =>
            text !== input.value && words.every((word) => text.toLowerCase().includes(word)),
        )
      : []
    list.replaceChildren(...fitting.map((completion, index) => optionFor(completion, index, take)))
    if (fitting.length === 0) return close()
    list.hidden = false
    chosen = -1
    input.setAttribute('aria-expanded', 'true')
  }

  input.addEventListener('input', suggest)
  input.addEventListener('blur', () => setTimeout(close, 150))
  input.addEventListener('keydown', (event) => {
    if (list.hidden) return
    const { key } = event
    if (key === 'ArrowDown' || key === 'ArrowUp') choose(chosen + (key === 'ArrowDown' ? 1 : -1))
    else if (key === 'Escape') close()
    else if (key === 'Tab' || (key === 'Enter' && chosen >= 0)) {
      take(list.children[Math.max(0, chosen)].dataset.text)
    } else return
    event.preventDefault()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '') return
    close()
    input.value = ''
    const outcome = await send(text)
    if (outcome.kind === 'failed' && input.value === '') input.value = text
  })
}

function optionFor({ text, hint }, index, take) {
  const option = document.createElement('li')
  option.id = `completion-${index}`
  option.role = 'option'
  option.dataset.text = text
  const code = document.createElement('code')
  code.textContent = text
  const small = document.createElement('small')
  small.textContent = hint
  option.append(code, small)
  option.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    take(text)
  })
  return option
}
