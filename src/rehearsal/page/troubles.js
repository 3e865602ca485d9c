/** The panel "Make it fail": what is armed, what was met, and the choice of it. */

const panel = document.getElementById('troubles')
const inputs = [...panel.querySelectorAll('input')]

export function startTroubles({ perform }) {
  panel.addEventListener('toggle', () => {
    if (panel.open) panel.scrollIntoView({ block: 'start' })
  })
  panel.addEventListener('change', ({ target }) => {
    const { name, value, checked } = target
    if (name === 'trouble') return perform({ kind: 'arm', next: value })
    return perform({ kind: 'switch', what: value, to: checked ? 'on' : 'off' })
  })
}

export function showTroubles({ next, lasting, met, sent, accepted }) {
  for (const input of inputs) {
    input.checked = input.name === 'trouble' ? input.value === next : lasting.includes(input.value)
  }
  const armed = inputs.filter(({ checked, value }) => checked && value !== 'nothing')
  const titles = armed.map((input) => input.parentElement.querySelector('b').textContent)
  document.getElementById('armed').textContent = titles.join(', ')
  panel.dataset.armed = String(armed.length > 0)
  const words = met === null ? '' : `Met at ${met.at}: ${met.words}.`
  const said = document.getElementById('met')
  if (said.textContent !== words) said.textContent = words
  document.getElementById('sent').textContent =
    `Changes sent to the local cloud: ${sent}. Taken by it: ${accepted}.`
}
