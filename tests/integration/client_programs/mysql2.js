// Node's mysql2: see README.md.
const mysql = require('mysql2/promise');
const readline = require('readline');

const [host, port, user, password] = process.argv.slice(2);
const CONFLICT = [1213, 1020];
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (event) => console.log(JSON.stringify(event));
const connect = () =>
  mysql.createConnection({ host, port: Number(port), user, password, database: 'c' });

// Runs a transaction until it commits; returns the errors on the way.
async function withRetry(connection, transaction, attemptsMax = 20) {
  const errors = [];
  while (true) {
    try {
      await connection.beginTransaction();
      await transaction(errors.length);
      await connection.commit();
      return errors;
    } catch (error) {
      if (!CONFLICT.includes(error.errno) || errors.length === attemptsMax) throw error;
      errors.push(error.errno);
      await connection.rollback();
    }
  }
}

async function main() {
  let connection = await connect();
  connection.on('error', () => {});  // a lost connection shows in the next statement
  await connection.execute('INSERT INTO t VALUES (?, 1)', ['mysql2']);
  const [rows] = await connection.execute('SELECT n FROM t WHERE who = ?', ['mysql2']);
  say({ event: 'wrote', n: rows[0].n });
  try {
    await connection.query('ALTER SYSTEM CRASH');
    say({ event: 'crashed', lost: false });
  } catch (error) {
    say({ event: 'crashed', code: error.code,
          lost: ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'].includes(error.code) });
  }
  await lines.next();
  connection = await connect();
  const errors = await withRetry(connection, async (attempt) => {
    await connection.execute('SELECT n FROM t WHERE who = ?', ['mysql2']);
    if (attempt === 0) {
      say({ event: 'read' });
      await lines.next();
    }
    await connection.execute('UPDATE t SET n = n + 1 WHERE who = ?', ['mysql2']);
  });
  say({ event: 'done', errors });
  await connection.end();
  process.exit(0);
}

main().catch((error) => {
  console.log(String(error));
  process.exit(1);
});
