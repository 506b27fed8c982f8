package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In what gateways on one database differ. */
class RosterTest {
  private static final Lease ONE = new Lease("gateway-1", Duration.ofSeconds(30));
  private static final Lease TWO = new Lease("gateway-2", Duration.ofSeconds(30));
  private static final Roster.Facts FACTS = new Roster.Facts(Map.of("gpu 1", "a"), "secret");

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() {
    database = new Database(DatabaseKind.POSTGRESQL.inNewPlace(folder), 2);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Roster roster(Lease lease, Roster.Facts facts, InstantSource clock) {
    Roster roster = new Roster(database.jdbc(), true, lease, () -> facts, clock);
    roster.look();
    return roster;
  }

  private Roster roster(Lease lease, Roster.Facts facts) {
    return roster(lease, facts, InstantSource.system());
  }

  @Test
  void gateways_that_have_all_in_common_have_no_fault() {
    roster(ONE, FACTS);

    assertThat(roster(TWO, FACTS).faults()).isEmpty();
  }

  @Test
  void other_servers_are_told_by_their_names() {
    roster(ONE, FACTS);

    assertThat(roster(TWO, new Roster.Facts(Map.of("gpu 1", "b", "gpu 2", "c"), "secret")).faults())
        .singleElement()
        .asString()
        .contains("gateway-1", "gpu 1, gpu 2", "COMFYUI_URLS");
  }

  @Test
  void another_callback_secret_is_told_and_not_said() {
    roster(ONE, FACTS);

    assertThat(roster(TWO, new Roster.Facts(FACTS.servers(), "5f2c")).faults())
        .singleElement()
        .asString()
        .contains("gateway-1", "GATEWAY_CALLBACK_SECRET")
        .doesNotContain("5f2c", "secret ");
  }

  @Test
  void a_clock_that_differs_from_the_databases_is_told() {
    assertThat(roster(ONE, FACTS, () -> Instant.now().plusSeconds(90)).faults())
        .singleElement()
        .asString()
        .contains("ahead of", "NTP");
    assertThat(roster(TWO, FACTS, () -> Instant.now().minusSeconds(90)).faults())
        .singleElement()
        .asString()
        .contains("behind");
  }

  @Test
  void a_gateway_that_is_gone_counts_no_more() {
    roster(ONE, new Roster.Facts(Map.of(), "other"));
    database
        .jdbc()
        .sql("UPDATE gateway_roster SET seen_at = seen_at - INTERVAL '31 seconds'")
        .update();

    assertThat(roster(TWO, FACTS).faults()).isEmpty();
  }

  @Test
  void what_was_put_right_is_a_fault_no_more_a_few_seconds_later() {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    roster(ONE, new Roster.Facts(Map.of(), "other"));
    Roster two = roster(TWO, FACTS, () -> Instant.now().plus(ahead.get()));
    assertThat(two.faults()).hasSize(2);
    roster(ONE, FACTS);

    two.look();
    assertThat(two.faults()).as("not looked at again yet").hasSize(2);

    ahead.set(Duration.ofSeconds(5));
    two.look();
    assertThat(two.faults()).singleElement().asString().contains("clock");
  }

  @Test
  void alone_it_asks_nothing() {
    Roster roster = new Roster(null, false, ONE, () -> FACTS, InstantSource.system());

    roster.look();

    assertThat(roster.faults()).isEmpty();
  }
}
