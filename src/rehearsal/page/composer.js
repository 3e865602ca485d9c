/** The composer: what is typed, with command completion beside it. A command that failed stays in it. */

const form = document.getElementById('composer')
const input = document.getElementById('say')
const list = document.getElementById('completion')
const completions = JSON.parse(list.dataset.completions)
let chosen = -1

/** `send` resolves with the outcome of what was typed. */
export function startComposer({ send }) {
  input.addEventListener('input', suggest)
  input.addEventListener('blur', () => setTimeout(close, 150))
  input.addEventListener('keydown', steer)
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

function suggest() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ text }) =>
    text !== input.value && words.every((word) => text.toLowerCase().includes(word))
  const fitting = input.value.startsWith('/') ? completions.filter(fits) : []
  list.replaceChildren(...fitting.map(optionFor))
  chosen = -1
  if (fitting.length === 0) return close()
  list.hidden = false
  input.setAttribute('aria-expanded', 'true')
}

function steer(event) {
  if (list.hidden) return
  const { key } = event
  if (key === 'ArrowDown' || key === 'ArrowUp') choose(chosen + (key === 'ArrowDown' ? 1 : -1))
  else if (key === 'Escape') close()
  else if (key === 'Tab' || (key === 'Enter' && chosen >= 0)) {
    take(list.children[Math.max(0, chosen)].dataset.text)
  } else return
  event.preventDefault()
}

function choose(index) {
  const options = [...list.children]
  chosen = (index + options.length) % options.length
  for (const [place, option] of options.entries()) {
    option.setAttribute('aria-selected', String(place === chosen))
  }
  options[chosen].scrollIntoView({ block: 'nearest' })
  input.setAttribute('aria-activedescendant', options[chosen].id)
}

function take(text) {
  input.value = text
  input.focus()
  close()
}

function close() {
  list.hidden = true
  chosen = -1
  input.setAttribute('aria-expanded', 'false')
  input.removeAttribute('aria-activedescendant')
}

function optionFor({ text, hint }, index) {
  const option = document.createElement('div')
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
