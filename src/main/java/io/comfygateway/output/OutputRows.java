package io.comfygateway.output;

import io.comfygateway.database.SqlFile;
import io.comfygateway.media.Dimensions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the store knows of outputs; their bytes are in the {@link OutputStore}. */
public final class OutputRows {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/output.sql");

  public OutputRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Adds an output; to be called inside the transaction that ends its job. */
  public void insert(Output output) {
    jdbc.sql(sql.get("insert"))
        .param("job", output.job())
        .param("idx", output.index())
        .param("node", output.source().node())
        .param("kind", output.source().kind())
        .param("filename", output.source().filename())
        .param("contentType", output.stored().contentType())
        .param("bytes", output.stored().bytes())
        .param("sha256", output.stored().sha256())
        .param(
            "width",
            output.stored().dimensions().map(Dimensions::width).orElse(null),
            Types.INTEGER)
        .param(
            "height",
            output.stored().dimensions().map(Dimensions::height).orElse(null),
            Types.INTEGER)
        .param("location", output.stored().location())
        .update();
  }

  /** A job's outputs in their order. */
  public List<Output> of(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(OutputRows::read).list();
  }

  /** The outputs of several jobs. */
  public List<Output> of(Collection<UUID> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("of-jobs")).param("jobs", jobs).query(OutputRows::read).list();
  }

  public Optional<Output> find(UUID job, int index) {
    return jdbc.sql(sql.get("one"))
        .param("job", job)
        .param("idx", index)
        .query(OutputRows::read)
        .optional();
  }

  private static Output read(ResultSet row, int number) throws SQLException {
    int width = row.getInt("width");
    boolean hasSize = !row.wasNull();
    Optional<Dimensions> dimensions =
        hasSize ? Optional.of(new Dimensions(width, row.getInt("height"))) : Optional.empty();
    return new Output(
        row.getObject("job_id", UUID.class),
        row.getInt("idx"),
        new Output.Source(row.getString("node"), row.getString("kind"), row.getString("filename")),
        new StoredOutput(
            row.getString("location"),
            row.getLong("bytes"),
            row.getString("sha256"),
            row.getString("content_type"),
            dimensions),
        Optional.ofNullable(row.getObject("expired_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
