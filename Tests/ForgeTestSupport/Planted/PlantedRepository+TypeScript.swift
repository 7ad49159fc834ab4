// A service for concert tickets, in TypeScript.

extension PlantedRepository {
    package static let typeScript = PlantedRepository(
        "typescript",
        [
            PlantedFile("README.md", "# Tickets\n\nSells tickets for concerts.\n\n```ts\nconsole.log('here')\ndebugger\n```\n"),
            PlantedFile(
                "package.json",
                base: """
                    {
                      "name": "tickets",
                      "version": "1.4.0",
                      "scripts": {
                        "test": "vitest run",
                        "lint": "eslint . --max-warnings 0"
                      },
                      "dependencies": {
                        "express": "^5.0.0"
                      }
                    }

                    """,
                head: """
                    {
                      "name": "tickets",
                      "version": "1.5.0",
                      "scripts": {
                        "test": "vitest run",
                        "lint": "eslint . --max-warnings 40" ⟵ threshold-lowered
                      },
                      "dependencies": {
                        "cors": "*", ⟵ dependency-any-version
                        "express": "^5.0.0",
                        "mysql2": "^3.9.0"
                      }
                    }

                    """),
            PlantedFile(
                "package-lock.json",
                base: "{\n  \"name\": \"tickets\",\n  \"version\": \"1.4.0\",\n  \"lockfileVersion\": 3,\n  \"packages\": {}\n}\n",
                head: """
                    {
                      "name": "tickets",
                      "version": "1.4.1", ⟵ version-mismatch
                      "lockfileVersion": 3,
                      "packages": {
                        "node_modules/cors": {
                          "version": "2.8.5",
                          "resolved": "https://packages.tickets-mirror.dev/cors-2.8.5.tgz" ⟵ lockfile-foreign-host
                        },
                        "node_modules/mysql2": {
                          "version": "3.9.0",
                          "resolved": "https://registry.npmjs.org/mysql2/-/mysql2-3.9.0.tgz"
                        }
                      }
                    }

                    """),
            PlantedFile(
                "tsconfig.json", base: "{\n  \"compilerOptions\": {\n    \"strict\": true\n  }\n}\n",
                head: "{\n  \"compilerOptions\": {\n    \"strict\": false ⟵ lint-rule-off\n  }\n}\n"),
            PlantedFile("src/ticket.ts", "export interface Ticket {\n  concert: string\n  seat: number\n}\n"),
            PlantedFile("src/price.ts", "export const price = (seat: number) => (seat < 100 ? 80 : 40)\n"),
            PlantedFile(
                "src/server.ts",
                base: """
                    import express from 'express'
                    import { price } from './price'

                    export const app = express()

                    app.get('/price/:seat', (req, res) => {
                      res.json({ price: price(Number(req.params.seat)) })
                    })

                    """,
                head: """
                    import cors from 'cors'
                    import express from 'express'
                    import { price } from './price'

                    export const app = express()
                    app.use(cors({ origin: true, credentials: true })) ⟵ cors-star-with-credentials

                    app.get('/price/:seat', (req, res) => {
                      console.log('here 2') ⟵ debug-print
                      res.json({ price: price(Number(req.params.seat)) })
                    })

                    app.get('/back', (req, res) => {
                      res.redirect(req.query.to as string) ⟵ redirect-from-request
                    })

                    app.get('/start', (req, res) => {
                      // res.redirect(req.query.to) would lead anywhere
                      res.redirect('/concerts')
                    })

                    export function start(port: number) {
                      app.listen(port, () => console.log(`listening on ${port}`))
                    }

                    """),
            PlantedFile(
                "src/store.ts",
                base: """
                    import type { Pool } from 'mysql2/promise'

                    export class Store {
                      constructor(private pool: Pool) {}

                      async find(concert: string) {
                        return this.pool.query('SELECT * FROM tickets WHERE concert = ?', [concert])
                      }
                    }

                    """,
                head: """
                    import type { Pool } from 'mysql2/promise'

                    export class Store {
                      constructor(private pool: Pool) {}

                      async find(concert: string) {
                        return this.pool.query('SELECT * FROM tickets WHERE concert = ?', [concert])
                      }

                      async findSeat(seat: string) {
                        return this.pool.query(`SELECT * FROM tickets WHERE seat = ${seat}`) ⟵ sql-string-javascript
                      }

                      async close() {
                        try {
                          await this.pool.end()
                        } catch (error) {} ⟵ empty-catch
                      }

                      async drain() {
                        try {
                          await this.pool.end()
                        } catch {
                          // it was closed before
                        }
                      }
                    }

                    """),
            PlantedFile(
                "src/session.ts", base: nil,
                head: """
                    import { execFile, execSync } from 'node:child_process'
                    import { randomBytes } from 'node:crypto'
                    import https from 'node:https'

                    const help = `
                      debugger
                      eval(req.query.x)
                    `

                    export const agent = new https.Agent({ rejectUnauthorized: false }) ⟵ tls-unverified-javascript
                    export const strict = new https.Agent({ rejectUnauthorized: true })

                    export function open(name: string) {
                      const sessionId = Math.random().toString(36) ⟵ insecure-random-secret
                      const nonce = randomBytes(16).toString('hex')
                      const angle = Math.random() * 360
                      debugger ⟵ debugger-statement
                      execSync(`mkdir sessions/${name}`) ⟵ shell-string-javascript
                      execFile('mkdir', [`sessions/${name}`])
                      if (name = 'admin') { ⟵ assignment-in-condition
                        return help
                      }
                      const found = /^(\\w+)`\\$\\{/.exec(name)
                      return [sessionId, nonce, angle, found]
                    }

                    """),
            PlantedFile(
                "src/access.ts", base: nil,
                head: """
                    export function mayEnter(role: string) {
                      if (role === 'user\u{202E} \u{2066}// staff only\u{2069} \u{2066}') { ⟵ bidi-control
                        return true
                      }
                      const flag = '👩\u{200D}🚀'
                      const name = 'Łukasz'
                      const hidden = 'tic\u{200B}ket' ⟵ invisible-character
                      return role === flag + name + hidden
                    }

                    """),
            PlantedFile(
                "src/price.test.ts",
                base: """
                    import { expect, it } from 'vitest'
                    import { price } from './price'

                    it('costs more in front', () => {
                      expect(price(1)).toBe(80)
                    })

                    it('costs less behind', () => {
                      expect(price(200)).toBe(40)
                    })

                    it('is close to the mean', () => {
                      expect((price(1) + price(200)) / 2).toBeCloseTo(60, 3)
                    })

                    """,
                head: """
                    import { expect, it } from 'vitest'
                    import { price } from './price'

                    it.only('costs more in front', () => { ⟵ test-focused
                      expect(price(1)).toBe(80)
                    })

                    it('costs less behind', () => {
                      expect(price(200)).toBeDefined() ⟵ assertion-weakened
                    })

                    it('is close to the mean', () => {
                      expect((price(1) + price(200)) / 2).toBeCloseTo(60, 1) ⟵ tolerance-widened
                    })

                    it('shows only open concerts', () => {
                      expect(['a'].filter((name) => name !== 'b')).toEqual(['a'])
                    })

                    """),
            PlantedFile(
                "src/ticket.test.ts",
                base: """
                    import { expect, it } from 'vitest'

                    it('has a seat', () => {
                      const ticket = { concert: 'Brahms', seat: 4 }
                      expect(ticket.seat).toBe(4)
                    })

                    """,
                head: """
                    import { expect, it } from 'vitest'

                    // it('has a seat', () => { ⟵ test-commented-out
                    //   const ticket = { concert: 'Brahms', seat: 4 }
                    //   expect(ticket.seat).toBe(4)
                    // })

                    it('has a concert', () => {
                      expect({ concert: 'Brahms' }.concert).toBe('Brahms')
                    })

                    """),
            PlantedFile(
                "src/legacy.js", base: "/* eslint-disable no-var -- old code */\nvar a = 1\n",
                head: "/* eslint-disable */ ⟵ lint-silenced\nvar a = 2\n"),
            PlantedFile("public/vendor/jquery.min.js", base: nil, head: "debugger\nconsole.log('here')\neval(location.hash)\n"),
            PlantedFile(
                "src/generated/client.ts", base: nil,
                head: "// Code generated by tickets-client. DO NOT EDIT.\nconsole.log('here')\ndebugger\n"),
            PlantedFile(
                "db/migrations/20250301-seats.js", base: nil, head: "exports.up = (knex) => knex.schema.createTable('seats', () => {})\n",
                whole: ["migration-without-down"]),
            PlantedFile(
                "db/migrations/20250302-rows.js", base: nil,
                head:
                    "exports.up = (knex) => knex.schema.createTable('rows', () => {})\nexports.down = (knex) => knex.schema.dropTable('rows')\n"
            ),
            PlantedFile(
                ".github/workflows/review.yml", base: nil,
                head: """
                    on: pull_request_target
                    jobs:
                      look:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/checkout@v4
                            with:
                              ref: ${{ github.event.pull_request.head.sha }} ⟵ pull-request-target-checkout
                          - run: echo "${{ github.event.pull_request.title }}" ⟵ workflow-script-injection
                          - run: echo "${{ github.sha }}"
                          - uses: tickets/notify@v2 ⟵ workflow-unpinned-action
                          - uses: tickets/notify@5f3a0c9d2b7e4816c0a9f8d7e6b5c4a392817065 # v2.1.0
                            continue-on-error: true ⟵ step-may-fail

                    """),
            PlantedFile(
                "deploy/tickets.yaml", base: nil,
                head: """
                    kind: Pod
                    spec:
                      containers:
                        - name: tickets
                          securityContext:
                            privileged: true ⟵ container-privileged
                            runAsUser: 1000
                      volumes:
                        - name: data
                          hostPath: ⟵ kubernetes-host-path
                            path: /srv/tickets

                    """),
            PlantedFile(
                "infra/main.tf", base: nil,
                head: """
                    resource "aws_security_group" "tickets" {
                      ingress {
                        from_port   = 22
                        to_port     = 22
                        cidr_blocks = ["0.0.0.0/0"] ⟵ open-ingress
                      }
                      ingress {
                        from_port   = 443
                        to_port     = 443
                        cidr_blocks = ["0.0.0.0/0"]
                      }
                      egress {
                        from_port   = 0
                        to_port     = 0
                        cidr_blocks = ["0.0.0.0/0"]
                      }
                    }

                    """),
        ])
}
