package io.comfygateway.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The statements of an SQL file on the class path, each below a line {@code -- name: …}. */
public final class SqlFile {
  private static final String MARK = "-- name:";
  private final String file;
  private final Map<String, String> statements = new HashMap<>();

  /**
   * Reads the file.
   *
   * @param file its path on the class path, such as {@code /sql/job.sql}
   */
  public SqlFile(String file) {
    this.file = file;
    try (InputStream in = SqlFile.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no such SQL file: " + file);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String part : text.split("(?m)^(?=" + MARK + ")")) {
        if (part.startsWith(MARK)) {
          int end = part.indexOf('\n');
          statements.put(part.substring(MARK.length(), end).strip(), part.substring(end).strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The statement with this name. */
  public String get(String name) {
    String statement = statements.get(name);
    if (statement == null) {
      throw new IllegalArgumentException(file + " has no statement " + name);
    }
    return statement;
  }
}
