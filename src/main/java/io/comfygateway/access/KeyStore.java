package io.comfygateway.access;

import io.comfygateway.job.SqlFile;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The keys that the gateway itself has made; of each only the salted hash is kept. */
public final class KeyStore {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/access.sql");

  public KeyStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  public List<KeyRecord> all() {
    return jdbc.sql(sql.get("keys"))
        .query(
            (row, n) ->
                new KeyRecord(
                    row.getString("name"),
                    row.getString("salt"),
                    row.getString("hash"),
                    Scope.parse(row.getString("scopes"))))
        .list();
  }

  /** Keeps a new key. */
  public void add(KeyRecord key, Instant now) {
    jdbc.sql(sql.get("insert-key"))
        .param("name", key.name())
        .param("salt", key.salt())
        .param("hash", key.hash())
        .param("scopes", String.join("+", key.scopes().stream().map(Scope::word).sorted().toList()))
        .param("now", now.atOffset(ZoneOffset.UTC))
        .update();
  }
}
