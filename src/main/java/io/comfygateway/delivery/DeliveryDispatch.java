package io.comfygateway.delivery;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import io.comfygateway.job.Lease;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Chooses which due deliveries this gateway tries next, and leases them to it. */
public final class DeliveryDispatch {
  private static final int READ_AT_ONCE = 100;

  /** No delivery has this id; SQL takes no empty list. */
  private static final UUID NO_DELIVERY = new UUID(0, 0);

  /** No target has this name; SQL takes no empty list. */
  private static final String NO_TARGET = "";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/delivery.sql");
  private final InstantSource clock;
  private final Lease lease;

  /** The caller that was first in the last claim. */
  private volatile String lastFirst = "";

  DeliveryDispatch(Database database, InstantSource clock, Lease lease) {
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.clock = clock;
    this.lease = lease;
  }

  /** How many tries are under way at this gateway, by target and by caller. */
  public record UnderWay(Map<String, Integer> byTarget, Map<String, Integer> byOwner) {}

  /** How many tries may be under way: at one target and for one caller; and how many may begin. */
  public record Limits(int perTarget, int perOwner, int most) {}

  /**
   * Claims deliveries that are due. Callers take turns, beginning with those that have the fewest
   * tries under way, so that a caller whose receivers do not answer delays nobody else.
   */
  public List<Delivery> claim(UnderWay busy, Limits limits) {
    if (limits.most() <= 0) {
      return List.of();
    }
    return transaction.execute(
        status -> {
          Instant now = clock.instant();
          Turn turn = new Turn(busy, limits, now);
          List<String> owners = inTurn(turn.byOwner(), now);
          for (int n = 0; n < owners.size(); n++) {
            int waiting = owners.size() - n;
            turn.take(owners.get(n), (turn.left() + waiting - 1) / waiting);
          }
          // The share that some callers left over.
          owners.forEach(owner -> turn.take(owner, turn.left()));
          return claim(turn.chosen(), now);
        });
  }

  // Callers with equally many tries take turns in the order of their names.
  private List<String> inTurn(Map<String, Integer> byOwner, Instant now) {
    List<String> owners =
        new ArrayList<>(
            jdbc.sql(sql.get("due-owners"))
                .param("now", DeliveryRows.at(now))
                .query(String.class)
                .list());
    String last = lastFirst;
    owners.sort(
        Comparator.<String>comparingInt(owner -> byOwner.getOrDefault(owner, 0))
            .thenComparing(owner -> owner.compareTo(last) <= 0)
            .thenComparing(Comparator.naturalOrder()));
    if (!owners.isEmpty()) {
      lastFirst = owners.get(0);
    }
    return owners;
  }

  private record Due(UUID id, String target) {}

  /** The choice that one claim makes. */
  private final class Turn {
    private final Map<String, Integer> byTarget;
    private final Map<String, Integer> byOwner;
    private final Limits limits;
    private final Instant now;
    private final List<UUID> chosen = new ArrayList<>();

    Turn(UnderWay busy, Limits limits, Instant now) {
      this.byTarget = new HashMap<>(busy.byTarget());
      this.byOwner = new HashMap<>(busy.byOwner());
      this.limits = limits;
      this.now = now;
    }

    Map<String, Integer> byOwner() {
      return byOwner;
    }

    List<UUID> chosen() {
      return chosen;
    }

    int left() {
      return limits.most() - chosen.size();
    }

    // All rows that are read may be for one target, which then reaches its limit; deliveries to
    // others must not wait behind them.
    void take(String owner, int share) {
      int most = Math.min(share, limits.perOwner() - byOwner.getOrDefault(owner, 0));
      boolean more = most > 0;
      while (more) {
        List<Due> due = due(owner);
        int before = most;
        for (Due delivery : due) {
          if (most > 0 && byTarget.getOrDefault(delivery.target(), 0) < limits.perTarget()) {
            byTarget.merge(delivery.target(), 1, Integer::sum);
            byOwner.merge(owner, 1, Integer::sum);
            chosen.add(delivery.id());
            most--;
          }
        }
        more = most > 0 && most < before && due.size() == READ_AT_ONCE;
      }
    }

    private List<Due> due(String owner) {
      List<UUID> known = new ArrayList<>(chosen);
      known.add(NO_DELIVERY);
      return jdbc.sql(sql.get("due"))
          .param("owner", owner)
          .param("now", DeliveryRows.at(now))
          .param("full", full(byTarget, limits.perTarget()))
          .param("chosen", known)
          .param("limit", READ_AT_ONCE)
          .query((row, n) -> new Due(row.getObject("id", UUID.class), row.getString("target")))
          .list();
    }
  }

  private static List<String> full(Map<String, Integer> counts, int perTarget) {
    List<String> full = new ArrayList<>(List.of(NO_TARGET));
    counts.forEach(
        (target, count) -> {
          if (count >= perTarget) {
            full.add(target);
          }
        });
    return full;
  }

  private List<Delivery> claim(List<UUID> chosen, Instant now) {
    List<UUID> ours =
        chosen.isEmpty()
            ? List.of()
            : jdbc.sql(sql.get("lock"))
                .param("ids", chosen)
                .param("now", DeliveryRows.at(now))
                .query((row, n) -> row.getObject("id", UUID.class))
                .list();
    if (ours.isEmpty()) {
      return List.of();
    }
    jdbc.sql(sql.get("claim"))
        .param("ids", ours)
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", DeliveryRows.at(lease.until(now)))
        .param("now", DeliveryRows.at(now))
        .update();
    return jdbc.sql(sql.get("claimed")).param("ids", ours).query(DeliveryRows::read).list();
  }
}
