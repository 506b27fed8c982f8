package io.comfygateway.delivery;

import io.comfygateway.job.Lease;
import io.comfygateway.job.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The deliveries that are due, were made, or have failed for good. */
public final class DeliveryStore {
  private static final int READ_AT_ONCE = 100;
  private static final UUID NO_DELIVERY = new UUID(0, 0);
  private static final int LONGEST_ERROR = 500;

  /** No target is called so: an empty list is not valid in SQL. */
  private static final String NO_TARGET = "";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/delivery.sql");
  private final InstantSource clock;
  private final Lease lease;
  private volatile Instant claimsLost = Instant.MIN;

  /** Who was the first of those that took turns the last time. */
  private volatile String lastFirst = "";

  /**
   * Makes the store.
   *
   * @param lease how this gateway holds a delivery that it has begun
   */
  public DeliveryStore(
      JdbcClient jdbc, TransactionTemplate transaction, InstantSource clock, Lease lease) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.clock = clock;
    this.lease = lease;
  }

  /**
   * Adds a delivery; to be called inside the transaction that makes the event true.
   *
   * @param after the delivery that must have ended before this one is due
   * @return its id
   */
  public UUID add(UUID job, String kind, String event, String target, Optional<UUID> after) {
    UUID id = UUID.randomUUID();
    jdbc.sql(sql.get("insert"))
        .param("id", id)
        .param("job", job)
        .param("kind", kind)
        .param("event", event)
        .param("status", after.isPresent() ? "waiting" : "due")
        .param("target", target)
        .param("after", after.orElse(null), Types.OTHER)
        .param("now", at(clock.instant()))
        .update();
    return id;
  }

  /**
   * Adds the delivery that tells of the end of a batch; to be called inside the transaction that
   * ends its last job.
   */
  public void addOfBatch(UUID batch, String event, String target) {
    jdbc.sql(sql.get("insert-of-batch"))
        .param("id", UUID.randomUUID())
        .param("batch", batch)
        .param("event", event)
        .param("target", target)
        .param("now", at(clock.instant()))
        .update();
  }

  /** The deliveries of a batch, without those of its jobs. */
  public List<Delivery> ofBatch(UUID batch) {
    return jdbc.sql(sql.get("of-batch")).param("batch", batch).query(DeliveryStore::read).list();
  }

  /** Whether outputs of a batch are still being copied. */
  public boolean copiesOfBatch(UUID batch) {
    return jdbc.sql(sql.get("open-copies-of-batch"))
            .param("batch", batch)
            .query(Integer.class)
            .single()
        > 0;
  }

  /** Gives a delivery back as if it had not been tried. */
  void postpone(Delivery delivery, Duration wait) {
    jdbc.sql(sql.get("postpone"))
        .param("id", delivery.id())
        .param("fence", delivery.fence())
        .param("due", at(clock.instant().plus(wait)))
        .update();
  }

  /** Makes the ended delivery of a batch due again, under the same id; says how many. */
  public int redeliverBatch(UUID batch) {
    return jdbc.sql(sql.get("redeliver-batch"))
        .param("batch", batch)
        .param("now", at(clock.instant()))
        .update();
  }

  public Optional<Delivery> find(UUID id) {
    return jdbc.sql(sql.get("find")).param("id", id).query(DeliveryStore::read).optional();
  }

  public List<Delivery> of(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(DeliveryStore::read).list();
  }

  /** The deliveries of several jobs. */
  public List<Delivery> of(Collection<UUID> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("of-jobs")).param("jobs", jobs).query(DeliveryStore::read).list();
  }

  /** The tries that are under way at this gateway, by target and by the caller whose they are. */
  public record UnderWay(Map<String, Integer> byTarget, Map<String, Integer> byOwner) {}

  /** How many tries there may be at a time: at one target, for one caller, and begun at once. */
  public record Limits(int perTarget, int perOwner, int most) {}

  /**
   * Takes deliveries that are due into this gateway's hands. Callers take turns, those first who
   * have the fewest tries under way: one whose receivers do not answer holds up nobody else.
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
          // What those before left over.
          owners.forEach(owner -> turn.take(owner, turn.left()));
          return claim(turn.chosen(), now);
        });
  }

  // Of several that have as many, those that come after the one that was first the last time.
  private List<String> inTurn(Map<String, Integer> byOwner, Instant now) {
    List<String> owners =
        new ArrayList<>(
            jdbc.sql(sql.get("due-owners")).param("now", at(now)).query(String.class).list());
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

  /** What is chosen in one claim. */
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

    // What is read may all be for one target that is then at its limit; what is due to others must
    // not wait behind it.
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
          .param("now", at(now))
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
                .param("now", at(now))
                .query((row, n) -> row.getObject("id", UUID.class))
                .list();
    if (ours.isEmpty()) {
      return List.of();
    }
    jdbc.sql(sql.get("claim"))
        .param("ids", ours)
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", at(lease.until(now)))
        .param("now", at(now))
        .update();
    return jdbc.sql(sql.get("claimed")).param("ids", ours).query(DeliveryStore::read).list();
  }

  /** Whether what was claimed then is this gateway's for certain, without asking. */
  public boolean isSure(Instant claimed) {
    return claimed.isAfter(claimsLost) && clock.instant().isBefore(lease.certainUntil(claimed));
  }

  /** Has retries wait no longer than they were to, as {@link io.comfygateway.job.ClockSteps}. */
  public void clockSetBack(Duration by, Instant before) {
    claimsLost = before;
    jdbc.sql(sql.get("due-earlier"))
        .param("seconds", by.toSeconds())
        .param("now", at(clock.instant()))
        .update();
  }

  /** Takes nothing for sure that was claimed up to now: the database may have lost it. */
  public void doubtClaims() {
    claimsLost = clock.instant();
  }

  /**
   * Keeps a delivery for another lease; asked right before it is sent.
   *
   * @return false where another gateway has it by now
   */
  public boolean keep(Delivery delivery) {
    return jdbc.sql(sql.get("keep"))
            .param("id", delivery.id())
            .param("fence", delivery.fence())
            .param("leaseUntil", at(lease.until(clock.instant())))
            .update()
        == 1;
  }

  /** Keeps the deliveries that are under way this gateway's own. */
  public void heartbeat(Collection<UUID> underWay) {
    if (!underWay.isEmpty()) {
      jdbc.sql(sql.get("heartbeat"))
          .param("ids", underWay)
          .param("leaseOwner", lease.owner())
          .param("leaseUntil", at(lease.until(clock.instant())))
          .update();
    }
  }

  /**
   * Notes how a try ended.
   *
   * @return false where a later holder has the delivery
   */
  public boolean settle(Delivery delivery, Verdict verdict, Optional<Integer> lastStatus) {
    Instant now = clock.instant();
    String status =
        verdict instanceof Verdict.Delivered
            ? "delivered"
            : verdict instanceof Verdict.TryAgain ? "due" : "dead";
    Instant due = verdict instanceof Verdict.TryAgain again ? again.at() : now;
    Optional<String> why = reason(verdict);
    return transaction.execute(
        tx -> {
          int changed =
              jdbc.sql(sql.get("settle"))
                  .param("id", delivery.id())
                  .param("fence", delivery.fence())
                  .param("status", status)
                  .param("due", at(due))
                  .param("lastStatus", lastStatus.orElse(null), Types.INTEGER)
                  .param("lastError", why.map(DeliveryStore::shortened).orElse(null), Types.VARCHAR)
                  .update();
          if (changed == 1 && !"due".equals(status)) {
            jdbc.sql(sql.get("release-next"))
                .param("id", delivery.id())
                .param("now", at(now))
                .update();
          }
          return changed == 1;
        });
  }

  private static Optional<String> reason(Verdict verdict) {
    if (verdict instanceof Verdict.TryAgain again) {
      return Optional.of(again.reason());
    }
    return verdict instanceof Verdict.GiveUp given ? Optional.of(given.reason()) : Optional.empty();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR);
  }

  /**
   * Makes a job's ended deliveries due again, under the same ids and in the same order. Outputs are
   * copied into S3 anew: whoever asks for that may have lost them there.
   *
   * @return how many
   */
  public int redeliver(UUID job) {
    return transaction.execute(
        tx -> {
          int due =
              jdbc.sql(sql.get("redeliver"))
                  .param("job", job)
                  .param("now", at(clock.instant()))
                  .update();
          jdbc.sql(sql.get("forget-copies")).param("job", job).update();
          return due;
        });
  }

  /** Frees what this gateway has in its hands: as it stops, and after it was killed. */
  public void releaseLeases() {
    jdbc.sql(sql.get("release-leases")).param("leaseOwner", lease.owner()).update();
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  private static Delivery read(ResultSet row, int number) throws SQLException {
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
        new Delivery.Tries(
            row.getInt("attempts"),
            Optional.ofNullable(row.getObject("first_at", OffsetDateTime.class))
                .map(OffsetDateTime::toInstant)),
        row.getLong("fence"),
        new Delivery.Last(status, Optional.ofNullable(row.getString("last_error"))));
  }
}
