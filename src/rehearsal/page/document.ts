/** The page itself: the ship's side, what to try, and a channel. The script fills it and keeps it alive. */
import { botUserId, channels, members, userGroups } from '../slack/people.ts'
import { completions, openingCommand, productButtons } from './commands.ts'

/** In this order: the last one wins. */
export const stylesheets = [
  'page.css',
  'ship.css',
  'channel.css',
  'messages.css',
  'narrow.css',
] as const

export function documentHtml(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>Plimsoll rehearsal: #incident</title>
<link rel="icon" href="/mark.svg" type="image/svg+xml">
${stylesheets.map((name) => `<link rel="stylesheet" href="/${name}">`).join('\n')}
<script type="module" src="/page.js"></script>
</head>
<body>
${shipHtml()}
${slackHtml()}
<dialog id="confirm" aria-labelledby="confirm-title">
<form method="dialog"><h2 id="confirm-title"></h2><p></p>
<div class="actions"><button value="no" class="plain"></button><button value="yes"></button></div></form>
</dialog>
<script type="application/json" id="completions">${safeJson(completions)}</script>
</body>
</html>
`
}

function shipHtml(): string {
  const tries = productButtons.map(
    ({ id, title, promise, command }) =>
      `<li><button type="button" data-try="${id}" data-command="${escapeHtml(command)}">
<b>${escapeHtml(title)}</b><span>${escapeHtml(promise)}</span></button></li>`,
  )
  return `<main class="ship" id="ship" aria-busy="true">
<figure class="gauge">
${gaugeSvg()}
<figcaption>
<p class="headline"><b id="supported">&hellip;</b> of <b id="users">&hellip;</b> users</p>
<p class="sentence"><span id="sentence">Asking the bot.</span>
<span class="said-at" hidden>Said at <span id="said-at"></span>. <button type="button" data-try="again" data-command="${openingCommand}">Look again</button></span></p>
</figcaption>
</figure>
<section class="tries" aria-label="What to try">
<ol>
${tries.join('\n')}
</ol>
</section>
<section class="plug" id="plug" data-plug="idle" aria-label="Pull the plug">
<button type="button" id="pull" disabled>Pull the plug</button>
<p id="plug-words" role="status">The bot is starting.</p>
</section>
<p class="quiet">rehearsal: nothing real is touched; time in the local cloud runs ten times as fast</p>
</main>`
}

/** The ship's side from her port bow. Only heights change: two groups move up and down. */
function gaugeSvg(): string {
  const hull =
    'M-10 60 C150 62 300 56 424 38 C417 96 404 160 388 216 C381 246 402 262 398 278 C394 291 372 292 350 292 L-10 292Z'
  return `<svg viewBox="0 0 440 330" role="img" aria-labelledby="gauge-words" preserveAspectRatio="xMidYMid slice">
<title id="gauge-words">A ship's side: the water stands at the users who come, the Plimsoll line at those whom the system carries.</title>
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#eef0ea"/><stop offset="1" stop-color="#d6dfdc"/></linearGradient>
<linearGradient id="deep" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#4d9fae"/><stop offset="1" stop-color="#1a566a"/></linearGradient>
<clipPath id="hull"><path d="${hull}"/></clipPath>
</defs>
<rect width="440" height="330" fill="url(#sky)"/>
<g class="water"><rect class="sea-behind" y="0" width="440" height="340"/></g>
<g class="rail"><path d="M-10 46 C150 48 300 43 427 25"/><path d="${stanchions()}"/></g>
<g clip-path="url(#hull)">
<rect class="topside" x="-10" y="20" width="450" height="290"/>
<path class="plates" d="M-10 104 C150 106 300 100 424 84 M-10 148 C150 150 300 146 424 134 M-10 192H424 M-10 236H424 M84 40V300 M188 40V300 M282 40V300"/>
<g class="mark"><rect class="bottom-paint" x="-10" y="0" width="450" height="320"/><rect class="boot-line" x="-10" y="-1.25" width="450" height="2.5"/></g>
<g class="draft" id="draft"></g>
</g>
<g class="water">
<path class="sea" d="M-60 2 q15 -6 30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 V340 H-60Z"/>
<path class="surface" d="M-60 2 q15 -6 30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0 t30 0"/>
<text class="water-label" x="24" y="-10"><tspan id="water-users"></tspan> users come</text>
</g>
<g class="mark disc">
<circle cx="62" cy="0" r="17"/><path d="M30 0H94"/>
<text class="society" x="37" y="-6">P</text><text class="society" x="87" y="-6">L</text>
<text class="mark-label" x="108" y="-9"><tspan id="mark-users"></tspan> carried</text>
</g>
<g class="gap" id="gap"><path id="gap-line"/><text id="gap-words" x="228"></text></g>
</svg>`
}

function stanchions(): string {
  const xs = Array.from({ length: 17 }, (_, index) => 6 + index * 25)
  return xs.map((x) => `M${x} ${46 - (x / 440) ** 2 * 20}v14`).join('')
}

function slackHtml(): string {
  const tabs = channels.map(
    ({ id, name, topic }, index) =>
      `<button type="button" role="tab" aria-selected="${index === 0}" data-channel="${id}" data-topic="${escapeHtml(topic)}"><i>#</i>${escapeHtml(name)}</button>`,
  )
  const people = members.filter(({ id }) => id !== botUserId)
  const leadId = userGroups[0]?.memberIds[0]
  const personas = people.map(
    ({ id, name, title }, index) =>
      `<label${id === leadId ? ' id="lead"' : ''}><input type="radio" name="persona" value="${id}"${index === 0 ? ' checked' : ''}><span class="avatar ${name}" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span><span><b>${name}</b><small data-title="${escapeHtml(title)}">${escapeHtml(title)}</small></span></label>`,
  )
  return `<section class="slack" aria-label="A Slack workspace on this machine">
<header class="bar">
<div class="where"><div role="tablist" aria-label="Channels">${tabs.join('')}</div><p id="topic"></p></div>
<fieldset class="personas"><legend>You are</legend>${personas.join('')}</fieldset>
</header>
<div class="timeline" id="timeline" role="log" aria-label="Messages" tabindex="0"></div>
<form class="composer" id="composer" autocomplete="off">
<ul id="completion" role="listbox" aria-label="Commands" hidden></ul>
<input id="say" role="combobox" aria-expanded="false" aria-controls="completion" aria-autocomplete="list" aria-label="Message or command" placeholder="Type / for a command" spellcheck="false" maxlength="3000">
<button type="submit" class="primary">Send</button>
</form>
</section>`
}

function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
