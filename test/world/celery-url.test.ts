/** CELERY_BROKER_URL as kombu reads it; no problem repeats it. */
import { describe, expect, test } from 'vitest'
import { readBrokerUrl } from '../../src/world/celery-url.ts'

describe('readBrokerUrl', () => {
  test.each([
    [
      'redis://10.0.0.3',
      { host: '10.0.0.3', port: 6379, user: null, password: null, database: 0, tls: 'plain' },
    ],
    ['redis://:p%40ss@10.0.0.3:6380/2', { port: 6380, password: 'p@ss', database: 2 }],
    ['redis://bot:p@[::1]/0', { host: '::1', user: 'bot', password: 'p' }],
    ['rediss://10.0.0.3:6378/0', { tls: 'verified' }],
    ['rediss://10.0.0.3:6378/0?ssl_cert_reqs=CERT_NONE', { tls: 'encrypted' }],
    ['rediss://10.0.0.3:6378/0?ssl_cert_reqs=required', { tls: 'verified' }],
  ])('%s', (url, address) => {
    expect(readBrokerUrl(url)).toMatchObject({ kind: 'address', address })
  })

  test.each([
    ['amqp://u:s3cret@h', /redis:/],
    ['sentinel://u:s3cret@h', /redis:/],
    ['redis://:s3cret%@h/0', /percent|URL/],
    ['redis://:s3cret@h/shop', /number/],
    ['redis://:s3cret@h/0/1', /number/],
    ['redis://:s3cret@h/0?password=s3cret', /ssl_cert_reqs/],
    ['redis://:s3cret@h/0?ssl_cert_reqs=none', /ssl_cert_reqs/],
    ['rediss://:s3cret@h/0?ssl_cert_reqs=perhaps', /ssl_cert_reqs/],
    ['redis://:s3cret@h;redis://:s3cret@i', /URL|host|number/],
    ['s3cret', /URL/],
    ['redis://', /host/],
  ])('%s is refused, and nothing of it is repeated', (url, why) => {
    const read = readBrokerUrl(url)
    expect(read).toMatchObject({ kind: 'wrong', problem: expect.stringMatching(why) })
    expect(JSON.stringify(read)).not.toMatch(/s3cret/)
  })
})
