/** What a look at a project found, from which a System document is drafted. Types only. */

export type Survey = {
  readonly project: string
  readonly region: string
  /** Primaries alone. */
  readonly databases: readonly SurveyedDatabase[]
  readonly services: readonly SurveyedService[]
  readonly alerts: readonly SurveyedAlert[]
  /** Instances of Cloud SQL that no document can hold. */
  readonly left: readonly { readonly name: string; readonly why: 'not-postgresql' | 'no-primary' }[]
}

type Shape = {
  readonly tier: string
  readonly availability: 'regional' | 'zonal'
  readonly diskGb: number
  readonly flags: Readonly<Record<string, string>>
}

export type SurveyedDatabase = Shape & {
  readonly name: string
  readonly version: number
  readonly edition: 'enterprise' | 'enterprise-plus'
  /** Where it is reached; null: it tells no address. */
  readonly host: string | null
  readonly replicas: Readonly<Record<string, Shape>>
}

export type ServiceKind = 'web' | 'celery-worker' | 'celery-beat'
export type SurveyedBinding = { readonly args: true } | { readonly env: string }

export type SurveyedService = {
  readonly name: string
  readonly resource: string
  readonly kind: ServiceKind
  /** What says so. */
  readonly kindBy: 'arguments' | 'name' | 'nothing'
  /** By their paths in a service; what could not be read is not among them. */
  readonly settings: Readonly<Record<string, string | number | null>>
  /** Null: not said. */
  readonly timeoutSeconds: number | null
  readonly billing: 'instance' | 'request'
  /** The one whose address is in its environment. */
  readonly database: string | null
  readonly bindings: {
    readonly gunicorn?: SurveyedBinding
    readonly connMaxAge?: SurveyedBinding
    readonly databaseHost?: SurveyedBinding
    readonly celery?: SurveyedBinding
  }
}

export type SurveyedAlert = {
  readonly name: string
  readonly database: string
  readonly threshold: number
}
