import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** PostgreSQL's JDBC driver against the BI door; each line that is printed is one finding. */
class Check {
  public static void main(String[] given) throws SQLException {
    Properties settings = new Properties();
    settings.setProperty("user", given[1]);
    settings.setProperty("password", given[2]);
    settings.setProperty("sslmode", "verify-ca");
    settings.setProperty("sslrootcert", given[3]);
    // From the first execution on, statements are named and rows come in binary.
    settings.setProperty("prepareThreshold", "-1");
    try (Connection connection = DriverManager.getConnection(given[0], settings)) {
      describe(connection.getMetaData());
      ask(connection);
      fetchInParts(connection);
      fail(connection);
    }
  }

  private static void describe(DatabaseMetaData told) throws SQLException {
    say("product", told.getDatabaseProductName(), told.getUserName());
    String[] kinds = {"TABLE", "VIEW"};
    try (ResultSet tables = told.getTables(null, "public", "%", kinds)) {
      while (tables.next()) {
        say("table", tables.getString("TABLE_NAME"), tables.getString("TABLE_TYPE"),
            tables.getString("REMARKS"));
      }
    }
    try (ResultSet columns = told.getColumns(null, "public", "margins", "%")) {
      while (columns.next()) {
        say("column", columns.getString("COLUMN_NAME"), columns.getString("TYPE_NAME"),
            columns.getString("REMARKS"));
      }
    }
    try (ResultSet keys = told.getPrimaryKeys(null, "public", "sales")) {
      say("has a key", keys.next());
    }
    say("has keywords", told.getSQLKeywords().contains("ilike"));
  }

  private static void ask(Connection connection) throws SQLException {
    String sql = "SELECT season, MEASURE(count), MEASURE(net), MAX(last_sold_at) FROM sales"
        + " WHERE sold_at >= ? AND season = ? GROUP BY 1";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (String season : List.of("2024/25", "2025/26", "nothing")) {
        statement.setTimestamp(1, Timestamp.valueOf("2024-01-01 00:00:00"));
        statement.setString(2, season);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            say("row", rows.getString(1), rows.getLong(2), rows.getBigDecimal(3),
                rows.getTimestamp(4));
          }
        }
      }
    }
  }

  private static void fetchInParts(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(1);
      List<String> seasons = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery("SELECT season FROM sales GROUP BY 1 ORDER BY 1")) {
        while (rows.next()) {
          seasons.add(rows.getString(1));
        }
      }
      say("in parts", seasons);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static void fail(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : List.of("SELECT missing FROM sales", "DELETE FROM sales")) {
        try {
          statement.execute(sql);
          say("no error", sql);
        } catch (SQLException error) {
          say("error", error.getSQLState());
        }
      }
      try (ResultSet rows = statement.executeQuery("SELECT 1")) {
        say("goes on", rows.next());
      }
    }
  }

  private static void say(Object... words) {
    List<String> said = new ArrayList<>();
    for (Object word : words) {
      said.add(String.valueOf(word));
    }
    System.out.println(String.join(" | ", said));
  }
}
