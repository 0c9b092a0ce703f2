// MariaDB Connector/J: see README.md.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

public class ConnectorJ {
  static final int ATTEMPTS_MAX = 20;
  static final BufferedReader IN = new BufferedReader(new InputStreamReader(System.in));

  interface Work {
    void run(int attempt) throws Exception;
  }

  static boolean isConflict(SQLException error) {
    return error.getErrorCode() == 1213 || error.getErrorCode() == 1020;
  }

  // Runs a transaction until it commits; returns the errors on the way.
  static List<Integer> withRetry(Connection connection, Work work) throws Exception {
    List<Integer> errors = new ArrayList<>();
    connection.setAutoCommit(false);
    while (true) {
      try {
        work.run(errors.size());
        connection.commit();
        return errors;
      } catch (SQLException error) {
        if (!isConflict(error) || errors.size() == ATTEMPTS_MAX) throw error;
        errors.add(error.getErrorCode());
        connection.rollback();
      }
    }
  }

  public static void main(String[] args) throws Exception {
    String url = "jdbc:mariadb://" + args[0] + ":" + args[1] + "/c";
    Connection connection = DriverManager.getConnection(url, args[2], args[3]);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO t VALUES ('connector_j', 1)");
      ResultSet rows = statement.executeQuery("SELECT n FROM t WHERE who = 'connector_j'");
      rows.next();
      System.out.println("{\"event\": \"wrote\", \"n\": " + rows.getInt(1) + "}");
      try {
        statement.execute("ALTER SYSTEM CRASH");
        System.out.println("{\"event\": \"crashed\", \"lost\": false}");
      } catch (SQLException error) {
        // 08...: the connection is lost, whatever the driver's number.
        System.out.println("{\"event\": \"crashed\", \"code\": \"" + error.getSQLState()
            + "\", \"lost\": " + error.getSQLState().startsWith("08") + "}");
      }
    }
    IN.readLine();
    Connection again = DriverManager.getConnection(url, args[2], args[3]);
    List<Integer> errors = withRetry(again, attempt -> {
      try (Statement statement = again.createStatement()) {
        statement.executeQuery("SELECT n FROM t WHERE who = 'connector_j'").close();
        if (attempt == 0) {
          System.out.println("{\"event\": \"read\"}");
          IN.readLine();
        }
        statement.executeUpdate("UPDATE t SET n = n + 1 WHERE who = 'connector_j'");
      }
    });
    System.out.println("{\"event\": \"done\", \"errors\": " + errors + "}");
    again.close();
  }
}
