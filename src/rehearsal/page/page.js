/** The page's script: follows the stream, puts messages in their place, and sends what a person does. */
import { startComposer } from './composer.js'
import { showModal, startModal } from './modal.js'
import { showTroubles, startTroubles } from './troubles.js'

const find = (id) => document.getElementById(id)
const timeline = find('timeline')
const place = { as: 'U0ANA', channel: 'C0INCIDENT' }

export async function perform(deed) {
  const response = await fetch('/do', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(deed),
  })
  return response.ok ? response.json() : { kind: 'failed', error: await response.text() }
}

/* Messages */

const emptyThread =
  '<details class="thread" hidden><summary></summary><div class="replies"></div></details>'

function showMessage({ ts, threadTs, kind, html }) {
  const home = threadTs === null ? timeline : threadOf(threadTs)
  const isAtEnd = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 80
  const shown = articleOf(ts)
  if (shown === null) {
    const article = document.createElement('article')
    article.dataset.ts = ts
    article.className = kind
    article.innerHTML = `<div class="body"></div>${threadTs === null ? emptyThread : ''}`
    const later = [...home.children].find((each) => each.dataset.ts > ts)
    home.insertBefore(article, later ?? null)
  }
  const article = articleOf(ts)
  const message = article.firstElementChild
  if (message.innerHTML !== html) replaceKeepingFocus(message, html)
  if (threadTs !== null) countReplies(home)
  if (isAtEnd) timeline.scrollTop = timeline.scrollHeight
}

/** The button with the keyboard's focus keeps it when its message is drawn anew. */
function replaceKeepingFocus(message, html) {
  const focused = message.contains(document.activeElement)
    ? document.activeElement.dataset.action
    : undefined
  message.innerHTML = html
  if (focused !== undefined)
    message.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus()
}

function articleOf(ts) {
  return timeline.querySelector(`article[data-ts="${CSS.escape(ts)}"]`)
}

function threadOf(ts) {
  return articleOf(ts)?.querySelector('.replies') ?? timeline
}

function countReplies(replies) {
  const thread = replies.closest('.thread')
  if (thread === null) return
  const count = replies.children.length
  thread.hidden = count === 0
  thread.firstElementChild.textContent = count === 1 ? '1 reply' : `${count} replies`
}

function showSnapshot(messages, as) {
  timeline.dataset.as = as
  const known = new Set(messages.map(({ ts }) => ts))
  for (const article of timeline.querySelectorAll('article')) {
    if (!known.has(article.dataset.ts)) article.remove()
  }
  for (const message of messages) showMessage(message)
  timeline.scrollTop = timeline.scrollHeight
}

/* The ship */

function showGauge(gauge) {
  const ship = find('ship')
  ship.removeAttribute('aria-busy')
  ship.dataset.load = gauge.isOverloaded ? 'over' : 'within'
  find('users').textContent = gauge.users
  find('supported').textContent = gauge.supported
  find('water-users').textContent = gauge.users
  find('mark-users').textContent = gauge.supported
  find('sentence').textContent = gauge.sentence
  find('said-at').textContent = gauge.saidAt
  find('said-at').parentElement.hidden = false
  find('gauge-words').textContent =
    `${gauge.users} users come, ${gauge.supported} are carried: ${gauge.verdict}.`
  ship.style.setProperty('--water', `${gauge.waterY}px`)
  ship.style.setProperty('--mark', `${gauge.markY}px`)
  find('draft').replaceChildren(...gauge.draft.map(draftMark))
  const [top, bottom] = [gauge.waterY + 8, gauge.markY - 6]
  const isRoomy = gauge.isOverloaded && bottom - top > 30
  find('gap').classList.toggle('shown', isRoomy)
  find('gap-line').setAttribute('d', `M212 ${top}h12M212 ${bottom}h12M218 ${top}V${bottom}`)
  find('gap-words').textContent = gauge.verdict
  find('gap-words').setAttribute('y', (top + bottom) / 2 + 5)
}

function draftMark({ label, y }) {
  const text = document.createElementNS('http://www.w3.org/2000/svg', 'text')
  text.setAttribute('x', '374')
  text.setAttribute('y', y + 4)
  text.textContent = `\u2013 ${label}`
  return text
}

/* The plug */

let stage = null
let clockSkewMs = 0

function showStage(view) {
  stage = view
  showTroubles(view.trouble)
  clockSkewMs = view.now - Date.now()
  const plug = find('plug')
  plug.dataset.plug = view.bot.kind === 'up' ? view.plug : view.bot.kind
  const pull = find('pull')
  pull.disabled = view.bot.kind !== 'up'
  pull.textContent = view.plug === 'armed' ? 'Leave the plug in' : 'Pull the plug'
  for (const button of document.querySelectorAll('[data-try]')) {
    button.disabled = view.bot.kind !== 'up'
  }
  // One click to be the lead, when the lead's yes is what is missing.
  const lead = find('lead')
  lead.classList.toggle('wanted', view.resize === 'asked')
  const words = lead.querySelector('small')
  words.textContent = view.resize === 'asked' ? 'a yes is needed' : words.dataset.title
  sayStage()
}

function sayStage() {
  if (stage === null) return
  const words = stageWords(stage)
  if (find('plug-words').textContent !== words) find('plug-words').textContent = words
}

function stageWords({ bot, plug, resize, lastAbsenceMs }) {
  const seconds = Math.max(0, Math.floor((Date.now() + clockSkewMs - bot.since) / 1000))
  if (bot.kind === 'dead') return `The bot is dead: ${seconds} s`
  if (bot.kind === 'starting') return 'The bot is starting.'
  if (plug === 'armed') {
    return 'Armed. When luis approves, the bot dies before it hears back.'
  }
  if (lastAbsenceMs !== null && seconds < 60) {
    return `Back after ${(lastAbsenceMs / 1000).toFixed(1)} s, and on in the same message.`
  }
  if (resize === 'asked') {
    return 'Pull it now: the bot will die between sending the resize and hearing back.'
  }
  if (resize === 'running') return 'A resize is running. Pulled now, the bot dies at once.'
  return 'Kills the bot, without warning. Best while a resize waits for its yes.'
}

setInterval(sayStage, 200)

/* The stream */

let stream = null

function follow() {
  stream?.close()
  stream = new EventSource(`/stream?${new URLSearchParams(place)}`)
  const on = (event, show) => stream.addEventListener(event, ({ data }) => show(JSON.parse(data)))
  const { as } = place
  on('snapshot', (messages) => showSnapshot(messages, as))
  on('message', showMessage)
  on('gone', ({ ts }) => articleOf(ts)?.remove())
  on('gauge', showGauge)
  on('stage', showStage)
  on('modal', showModal)
}

function chooseChannel(tab) {
  place.channel = tab.dataset.channel
  find('topic').textContent = tab.dataset.topic
  for (const other of document.querySelectorAll('[data-channel]')) {
    other.setAttribute('aria-selected', String(other === tab))
    other.tabIndex = other === tab ? 0 : -1
  }
}

/* Hands */

async function withBusy(button, work) {
  button.setAttribute('aria-busy', 'true')
  try {
    return await work()
  } finally {
    button.removeAttribute('aria-busy')
  }
}

/** The confirm dialog of a button, as Slack shows it before it sends the click. */
function confirmed(button) {
  if (button.dataset.confirm === undefined) return Promise.resolve(true)
  const asked = JSON.parse(button.dataset.confirm)
  const dialog = find('confirm')
  const [no, yes] = dialog.querySelectorAll('button')
  dialog.querySelector('h2').textContent = asked.title
  dialog.querySelector('p').textContent = asked.text
  no.textContent = asked.no
  yes.textContent = asked.yes
  yes.className = asked.style
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }),
  )
}

timeline.addEventListener('click', async ({ target }) => {
  const button = target.closest('button[data-action]')
  if (button === null || !(await confirmed(button))) return
  const { block, action } = button.dataset
  const { ts } = button.closest('article').dataset
  await withBusy(button, () => perform({ kind: 'click', ...place, ts, block, action }))
})

for (const button of document.querySelectorAll('[data-try]')) {
  button.addEventListener('click', () => {
    const ana = document.querySelector('input[name=persona][value=U0ANA]')
    if (!ana.checked) ana.click()
    if (place.channel !== 'C0INCIDENT') document.querySelector('[data-channel=C0INCIDENT]').click()
    // On a phone the channel is below the ship.
    if (matchMedia('(width < 900px)').matches) document.querySelector('.slack').scrollIntoView()
    return withBusy(button, () => perform({ kind: 'type', ...place, text: button.dataset.command }))
  })
}

find('pull').addEventListener('click', () => perform({ kind: 'plug' }))

for (const radio of document.querySelectorAll('input[name=persona]')) {
  radio.addEventListener('change', () => {
    place.as = radio.value
    follow()
  })
}
const tabs = [...document.querySelectorAll('[data-channel]')]
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => {
    chooseChannel(tab)
    follow()
  })
  tab.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
    if (step === undefined) return
    const next = tabs[(index + step + tabs.length) % tabs.length]
    next.focus()
    next.click()
  })
}

startModal({ perform: (deed) => perform({ ...deed, as: place.as }) })
startTroubles({ perform })
startComposer({
  send: (text) => perform({ kind: 'type', ...place, text }),
})
chooseChannel(tabs[0])
document.querySelector('input[name=persona][value=U0ANA]').checked = true
follow()
