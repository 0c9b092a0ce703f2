// How to connect, in the languages that people connect from. The password is never among it. `database`: the
// initial one, or "".
import { quote } from "./create";

export type Place = { address: string; port: number };
export type Snippet = { id: string; name: string; text: string };

export function snippets(user: string, database: string, writers: readonly Place[], cluster: Place | undefined): Snippet[] {
  const first = cluster ?? writers[0];
  if (!first) return [];
  const second = writers[1] ?? first;
  const one = writers[0] ?? first;
  return [
    {
      id: "shell",
      name: "Shell",
      text: [
        `export AURORA_NODE1=${one.address}:${one.port}`,
        ...(writers.length > 1 ? [`export AURORA_NODE2=${second.address}:${second.port}`] : []),
        `export AURORA_USER=${quote(user)}`,
        "read -rs AURORA_PASSWORD && export AURORA_PASSWORD",
      ].join("\n"),
    },
    {
      id: "client",
      name: "mysql client",
      text: writers.map((w) => `mariadb --protocol=tcp -h ${w.address} -P ${w.port} -u ${quote(user)} -p`).join("\n"),
    },
    {
      id: "python",
      name: "Python",
      text: [
        "import os, pymysql",
        "connection = pymysql.connect(",
        `    host=${JSON.stringify(first.address)}, port=${first.port}, user=${JSON.stringify(user)},`,
        `    password=os.environ["AURORA_PASSWORD"],${database && ` database=${JSON.stringify(database)},`}`,
        '    ssl={"ca": "borealis-ca.pem"})',
      ].join("\n"),
    },
    {
      id: "node",
      name: "Node",
      text: [
        'import { readFileSync } from "node:fs";',
        'import mysql from "mysql2/promise";',
        "const connection = await mysql.createConnection({",
        `  host: ${JSON.stringify(first.address)}, port: ${first.port}, user: ${JSON.stringify(user)},`,
        `  password: process.env.AURORA_PASSWORD,${database && ` database: ${JSON.stringify(database)},`}`,
        '  ssl: { ca: readFileSync("borealis-ca.pem") },',
        "});",
      ].join("\n"),
    },
    {
      id: "jdbc",
      name: "JDBC",
      text:
        `jdbc:mariadb:sequential://${(writers.length ? writers : [first]).map((w) => `${w.address}:${w.port}`).join(",")}` +
        `/${database}?user=${encodeURIComponent(user)}&sslMode=verify-ca&serverSslCert=borealis-ca.pem`,
    },
  ];
}
