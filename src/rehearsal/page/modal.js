/** The modal of the person whom the page plays: shown while the workspace has it open. */

const dialog = document.getElementById('modal')
let send = () => undefined

/** `perform` sends `{kind: 'submit' | 'dismiss', view, ...}`. */
export function startModal({ perform }) {
  send = perform
}

export function showModal(modal) {
  if (modal === null) {
    dialog.close()
    dialog.replaceChildren()
    return
  }
  // Drawn again with what is wrong: what was filled in stays.
  const shown = dialog.querySelector('form')
  const filled = shown?.dataset.view === modal.id ? Object.fromEntries(new FormData(shown)) : {}
  dialog.innerHTML = modal.html
  for (const field of dialog.querySelectorAll('[name]')) {
    if (field.name in filled) field.value = filled[field.name]
  }
  if (!dialog.open) dialog.showModal()
  dialog.querySelector('[aria-invalid=true]')?.focus()
}

function viewShown() {
  return dialog.querySelector('form')?.dataset.view
}

dialog.addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const submit = form.querySelector('[type=submit]')
  submit.setAttribute('aria-busy', 'true')
  const values = Object.fromEntries(new FormData(form))
  const outcome = await send({ kind: 'submit', view: form.dataset.view, values })
  submit.removeAttribute('aria-busy')
  if (outcome.kind === 'failed') submit.textContent = `Try again (${outcome.error})`
})

dialog.addEventListener('click', ({ target }) => {
  const { dismiss } = target.dataset
  if (dismiss !== undefined) send({ kind: 'dismiss', view: dismiss })
})

dialog.addEventListener('cancel', () => {
  if (viewShown() !== undefined) send({ kind: 'dismiss', view: viewShown() })
})
