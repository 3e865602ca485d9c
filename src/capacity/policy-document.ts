/** The policy in the System document: who may, how many, when and how dear. contract.md, 2. */
import { z } from 'zod'

const userId = z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'a Slack user id such as U0LEAD')
const groupId = z.string().regex(/^S[A-Z0-9]{2,}$/, 'a Slack user group id such as S0LEADS')
const channelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'a Slack channel id such as C0INCIDENT')
const count = z.int().min(0)

const roleSchema = z.strictObject({
  users: z.array(userId).default([]),
  group: groupId.nullable().default(null),
})

const freezeWindowSchema = z.strictObject({
  name: z.string().min(1),
  from: z.string().min(1),
  to: z.string().min(1),
  timeZone: z.string().min(1),
})

/** A Cloud Run job whose machines share a load test that is too large for one. facts/workload.md, 2 and 6. */
const loadTestJobSchema = z.strictObject({
  image: z
    .string()
    .regex(/^\S+$/, 'an image that holds k6 and a shell, such as grafana/k6 with a version'),
  /** Whom the machines act as: nobody who may do anything. Without it Google takes one who may much. */
  serviceAccount: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'the e-mail address of a service account'),
  /** Absent: the System's region. */
  location: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'a region such as us-central1')
    .optional(),
  cpu: z.number().positive().default(4),
  memoryGib: z.number().positive().default(16),
  maxTasks: z.int().min(1).max(100).default(20),
})

export const policySchema = z.strictObject({
  maxUtilization: z.number().positive().max(1),
  p95Ms: z.number().min(0),
  errorRate: z.number().min(0),
  monthlyBudgetUsd: z.number().min(0),
  mode: z.enum(['act', 'observe']).default('act'),
  roles: z
    .strictObject({
      request: roleSchema.optional(),
      approve: roleSchema.optional(),
      breakGlass: roleSchema.optional(),
    })
    .optional(),
  approvals: z
    .strictObject({
      safe: count,
      disruptive: count,
      irreversible: count,
      expiresMinutes: z.number().positive(),
    })
    .default({ safe: 0, disruptive: 1, irreversible: 2, expiresMinutes: 30 }),
  channels: z.array(channelId).optional(),
  freezeWindows: z.array(freezeWindowSchema).optional(),
  maxChangesPerHour: count.optional(),
  coolDownMinutes: z.number().min(0).optional(),
  maxFactAgeSeconds: z
    .strictObject({ configured: z.number().positive(), measured: z.number().positive() })
    .default({ configured: 60, measured: 300 }),
  loadTestHosts: z.array(z.string().min(1)).optional(),
  loadTestJob: loadTestJobSchema.optional(),
})

export type LoadTestJob = Readonly<z.infer<typeof loadTestJobSchema>>
export type Role = Readonly<z.infer<typeof roleSchema>>
