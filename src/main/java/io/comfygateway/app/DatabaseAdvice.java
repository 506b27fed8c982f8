package io.comfygateway.app;

import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.sql.SQLException;
import java.util.Set;

/** What an operator can do about a database that cannot be opened, by the cause. */
final class DatabaseAdvice {
  // H2: GENERAL_ERROR_1, IO_EXCEPTION_1, FILE_CORRUPTED_1 and IO_EXCEPTION_2.
  private static final Set<Integer> H2_DAMAGED = Set.of(50_000, 90_028, 90_030, 90_031);
  // H2: FILE_VERSION_ERROR_1
  private static final int H2_OTHER_FORMAT = 90_048;

  private final Settings settings;

  DatabaseAdvice(Settings settings) {
    this.settings = settings;
  }

  /** The file of H2. */
  private String file() {
    return settings.get(StorageSettings.DATA_DIR).resolve("gateway.mv.db").toString();
  }

  /** A sentence that says what to do. */
  String of(SQLException why) {
    return settings.database().url().isEmpty() ? ofH2(why) : ofServer(why);
  }

  private String ofH2(SQLException why) {
    if (why.getErrorCode() == H2_OTHER_FORMAT) {
      return "The file "
          + file()
          + " was written by another version of H2. Start the version of comfyui-gateway that wrote it.";
    }
    return H2_DAMAGED.contains(why.getErrorCode())
        ? "The file "
            + file()
            + " is damaged, or this user cannot read it. If it is damaged, move the data folder"
            + " away and restore the last backup: ./gateway restore FILE."
        : "Check that this user can read and write the file " + file() + ".";
  }

  private String ofServer(SQLException why) {
    String role = settings.get(StorageSettings.DB_USER).orElse("the role");
    String state = String.valueOf(why.getSQLState());
    return switch (state) {
      case "42501" ->
          "The role lacks the privilege. Let it create tables: GRANT USAGE, CREATE ON SCHEMA public"
              + " TO "
              + role
              + "; transfer tables of another role with ALTER TABLE … OWNER TO.";
      case "25006" ->
          "The database is read-only: it is a standby, or default_transaction_read_only is on. Set"
              + " GATEWAY_DB_URL to the primary.";
      case "53300" ->
          "No connection is left. Lower GATEWAY_DB_CONNECTIONS of each gateway ("
              + settings.get(StorageSettings.DB_CONNECTIONS)
              + " now), or raise max_connections of the server or the CONNECTION LIMIT of the role.";
      case "28P01", "28000" ->
          "The server refuses the login. Check GATEWAY_DB_USER and GATEWAY_DB_PASSWORD, and the"
              + " server's pg_hba.conf.";
      case "3D000" ->
          "Create the database (CREATE DATABASE … OWNER "
              + role
              + "), or correct its name in GATEWAY_DB_URL.";
      case "3F000" ->
          "The schema does not exist. Create it (CREATE SCHEMA … AUTHORIZATION "
              + role
              + "), or correct currentSchema in GATEWAY_DB_URL.";
      case "08001", "08004", "08006" ->
          "Check that the server runs and that GATEWAY_DB_URL names its host and port.";
      case "53100" -> "The disk of the database server is full.";
      default ->
          "Check GATEWAY_DB_URL, GATEWAY_DB_USER and GATEWAY_DB_PASSWORD, and that the server"
              + " runs.";
    };
  }
}
