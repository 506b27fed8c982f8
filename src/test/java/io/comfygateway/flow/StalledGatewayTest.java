package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.flow.Wire.Held;
import io.comfygateway.flow.Wire.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway stands still for longer than its lease, as a host does that is out of breath. The other
 * one takes up its work, and when it wakes up it changes nothing.
 */
@Tag("timing")
@Tag("slow")
class StalledGatewayTest {
  private static final AtomicInteger COLOURS = new AtomicInteger();

  // After the lease, also where both cores are busy.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static Comfy comfy;
  private static CallbackInbox inbox;
  private static Wire toComfy;
  private static Wire toInbox;
  private static Cluster cluster;
  private static Database database;
  private GatewayProcess stalled;
  private GatewayProcess other;

  @BeforeAll
  static void start() throws IOException {
    comfy = Comfy.start();
    inbox = CallbackInbox.start(n -> 200);
    toComfy = Wire.to(comfy.port());
    toInbox = Wire.to(URI.create(inbox.url("/")).getPort());
    Database.Address address = DatabaseKind.POSTGRESQL.inNewPlace(folder);
    cluster =
        new Cluster(
                2, address, folder, "gpu=" + toComfy.url(), Map.of("GATEWAY_LEASE_SECONDS", "3"))
            .start();
    database = new Database(address, 2);
  }

  @AfterEach
  void wakeUp() {
    comfy.release();
    stalled.wake();
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    cluster.close();
    toComfy.close();
    toInbox.close();
    inbox.close();
    comfy.close();
  }

  private static String submit() {
    return submitTo(cluster.get(0));
  }

  private static String submitTo(GatewayProcess gateway) {
    return submit(gateway, "/webhook/smoke", "\"color\":" + COLOURS.incrementAndGet());
  }

  private static String submit(GatewayProcess gateway, String path, String inputs) {
    Answer answer =
        gateway.post(
            path,
            "{\"inputs\":{%s},\"callback_url\":\"%s\"}".formatted(inputs, toInbox.url() + "/hook"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  // Stops whoever of the two has a row, as its lease says.
  private void stallHolderOf(String table, String column, String id) throws IOException {
    String owner =
        database
            .jdbc()
            .sql("SELECT lease_owner FROM %s WHERE %s = :id".formatted(table, column))
            .param("id", UUID.fromString(id))
            .query(String.class)
            .single();
    boolean first = owner.equals(cluster.get(0).id());
    stalled = cluster.get(first ? 0 : 1);
    other = cluster.get(first ? 1 : 0);
    assertThat(owner).isEqualTo(stalled.id());
    stalled.stall();
  }

  private void assertTheOtherOneEnds(String id) {
    new Ledger(other.caller(), comfy, inbox).assertDone(id);
  }

  // The stalled one wakes up, and has done its rounds when it has done another job.
  private void assertNothingChangesWhen(Runnable wakesUp, String id) {
    List<Map<String, Object>> before = rowsOf(id);
    wakesUp.run();
    new Ledger(stalled.caller(), comfy, inbox).assertDone(submitTo(stalled));
    assertThat(rowsOf(id)).isEqualTo(before);
    new Ledger(other.caller(), comfy, inbox).assertDone(id);
  }

  private static List<Map<String, Object>> rowsOf(String id) {
    return Stream.of(
            "SELECT * FROM job WHERE id = :id",
            "SELECT * FROM output WHERE job_id = :id",
            "SELECT * FROM delivery WHERE job_id = :id")
        .flatMap(
            sql ->
                database
                    .jdbc()
                    .sql(sql)
                    .param("id", UUID.fromString(id))
                    .query()
                    .listOfRows()
                    .stream())
        .toList();
  }

  @Test
  void before_it_sent_the_prompt() throws IOException {
    byte[] picture =
        cluster
            .get(0)
            .post("/webhook/smoke?respond=binary", "{\"inputs\":{\"color\":1048577}}")
            .bytes();
    Held upload = toComfy.hold(Place.REQUEST, "POST /upload/image");
    String id =
        submit(
            cluster.get(0),
            "/webhook/img2img",
            "\"prompt\":\"a dog\",\"image\":\"%s\""
                .formatted(Base64.getEncoder().encodeToString(picture)));
    upload.await();
    stallHolderOf("job", "id", id);

    assertTheOtherOneEnds(id);

    assertNothingChangesWhen(
        () -> {
          stalled.wake();
          upload.pass();
          Awaitility.await()
              .atMost(PATIENCE)
              .until(
                  () ->
                      stalled
                          .log()
                          .contains("nothing sent, job owned by another gateway job=" + id));
        },
        id);
  }

  @Test
  void while_the_prompt_runs() throws IOException {
    comfy.hold();
    String id = submit();
    comfy.awaitSubmissions(id, 1);
    stallHolderOf("job", "id", id);
    Awaitility.await().atMost(PATIENCE).until(() -> other.log().contains("found job=" + id));
    comfy.release();

    assertTheOtherOneEnds(id);

    assertNothingChangesWhen(stalled::wake, id);
  }

  @Test
  void in_the_middle_of_an_output() throws IOException {
    Held view = toComfy.hold(Place.HALF_ANSWER, "GET /view");
    String id = submit();
    view.await();
    stallHolderOf("job", "id", id);

    assertTheOtherOneEnds(id);

    assertNothingChangesWhen(
        () -> {
          stalled.wake();
          view.pass();
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> stalled.log().contains("job owned by another gateway job=" + id));
        },
        id);
  }

  @Test
  void before_it_noted_that_a_callback_was_taken() throws IOException {
    Held callback = toInbox.hold(Place.ANSWER, "POST /hook");
    String id = submit();
    callback.await();
    stallHolderOf("delivery", "job_id", id);

    assertTheOtherOneEnds(id);

    assertNothingChangesWhen(
        () -> {
          stalled.wake();
          callback.pass();
        },
        id);
    assertThat(new Ledger(other.caller(), comfy, inbox).callbacks(id)).hasSize(2);
  }
}
