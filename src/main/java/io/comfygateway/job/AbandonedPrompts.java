package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The prompts that were left on servers which did not answer. The gateway that sees the server
 * first when it is back stops them there.
 */
public final class AbandonedPrompts {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/abandoned.sql");

  public AbandonedPrompts(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A prompt that no job waits for. */
  public record Abandoned(String backend, UUID job) {}

  /** Notes that a job's prompt is to be stopped. Call it before the job ends or moves. */
  public void add(String backend, UUID job) {
    try {
      if (named("find", backend, job).query(Integer.class).single() == 0) {
        named("add", backend, job).update();
      }
    } catch (DuplicateKeyException another) {
      // Another gateway noted the same at the same time.
    }
  }

  /**
   * Some of the prompts to stop, except those whose job has been sent to the same server since.
   *
   * @param backends the servers that answer
   */
  public List<Abandoned> toStop(Collection<String> backends) {
    return backends.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("to-stop"))
            .param("backends", backends)
            .query(
                (row, n) ->
                    new Abandoned(row.getString("backend"), row.getObject("job_id", UUID.class)))
            .list();
  }

  /** Notes that a prompt was stopped. */
  public void stopped(Abandoned prompt) {
    named("remove", prompt.backend(), prompt.job()).update();
  }

  private JdbcClient.StatementSpec named(String name, String backend, UUID job) {
    return jdbc.sql(sql.get(name)).param("backend", backend).param("job", job);
  }
}
