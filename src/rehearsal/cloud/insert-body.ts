/** The bodies of `instances.insert` and `backupRuns.insert`, judged as Google's JSON transcoding does. */
import { z } from 'zod'
import { settings } from './patch-body.ts'

export const insertBody = z.strictObject({
  kind: z.literal('sql#instance').optional(),
  name: z.string(),
  masterInstanceName: z.string().optional(),
  region: z.string(),
  databaseVersion: z.string(),
  settings: settings.extend({ tier: z.string() }),
})

export type InsertBody = z.infer<typeof insertBody>

export const backupBody = z.strictObject({
  kind: z.literal('sql#backupRun').optional(),
  instance: z.string().optional(),
  description: z.string().default(''),
})
