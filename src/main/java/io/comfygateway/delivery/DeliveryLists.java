package io.comfygateway.delivery;

import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages of deliveries, and their tries. */
public final class DeliveryLists {
  private static final Instant ALWAYS = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final UUID LAST = new UUID(-1, -1);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/attempt.sql");

  DeliveryLists(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Which deliveries.
   *
   * @param owner whose; empty for everybody's
   * @param status {@code waiting}, {@code due}, {@code delivered} or {@code dead}
   * @param kind {@code callback}, {@code batch}, {@code s3}, {@code copy} or {@code event}
   * @param target to this receiver ({@code host:port}) or destination
   * @param createdAfter added at this time or later
   * @param createdBefore added before this time
   * @param tried with such a try
   */
  public record Wanted(
      Optional<String> owner,
      Optional<String> status,
      Optional<String> kind,
      Optional<String> target,
      Optional<Instant> createdAfter,
      Optional<Instant> createdBefore,
      Tried tried) {}

  /**
   * Tries of deliveries.
   *
   * @param result with this result: {@code due}, {@code delivered} or {@code dead}
   * @param from at this time or later
   * @param before before this time
   */
  public record Tried(Optional<String> result, Optional<Instant> from, Optional<Instant> before) {
    private boolean isAny() {
      return result.isEmpty() && from.isEmpty() && before.isEmpty();
    }
  }

  /** A delivery of a list, and the place of it there. */
  public record Listed(Delivery delivery, Place place) {}

  /** A place in a list: what comes behind it is older. */
  public record Place(Instant created, UUID id) {}

  /**
   * Deliveries, newest first.
   *
   * @param after the last one of the page before
   */
  public List<Listed> page(Wanted wanted, Optional<Place> after, int limit) {
    return select(wanted.owner().isPresent() ? "list-own" : "list", wanted)
        .param("at", DeliveryRows.at(after.map(Place::created).orElse(NEVER)))
        .param("id", after.map(Place::id).orElse(LAST))
        .param("limit", limit)
        .query(DeliveryLists::listed)
        .list();
  }

  /**
   * How many of the newest deliveries each receiver or destination has of each status.
   *
   * @param limit how many are counted at most
   */
  public List<Count> counts(Wanted wanted, int limit) {
    return select(wanted.owner().isPresent() ? "count-own" : "count", wanted)
        .param("limit", limit)
        .query(
            (row, n) ->
                new Count(row.getString("target"), row.getString("status"), row.getLong("n")))
        .list();
  }

  /** How many deliveries to a receiver or destination have a status. */
  public record Count(String target, String status, long count) {}

  private JdbcClient.StatementSpec select(String name, Wanted wanted) {
    JdbcClient.StatementSpec statement =
        jdbc.sql(sql.get(name))
            .param("after", DeliveryRows.at(wanted.createdAfter().orElse(ALWAYS)))
            .param("until", DeliveryRows.at(wanted.createdBefore().orElse(NEVER)))
            .param("status", wanted.status().orElse(null), Types.VARCHAR)
            .param("kind", wanted.kind().orElse(null), Types.VARCHAR)
            .param("target", wanted.target().orElse(null), Types.VARCHAR)
            .param("anyTry", wanted.tried().isAny())
            .param("result", wanted.tried().result().orElse(null), Types.VARCHAR)
            .param("triedFrom", DeliveryRows.at(wanted.tried().from().orElse(ALWAYS)))
            .param("triedBefore", DeliveryRows.at(wanted.tried().before().orElse(NEVER)));
    return wanted.owner().map(owner -> statement.param("owner", owner)).orElse(statement);
  }

  private static Listed listed(ResultSet row, int number) throws SQLException {
    Delivery delivery = DeliveryRows.read(row, number);
    return new Listed(
        delivery,
        new Place(row.getObject("created_at", OffsetDateTime.class).toInstant(), delivery.id()));
  }

  /** The tries of a delivery, newest first. */
  public List<Attempt> attempts(UUID delivery, int limit) {
    return jdbc.sql(sql.get("of"))
        .param("delivery", delivery)
        .param("limit", limit)
        .query(DeliveryLists::attempt)
        .list();
  }

  private static Attempt attempt(ResultSet row, int number) throws SQLException {
    int status = row.getInt("status");
    Optional<Integer> answered = row.wasNull() ? Optional.empty() : Optional.of(status);
    return new Attempt(
        row.getInt("attempt"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getLong("took_ms"),
        row.getString("result"),
        answered,
        Optional.ofNullable(row.getString("error")),
        Optional.ofNullable(row.getString("answer")).orElse(""),
        Optional.ofNullable(row.getObject("next_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
