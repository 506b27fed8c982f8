package io.comfygateway.job;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.database.SqlFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The gateways on one PostgreSQL, and the differences between them that do harm: a gateway that
 * does not know the server of a job runs the job again, a callback is signed with a secret that its
 * receiver does not know, and clocks that disagree end leases too early.
 */
public final class Roster {
  private static final Logger LOG = LoggerFactory.getLogger(Roster.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
  private static final Duration PRESENT_FOR = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/postgresql.sql");
  private final boolean shared;
  private final Lease lease;
  private final Supplier<Facts> facts;
  private final InstantSource clock;
  private final InstantSource pauses;
  private Instant next = Instant.MIN;
  private volatile List<String> faults = List.of();

  /**
   * What all gateways should have in common.
   *
   * @param servers the hash of each server's address, by its name
   * @param callbackSecrets a hash of the secrets that callbacks are signed with
   */
  public record Facts(Map<String, String> servers, String callbackSecrets) {

    private static final String SECRETS = "callback-secret ";
    private static final String SERVER = "server ";

    String text() {
      StringBuilder text = new StringBuilder(SECRETS).append(callbackSecrets);
      servers.forEach(
          (name, hash) -> text.append('\n').append(SERVER).append(hash).append(' ').append(name));
      return text.toString();
    }

    static Facts of(String text) {
      Map<String, String> servers = new LinkedHashMap<>();
      String secrets = "";
      for (String line : text.split("\n")) {
        if (line.startsWith(SECRETS)) {
          secrets = line.substring(SECRETS.length());
        } else if (line.startsWith(SERVER)) {
          String[] parts = line.substring(SERVER.length()).split(" ", 2);
          servers.put(parts[1], parts[0]);
        }
      }
      return new Facts(servers, secrets);
    }
  }

  /**
   * Makes the roster.
   *
   * @param shared whether there may be other gateways; if not, it does nothing
   * @param lease this gateway's id, and how far clocks may differ: a tenth of its length
   */
  public Roster(
      JdbcClient jdbc, boolean shared, Lease lease, Supplier<Facts> facts, InstantSource clock) {
    this.jdbc = jdbc;
    this.shared = shared;
    this.lease = lease;
    this.facts = facts;
    this.clock = clock;
    this.pauses = new SteadyClock(clock);
  }

  /** Announces this gateway and compares it with the others, every few seconds at most. */
  public synchronized void look() {
    Instant now = pauses.instant();
    if (!shared || now.isBefore(next)) {
      return;
    }
    next = now.plus(BETWEEN_LOOKS);
    Facts own = facts.get();
    jdbc.sql(sql.get("announce")).param("id", lease.owner()).param("facts", own.text()).update();
    jdbc.sql(sql.get("forget-others")).update();
    List<String> found = new ArrayList<>(clockFaults());
    jdbc.sql(sql.get("others"))
        .param("id", lease.owner())
        .param("seconds", PRESENT_FOR.toSeconds())
        .query(
            row -> {
              found.addAll(differences(row.getString("id"), own, Facts.of(row.getString("facts"))));
            });
    report(found);
  }

  /** How the gateways differ, in sentences for the operator. */
  public List<String> faults() {
    return faults;
  }

  private void report(List<String> found) {
    List<String> before = faults;
    found.stream()
        .filter(fault -> !before.contains(fault))
        .forEach(fault -> LOG.warn("gateways on one database differ fault=\"{}\"", fault));
    if (found.isEmpty() && !before.isEmpty()) {
      LOG.info("gateways on one database agree");
    }
    faults = List.copyOf(found);
  }

  private List<String> clockFaults() {
    Instant before = clock.instant();
    Instant there = jdbc.sql(sql.get("clock")).query(OffsetDateTime.class).single().toInstant();
    Instant after = clock.instant();
    Duration most = lease.length().dividedBy(10);
    // The database read its clock at some time between the two.
    boolean isAhead = Duration.between(there, before).compareTo(most) > 0;
    boolean isBehind = Duration.between(after, there).compareTo(most) > 0;
    return isAhead || isBehind
        ? List.of(
            "the clock of this machine is more than %d s %s that of the database; leases (GATEWAY_LEASE_SECONDS) need clocks that agree: set both by NTP"
                .formatted(most.toSeconds(), isAhead ? "ahead of" : "behind"))
        : List.of();
  }

  private static List<String> differences(String other, Facts own, Facts its) {
    List<String> found = new ArrayList<>();
    TreeSet<String> differing = new TreeSet<>();
    own.servers().forEach((name, hash) -> addIf(differing, name, hash, its.servers()));
    its.servers().forEach((name, hash) -> addIf(differing, name, hash, own.servers()));
    if (!differing.isEmpty()) {
      found.add(
          "%s has other servers than this gateway (COMFYUI_URLS, backends.yaml); they differ in: %s"
              .formatted(other, String.join(", ", differing)));
    }
    if (!own.callbackSecrets().equals(its.callbackSecrets())) {
      found.add("%s signs callbacks with another GATEWAY_CALLBACK_SECRET".formatted(other));
    }
    return found;
  }

  private static void addIf(
      TreeSet<String> differing, String name, String hash, Map<String, String> there) {
    if (!hash.equals(there.get(name))) {
      differing.add(name);
    }
  }
}
