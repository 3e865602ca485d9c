/** docs/operate.md and deploy/cloud-run.yml name what there is: commands, settings, variables, addresses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { policySchema } from '../../src/capacity/policy-document.ts'
import { readConfig } from '../../src/config.ts'
import { runbookVerbs } from '../../src/slack/commands/runbook.ts'
import { projectRoot } from '../architecture/source.ts'

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8')
const page = read('docs/operate.md')
const named = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, name = '']) => name)

test('every command of the page is one', () => {
  const typed = named(/\/runbook ([a-z-]+)/g)
  expect(typed).not.toEqual([])
  expect(typed.filter((verb) => !runbookVerbs.includes(verb))).toEqual([])
})

test('every setting of the policy that it names is one', () => {
  const about = page.slice(page.indexOf('## Who may, and when'))
  const settings = [...about.matchAll(/`([a-z][A-Za-z.]+)`/g)].map(([, name = '']) => name)
  const known = [...Object.keys(policySchema.shape), 'policy', 'roles.breakGlass']
  expect(settings.length).toBeGreaterThan(5)
  expect(settings.filter((name) => !known.includes(name))).toEqual([])
})

const probe = z.object({ httpGet: z.object({ path: z.string() }) })
const serviceSchema = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
      spec: z.object({
        containers: z.tuple([
          z.object({
            ports: z.tuple([z.object({ containerPort: z.int() })]),
            env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
            volumeMounts: z.tuple([z.object({ mountPath: z.string() })]),
            startupProbe: probe,
            livenessProbe: probe,
          }),
        ]),
      }),
    }),
  }),
})

test('the service starts as a bot with the variables that it sets', () => {
  const { spec, metadata } = serviceSchema.parse(parse(read('deploy/cloud-run.yml'))).spec.template
  const [container] = spec.containers
  const given = new Map(container.env.map(({ name, value }) => [name, value ?? 'from a secret']))
  const [, url] = /# (postgres:\S+)/.exec(read('deploy/cloud-run.yml')) ?? []
  const config = readConfig({
    ...Object.fromEntries(given),
    ...{ LEDGER_URL: url, SLACK_BOT_TOKEN: 'xoxb-1', K_SERVICE: 'plimsoll' },
    ...{ NODE_ENV: 'production', PORT: String(container.ports[0].containerPort) },
  })
  expect(config).toMatchObject({ kind: 'bot', systemFile: '/config/system.yml', port: 8080 })
  expect(config).toMatchObject({ ledger: { host: '/cloudsql/PROJECT:REGION:LEDGER' } })
  expect(container.volumeMounts[0].mountPath).toBe('/config')
  expect([container.startupProbe, container.livenessProbe].map((one) => one.httpGet.path)).toEqual([
    '/readyz',
    '/healthz',
  ])
  // Runs go on between requests.
  expect(metadata.annotations['run.googleapis.com/cpu-throttling']).toBe('false')
  expect(Number(metadata.annotations['autoscaling.knative.dev/minScale'])).toBeGreaterThan(0)
})
