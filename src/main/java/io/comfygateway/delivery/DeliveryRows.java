package io.comfygateway.delivery;

import io.comfygateway.sink.Destination;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/** Converts rows of the delivery table, and times for its columns. */
final class DeliveryRows {
  private DeliveryRows() {}

  /** The instant as the database keeps it, in milliseconds. */
  static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  /** The row at which a result set stands. */
  static Delivery read(ResultSet row, int number) throws SQLException {
    int lastStatus = row.getInt("last_status");
    Optional<Integer> status = row.wasNull() ? Optional.empty() : Optional.of(lastStatus);
    return new Delivery(
        row.getObject("id", UUID.class),
        Optional.ofNullable(row.getObject("job_id", UUID.class))
            .orElse(row.getObject("batch_id", UUID.class)),
        row.getString("owner"),
        row.getString("kind"),
        row.getString("event"),
        row.getString("status"),
        row.getString("target"),
        destination(row),
        new Delivery.Tries(
            row.getInt("attempts"),
            Optional.ofNullable(row.getObject("first_at", OffsetDateTime.class))
                .map(OffsetDateTime::toInstant)),
        row.getLong("fence"),
        new Delivery.Last(status, Optional.ofNullable(row.getString("last_error"))));
  }

  // A gateway of an earlier version does not name that of the short form.
  private static Optional<String> destination(ResultSet row) throws SQLException {
    Optional<String> named = Optional.ofNullable(row.getString("destination"));
    return named.isEmpty() && Delivery.SHORT_FORM.equals(row.getString("kind"))
        ? Optional.of(Destination.DEFAULT)
        : named;
  }
}
