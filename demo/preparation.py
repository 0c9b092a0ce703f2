"""What the client may do before and beside its rows: the table, and its count once a second."""
import threading

import pymysql

from client_node import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S

TABLE = ("CREATE TABLE IF NOT EXISTS course (title VARCHAR(40), instructor VARCHAR(40), duration INT,"
         " created DATE, url VARCHAR(256))")
COUNT_PAUSE_S = 1


def connect(addresses, login):
    """To the first of the nodes that answers. Raises what the last one said."""
    failure = None
    for host, port in addresses:
        try:
            return pymysql.connect(host=host, port=port, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S,
                                   read_timeout=ANSWER_TIMEOUT_S, write_timeout=ANSWER_TIMEOUT_S, **login)
        except pymysql.MySQLError as e:
            failure = e
    raise failure


def prepare(addresses, login, empty):
    """Makes the database and its table where they are missing; `empty` takes all rows away."""
    login = dict(login)
    database = login.pop("database")
    connection = connect(addresses, login)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE IF NOT EXISTS `" + database.replace("`", "``") + "`")
        connection.select_db(database)
        cursor.execute(TABLE)
        if empty:
            cursor.execute("TRUNCATE TABLE course")


class Counter(threading.Thread):
    """Journals `select count(*) from course` once a second and at the end, from any node that answers."""

    def __init__(self, addresses, login, journal):
        super().__init__(daemon=True)
        self._addresses, self._login, self._journal = addresses, login, journal
        self._done = threading.Event()

    def count(self):
        try:
            connection = connect(self._addresses, self._login)
            with connection, connection.cursor() as cursor:
                cursor.execute("SET SESSION wsrep_sync_wait = 1")  # all that was acknowledged anywhere
                cursor.execute("SELECT count(*) FROM course")
                self._journal.write("count", "", count=cursor.fetchone()[0])
        except pymysql.MySQLError:
            pass  # the next second has another try

    def run(self):
        while not self._done.wait(COUNT_PAUSE_S):
            self.count()

    def stop(self):
        self._done.set()
        self.join()
        self.count()
