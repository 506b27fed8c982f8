package io.comfygateway.sink;

import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the store knows of copies: one row for an output at a destination. */
public final class CopyRows {
  private static final int LONGEST_LOCATION = 2_048;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/copy.sql");

  public CopyRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Notes a copy that is about to be made, unless it is known.
   *
   * @return the copy as it is known: with the key of the first try
   */
  public OutputCopy begin(OutputCopy copy) {
    return find(copy.job(), copy.index(), copy.destination())
        .orElseGet(
            () -> {
              jdbc.sql(sql.get("insert"))
                  .param("job", copy.job())
                  .param("idx", copy.index())
                  .param("destination", copy.destination())
                  .param("key", copy.key())
                  .update();
              return copy;
            });
  }

  private Optional<OutputCopy> find(UUID job, int index, String destination) {
    return jdbc.sql(sql.get("one"))
        .param("job", job)
        .param("idx", index)
        .param("destination", destination)
        .query(CopyRows::read)
        .optional();
  }

  /** Notes that a copy is at its destination. */
  public void done(OutputCopy copy, String location, Instant now) {
    jdbc.sql(sql.get("done"))
        .param("job", copy.job())
        .param("idx", copy.index())
        .param("destination", copy.destination())
        .param(
            "location",
            location.length() <= LONGEST_LOCATION
                ? location
                : location.substring(0, LONGEST_LOCATION))
        .param("now", now.atOffset(ZoneOffset.UTC))
        .update();
  }

  /** The copies of the outputs of jobs. */
  public List<OutputCopy> of(Collection<UUID> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("of-jobs")).param("jobs", jobs).query(CopyRows::read).list();
  }

  private static OutputCopy read(ResultSet row, int number) throws SQLException {
    boolean isDone = row.getObject("copied_at", OffsetDateTime.class) != null;
    return new OutputCopy(
        row.getObject("job_id", UUID.class),
        row.getInt("idx"),
        row.getString("destination"),
        row.getString("object_key"),
        Optional.ofNullable(row.getString("location")).filter(location -> isDone));
  }
}
