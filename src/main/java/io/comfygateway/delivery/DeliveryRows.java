package io.comfygateway.delivery;

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
        Optional.ofNullable(row.getString("destination")),
        new Delivery.Tries(
            row.getInt("attempts"),
            Optional.ofNullable(row.getObject("first_at", OffsetDateTime.class))
                .map(OffsetDateTime::toInstant)),
        row.getLong("fence"),
        new Delivery.Last(status, Optional.ofNullable(row.getString("last_error"))));
  }
}
