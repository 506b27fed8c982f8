package io.comfygateway.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where the gateway stores its jobs. */
record Store(String name, Optional<EmbeddedPostgres> server) implements AutoCloseable {

  static Store embedded() {
    return new Store("H2, as shipped", Optional.empty());
  }

  /**
   * @throws IOException where it does not start
   */
  static Store postgresql() throws IOException {
    EmbeddedPostgres server = EmbeddedPostgres.start();
    return new Store("PostgreSQL, with its own defaults", Optional.of(server));
  }

  /** The environment of a gateway that stores there. */
  Map<String, String> addTo(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    server.ifPresent(
        postgres -> {
          all.put(
              "GATEWAY_DB_URL", "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres");
          all.put("GATEWAY_DB_USER", "postgres");
        });
    return all;
  }

  @Override
  public void close() throws IOException {
    if (server.isPresent()) {
      server.get().close();
    }
  }
}
